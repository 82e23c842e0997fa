/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge/deny.h"

#include "rules/item.h"
#include "rules/rules.h"

#define FIELD_OF(id, condition, kind, size) [id] = { condition, kind },
static const struct field {
	enum word_condition condition;
	enum need_kind kind;
} fields[] = { NEED_FIELD_LIST(FIELD_OF) };

/* False: the name is too long to be a key. */
static bool name_key(size_t field, const char *name, struct need *out)
{
	size_t len = strlen(name), i;

	if (!len || len > NEED_SIZE)
		return false;
	memset(out, 0, sizeof(*out));
	out->field = (uint8_t)field;
	out->bits = NEED_SIZE * 8;
	for (i = 0; i < len; i++)
		out->bytes[i] =
			(uint8_t)(fields[field].condition == WORD_COUNTRY ? name[i]
									  : item_lower(name[i]));
	return true;
}

static void deny_names(const struct set *set, size_t field, struct needs *out)
{
	const struct set_name *names = set->all->items;
	size_t i;

	for (i = 0; i < set->all->count && out->count < NEEDS_MAX; i++)
		if (!item_is_glob(&names[i]) &&
		    name_key(field, names[i].text, &out->list[out->count]))
			out->count++;
}

/* Names with commas between are several: each of them may be another one's. */
bool deny_is_name(size_t field)
{
	return fields[field].kind == NEED_NAME && fields[field].condition != WORD_TAGGED &&
	       fields[field].condition != WORD_VANTAGE;
}

void deny_find(const struct clause *clause, size_t field, struct needs *out)
{
	enum word_condition c = fields[field].condition;

	out->count = 0;
	if (!(clause->has >> c & 1) || !(clause->negated >> c & 1))
		return;
	if (deny_is_name(field))
		deny_names(clause->sets[c], field, out);
	/* An AS or VLAN that nobody knows is 0, which is no number of a set. */
	else if (field == NEED_HOST || field == NEED_PORT || field == NEED_PEER ||
		 field == NEED_TIME)
		needs_add_ranges(clause->sets[c], field, out);
	else if (fields[field].kind == NEED_VALUE)
		needs_add_values(clause->masks[c], field, out);
}

void deny_meet_names(const struct word_case *c, void (*fn)(void *arg, const struct need *key),
		     void *arg)
{
	const struct {
		size_t field;
		const char *name;
	} met[] = { { NEED_APP, c->app },
		    { NEED_PRODUCT, c->product },
		    { NEED_VERSION, c->version },
		    { NEED_COUNTRY, c->country },
		    { NEED_OWNER, c->facts->owner },
		    { NEED_ZONE, c->facts->zone } };
	struct need key;
	size_t i;

	for (i = 0; i < sizeof(met) / sizeof(met[0]); i++)
		if (met[i].name && name_key(met[i].field, met[i].name, &key))
			fn(arg, &key);
}
