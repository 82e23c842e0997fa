/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book/cases.h"

#include "store/inside.h"
#include "store/key.h"
#include "store/policy/groups.h"

#define KEY_ENTRY (2 * KEY_NUMBER) /* alert, number of the entry */
#define SURVIVORS \
	64 /* in a row, until nothing older is looked for: times need not go with numbers */

_Static_assert(sizeof(struct store_case) == 136, "layout");
_Static_assert(sizeof(struct triage) == 616, "layout");

int store_get_case(struct store *s, uint64_t alert, struct store_case *out)
{
	uint8_t key[KEY_NUMBER];

	key_number(alert, key);
	return rocks_get(s->rocks, ROCKS_CASES, KEY(key), out, sizeof(*out));
}

static int get_latest(struct store *s, const struct service *service, uint64_t *out)
{
	uint8_t key[KEY_SERVICE];

	key_service(service, key);
	return rocks_get(s->rocks, ROCKS_CASE_OF, KEY(key), out, sizeof(*out));
}

int store_get_case_of(struct store *s, const struct service *service, struct store_case *out)
{
	uint64_t alert;
	int rc = get_latest(s, service, &alert);

	return rc > 0 ? store_get_case(s, alert, out) : rc;
}

int store_get_alert(struct store *s, const struct store_case *row, struct alert *out)
{
	uint8_t key[KEY_NUMBERED];

	key_numbered(row->alert_us, row->alert, key);
	return rocks_get(s->rocks, ROCKS_ALERTS, KEY(key), out, sizeof(*out));
}

void store_put_case(struct store *s, const struct store_case *row, bool latest)
{
	uint8_t key[KEY_NUMBER], service[KEY_SERVICE];

	if (s->memory)
		return;
	key_number(row->alert, key);
	rocks_put(s->rocks, ROCKS_CASES, KEY(key), row, sizeof(*row));
	if (!latest)
		return;
	key_service(&row->service, service);
	rocks_put(s->rocks, ROCKS_CASE_OF, KEY(service), &row->alert, sizeof(row->alert));
}

static void key_entry(uint64_t alert, uint64_t number, uint8_t *out)
{
	key_number(alert, out);
	key_number(number, out + KEY_NUMBER);
}

void store_put_triage(struct store *s, struct store_case *row, struct triage *entry)
{
	uint8_t key[KEY_ENTRY];

	entry->alert = row->alert;
	entry->number = ++row->entries;
	row->comments += *entry->comment != '\0';
	key_entry(entry->alert, entry->number, key);
	rocks_put(s->rocks, ROCKS_CASE_LOG, KEY(key), entry, sizeof(*entry));
}

ROW_CALLER(triage, triage, store_triage_fn)

int store_walk_triage(struct store *s, uint64_t alert, store_triage_fn fn, void *arg)
{
	uint8_t key[KEY_ENTRY];
	const struct row_walk w = { .row_size = sizeof(struct triage),
				    .prefix = key,
				    .prefix_len = KEY_NUMBER,
				    .call = call_triage,
				    .fn = &fn,
				    .arg = arg };

	key_entry(alert, 0, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_CASE_LOG, KEY(key)));
}

static void drop(struct store *s, const struct store_case *row)
{
	uint8_t key[KEY_NUMBER], service[KEY_SERVICE], entry[KEY_ENTRY];
	uint64_t latest;
	uint32_t i;

	for (i = 1; i <= row->entries; i++) {
		key_entry(row->alert, i, entry);
		rocks_delete(s->rocks, ROCKS_CASE_LOG, KEY(entry));
	}
	store_delete_members(s, row->alert);
	key_service(&row->service, service);
	if (get_latest(s, &row->service, &latest) > 0 && latest == row->alert)
		rocks_delete(s->rocks, ROCKS_CASE_OF, KEY(service));
	key_number(row->alert, key);
	rocks_delete(s->rocks, ROCKS_CASES, KEY(key));
}

struct expiring {
	struct store *store;
	unsigned survivors;
};

static int expire(void *arg, const struct store_case *row)
{
	struct expiring *e = arg;
	struct alert alert;
	int rc = store_get_alert(e->store, row, &alert);

	if (rc < 0)
		return rc;
	if (!rc)
		drop(e->store, row);
	e->survivors = rc ? e->survivors + 1 : 0;
	return e->survivors == SURVIVORS;
}

typedef int (*case_fn)(void *arg, const struct store_case *row);
ROW_CALLER(case, store_case, case_fn)

int store_expire_cases(struct store *s)
{
	struct expiring e = { s, 0 };
	case_fn fn = expire;
	const struct row_walk w = {
		.row_size = sizeof(struct store_case), .call = call_case, .fn = &fn, .arg = &e
	};
	uint8_t key[KEY_NUMBER] = { 0 };
	int rc = row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_CASES, KEY(key)));

	return rc < 0 ? rc : 0;
}
