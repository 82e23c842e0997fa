/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hints.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"

#define KEY_HINT (KEY_SERVICE + 1) /* service, kind */

_Static_assert(sizeof(struct store_hint) == 456, "layout");
_Static_assert(HINT_END <= 9, "store_service.hinted has a bit for each kind");

static void key_hint(const struct service *service, unsigned kind, uint8_t *out)
{
	key_service(service, out);
	out[KEY_SERVICE] = (uint8_t)kind;
}

static uint8_t bit_of(unsigned kind)
{
	return (uint8_t)(1u << (kind - 1));
}

static int get(struct store *s, const struct service *service, unsigned kind,
	       struct store_hint *out)
{
	uint8_t key[KEY_HINT];
	int rc;

	key_hint(service, kind, key);
	rc = rocks_get(s->rocks, ROCKS_HINTS, KEY(key), out, sizeof(*out));
	return rc > 0 && (out->kind != kind || out->count > STORE_HINT_TEXTS) ? ERR_CORRUPT : rc;
}

void store_hint_add(struct store_hint *row, const char *text, wall_t time)
{
	struct store_hint_text latest = { .first_us = time, .last_us = time };
	size_t at = 0;

	while (at < row->count && strcmp(row->texts[at].text, text))
		at++;
	if (at < row->count) {
		latest = row->texts[at];
		/* Several workers tell, and not in the order of time. */
		if (time < latest.first_us)
			latest.first_us = time;
		if (time > latest.last_us)
			latest.last_us = time;
	} else {
		record_text_set(latest.text, sizeof(latest.text), text);
		if (row->count < STORE_HINT_TEXTS)
			row->count++;
		else
			at--;
	}
	memmove(row->texts + 1, row->texts, at * sizeof(*row->texts));
	row->texts[0] = latest;
}

int store_take_hint(struct store *s, const struct hint *said, wall_t latest)
{
	struct store_hint row = { .kind = said->kind };
	struct store_service service;
	struct hint hint = *said;
	uint8_t key[KEY_HINT];
	int rc;

	record_mend_hint(&hint, latest);
	if (!hint.kind || !*hint.text)
		return 1;
	rc = store_get_service(s, &hint.service, &service);
	if (rc <= 0)
		return rc;
	if (service.hinted & bit_of(hint.kind))
		rc = get(s, &hint.service, hint.kind, &row);
	if (rc < 0)
		return rc;
	store_hint_add(&row, hint.text, hint.time_us);
	key_hint(&hint.service, hint.kind, key);
	rocks_put(s->rocks, ROCKS_HINTS, KEY(key), &row, sizeof(row));
	if (service.hinted & bit_of(hint.kind))
		return 0;
	service.hinted |= bit_of(hint.kind);
	store_put_service(s, &service);
	return 0;
}

int store_get_hints(struct store *s, const struct store_service *service, struct store_hints *out)
{
	unsigned kind;
	int rc;

	out->count = 0;
	for (kind = HINT_NONE + 1; kind < HINT_END; kind++) {
		if (!(service->hinted & bit_of(kind)))
			continue;
		rc = get(s, &service->service, kind, &out->rows[out->count]);
		if (rc < 0)
			return rc;
		out->count += (size_t)rc;
	}
	return 0;
}

void store_get_sni(struct store *s, const struct store_service *service, char out[RECORD_HINT_MAX])
{
	struct store_hint row;

	out[0] = 0;
	if (service->hinted & bit_of(HINT_SNI) && get(s, &service->service, HINT_SNI, &row) > 0 &&
	    row.count)
		record_text_set(out, RECORD_HINT_MAX, row.texts[0].text);
}

void store_delete_hints(struct store *s, const struct service *service)
{
	struct store_service row;
	uint8_t key[KEY_HINT];
	unsigned kind;

	if (store_get_service(s, service, &row) <= 0)
		return;
	for (kind = HINT_NONE + 1; kind < HINT_END; kind++) {
		if (!(row.hinted & bit_of(kind)))
			continue;
		key_hint(service, kind, key);
		rocks_delete(s->rocks, ROCKS_HINTS, KEY(key));
	}
}
