/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/item.h"

#include "base/err.h"

#include <string.h>

static int prefix_order(const void *a, const void *b)
{
	const struct prefix_range *x = a, *y = b;

	return addr_order(&x->low, &y->low);
}

static int range_order(const void *a, const void *b)
{
	const struct set_range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

bool item_is_glob(const struct set_name *name)
{
	return strchr(name->text, '*') != NULL;
}

/* Plain names first, so that they can be searched by halves. */
static int name_order(const void *a, const void *b)
{
	const struct set_name *x = a, *y = b;
	int globs = item_is_glob(x) - item_is_glob(y);

	return globs ? globs : strcmp(x->text, y->text);
}

/* `next` starts right behind `high`: 10.0.0.255 and 10.0.1.0. */
static bool touches(struct addr high, const struct addr *next)
{
	int i = 16;

	while (i-- > 0 && !++high.b[i])
		;
	return addr_is_same(&high, next);
}

/* Widens `into` by `next`, which sorts behind it; false when there is a gap between them. */
static bool prefix_merge(void *into, const void *next)
{
	struct prefix_range *x = into;
	const struct prefix_range *y = next;

	if (addr_order(&y->low, &x->high) > 0 && !touches(x->high, &y->low))
		return false;
	if (addr_order(&y->high, &x->high) > 0)
		x->high = y->high;
	return true;
}

static bool range_merge(void *into, const void *next)
{
	struct set_range *x = into;
	const struct set_range *y = next;

	/* Not y->low - 1: it may be 0. */
	if (y->low > x->high && y->low - x->high > 1)
		return false;
	if (y->high > x->high)
		x->high = y->high;
	return true;
}

static bool name_merge(void *into, const void *next)
{
	return !name_order(into, next);
}

static const struct item_kind kinds[] = {
	[SET_NONE] = { "nothing", 0, NULL, NULL },
	[SET_PREFIXES] = { "addresses", sizeof(struct prefix_range), prefix_order, prefix_merge },
	[SET_PORTS] = { "ports", sizeof(struct set_range), range_order, range_merge },
	[SET_APPS] = { "app names", sizeof(struct set_name), name_order, name_merge },
	[SET_TEXTS] = { "texts", sizeof(struct set_name), name_order, name_merge },
	[SET_COUNTRIES] = { "countries", sizeof(struct set_name), name_order, name_merge },
	[SET_NUMBERS] = { "numbers", sizeof(struct set_range), range_order, range_merge },
	[SET_TIMES] = { "times of day", sizeof(struct set_range), range_order, range_merge },
};

const struct item_kind *item_kind(enum set_kind kind)
{
	return &kinds[kind];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum set_kind set_kind_guess(const char *text, size_t len)
{
	size_t i;

	if (memchr(text, ':', len) || (len == 3 && !memcmp(text, "any", 3)))
		return SET_PREFIXES;
	if (!len || !is_digit(text[0]))
		return SET_APPS;
	if (memchr(text, '.', len) || memchr(text, '/', len))
		return SET_PREFIXES;
	for (i = 0; i < len; i++)
		if (!is_digit(text[i]) && text[i] != '-')
			return SET_APPS;
	return SET_PORTS;
}

/* Reads a number; returns the bytes it has, 0: there is none. What is too large is UINT32_MAX + 1.
 */
static size_t parse_number(const char *text, size_t len, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < len && is_digit(text[i]); i++)
		if (*out <= UINT32_MAX)
			*out = *out * 10 + (uint64_t)(text[i] - '0');
	return i;
}

static int parse_range(const char *text, size_t len, uint32_t most, struct set_range *out)
{
	uint64_t low, high;
	size_t n = parse_number(text, len, &low), m;

	if (!n)
		return ERR_SYNTAX;
	high = low;
	if (n < len) {
		if (text[n++] != '-')
			return ERR_SYNTAX;
		m = parse_number(text + n, len - n, &high);
		if (!m || n + m != len)
			return ERR_SYNTAX;
	}
	if (high > most || low > high)
		return ERR_RANGE;
	*out = (struct set_range){ (uint32_t)low, (uint32_t)high };
	return 0;
}

/* "07:30" in minutes; 24:00 ends a day. */
static int parse_clock(const char *text, uint32_t *out)
{
	unsigned hour, minute;

	if (!is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' || !is_digit(text[3]) ||
	    !is_digit(text[4]))
		return ERR_SYNTAX;
	hour = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
	minute = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
	*out = hour * 60 + minute;
	return minute < 60 && *out <= ITEM_DAY ? 0 : ERR_RANGE;
}

int item_parse_span(const char *text, size_t len, uint32_t *from, uint32_t *to)
{
	int rc;

	if (len != 11 || text[5] != '-')
		return ERR_SYNTAX;
	if ((rc = parse_clock(text, from)) || (rc = parse_clock(text + 6, to)))
		return rc;
	return *from == *to || *from == ITEM_DAY ? ERR_RANGE : 0;
}

/* The end does not belong to it. What goes past midnight are two. Returns how many. */
static int parse_times(const char *text, size_t len, union item *out)
{
	uint32_t from, to;
	int rc = item_parse_span(text, len, &from, &to);

	if (rc)
		return rc;
	out[0].range = (struct set_range){ from, to - 1 };
	if (from < to)
		return 1;
	out[0].range.high = ITEM_DAY - 1;
	if (!to)
		return 1;
	out[1].range = (struct set_range){ 0, to - 1 };
	return 2;
}

/* Words of the language that somebody expects to have a meaning here. */
static bool is_reserved(const char *name)
{
	return !strcmp(name, "any") || !strcmp(name, "home") || !strcmp(name, "not");
}

static int parse_app(const char *text, size_t len, struct set_name *out)
{
	struct set_name app = { "" };
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !is_digit(c) && !strchr("*._-+()", c))
			return ERR_SYNTAX;
		if (c == '*' && n && app.text[n - 1] == '*')
			continue;
		if (n + 1 == RECORD_APP_MAX)
			return ERR_RANGE;
		app.text[n++] = c;
	}
	/* Whatever is accepted is told from ports and addresses where a group starts with it. */
	if (is_reserved(app.text) || set_kind_guess(app.text, n) != SET_APPS)
		return ERR_SYNTAX;
	*out = app;
	return 0;
}

static int parse_prefix(const char *text, size_t len, struct prefix_range *out)
{
	if (len == 3 && !memcmp(text, "any", 3)) {
		memset(&out->low, 0, sizeof(out->low));
		memset(&out->high, 0xff, sizeof(out->high));
		return 0;
	}
	return prefix_parse(text, len, out);
}

static int parse_text(const char *text, size_t len, struct set_name *out)
{
	size_t i;

	if (!len)
		return ERR_SYNTAX;
	if (len >= sizeof(out->text))
		return ERR_RANGE;
	memset(out, 0, sizeof(*out));
	for (i = 0; i < len; i++)
		out->text[i] = item_lower(text[i]);
	return 0;
}

static int parse_country(const char *text, size_t len, struct set_name *out)
{
	char a = len == 2 ? item_lower(text[0]) : 0, b = len == 2 ? item_lower(text[1]) : 0;

	if (a < 'a' || a > 'z' || b < 'a' || b > 'z')
		return ERR_SYNTAX;
	*out = (struct set_name){ { (char)(a - 'a' + 'A'), (char)(b - 'a' + 'A') } };
	return 0;
}

char item_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int item_parse(enum set_kind kind, const char *text, size_t len, union item *out)
{
	int rc = ERR_SYNTAX;

	if (kind == SET_PREFIXES)
		rc = parse_prefix(text, len, &out->prefix);
	else if (kind == SET_PORTS)
		rc = parse_range(text, len, UINT16_MAX, &out->range);
	else if (kind == SET_NUMBERS)
		rc = parse_range(text, len, UINT32_MAX, &out->range);
	else if (kind == SET_APPS)
		rc = parse_app(text, len, &out->name);
	else if (kind == SET_TEXTS)
		rc = parse_text(text, len, &out->name);
	else if (kind == SET_COUNTRIES)
		rc = parse_country(text, len, &out->name);
	else if (kind == SET_TIMES)
		return parse_times(text, len, out);
	return rc ? rc : 1;
}

void item_print(enum set_kind kind, const void *item, FILE *out)
{
	const struct set_range *r = item;
	const struct set_name *name = item;
	uint32_t end;

	if (kind == SET_TEXTS) {
		fprintf(out, " \"%s\"", name->text);
	} else if (kind == SET_APPS || kind == SET_COUNTRIES) {
		fprintf(out, " %s", name->text);
	} else if (kind == SET_TIMES) {
		end = r->high + 1;
		fprintf(out, " %02u:%02u-%02u:%02u", r->low / 60, r->low % 60, end / 60, end % 60);
	} else if (r->low == r->high) {
		fprintf(out, " %u", r->low);
	} else {
		fprintf(out, " %u-%u", r->low, r->high);
	}
}
