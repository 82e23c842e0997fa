/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/set.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

static int prefix_order(const void *a, const void *b)
{
	const struct prefix_range *x = a, *y = b;

	return addr_order(&x->low, &y->low);
}

static int ports_order(const void *a, const void *b)
{
	const struct set_ports *x = a, *y = b;

	return x->low - y->low;
}

static bool is_glob(const struct set_app *app)
{
	return strchr(app->name, '*') != NULL;
}

/* Plain names first, so that they can be searched by halves. */
static int app_order(const void *a, const void *b)
{
	const struct set_app *x = a, *y = b;
	int globs = is_glob(x) - is_glob(y);

	return globs ? globs : strcmp(x->name, y->name);
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

static bool ports_merge(void *into, const void *next)
{
	struct set_ports *x = into;
	const struct set_ports *y = next;

	if (y->low > x->high + 1)
		return false;
	if (y->high > x->high)
		x->high = y->high;
	return true;
}

static bool app_merge(void *into, const void *next)
{
	return !app_order(into, next);
}

static const struct kind {
	const char *text;
	size_t size;
	int (*order)(const void *a, const void *b);
	bool (*merge)(void *into, const void *next);
} kinds[] = {
	[SET_NONE] = { "nothing", 0, NULL, NULL },
	[SET_PREFIXES] = { "addresses", sizeof(struct prefix_range), prefix_order, prefix_merge },
	[SET_PORTS] = { "ports", sizeof(struct set_ports), ports_order, ports_merge },
	[SET_APPS] = { "app names", sizeof(struct set_app), app_order, app_merge },
};

const char *set_kind_text(enum set_kind kind)
{
	return kinds[kind].text;
}

static int list_add(struct set_list *list, enum set_kind kind, const void *items, size_t count)
{
	size_t size = kinds[kind].size, room = list->room ? list->room : 1;
	void *grown;

	while (room < list->count + count)
		room *= 2;
	if (room != list->room) {
		grown = realloc(list->items, room * size);
		if (!grown)
			return -ENOMEM;
		list->items = grown;
		list->room = room;
	}
	memcpy((char *)list->items + list->count * size, items, count * size);
	list->count += count;
	return 0;
}

/* Sorts, and merges what can be one item. */
static void list_merge(struct set_list *list, enum set_kind kind)
{
	const struct kind *k = &kinds[kind];
	char *into = list->items, *next;
	size_t i;

	if (!list->count)
		return;
	qsort(list->items, list->count, k->size, k->order);
	for (i = 1; i < list->count; i++) {
		next = (char *)list->items + i * k->size;
		if (!k->merge(into, next)) {
			into += k->size;
			memmove(into, next, k->size);
		}
	}
	list->count = (size_t)(into - (char *)list->items) / k->size + 1;
}

struct set *set_new(enum set_kind kind)
{
	struct set *set = calloc(1, sizeof(*set));

	if (set)
		set->kind = kind;
	return set;
}

void set_free(struct set *set)
{
	if (!set)
		return;
	free(set->unfolded.items);
	free(set->groups);
	free(set->own.items);
	free(set);
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

/* Reads a number of up to five digits; returns the bytes it has, 0: there is none. */
static size_t parse_number(const char *text, size_t len, unsigned *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < len && is_digit(text[i]); i++)
		if (*out <= UINT16_MAX)
			*out = *out * 10 + (unsigned)(text[i] - '0');
	return i;
}

static int parse_ports(const char *text, size_t len, struct set_ports *out)
{
	unsigned low, high;
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
	if (high > UINT16_MAX || low > high)
		return ERR_RANGE;
	*out = (struct set_ports){ (uint16_t)low, (uint16_t)high };
	return 0;
}

/* Words of the language that somebody expects to have a meaning here. */
static bool is_reserved(const char *name)
{
	return !strcmp(name, "any") || !strcmp(name, "home") || !strcmp(name, "not");
}

static int parse_app(const char *text, size_t len, struct set_app *out)
{
	struct set_app app = { "" };
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !is_digit(c) && !strchr("*._-+()", c))
			return ERR_SYNTAX;
		if (c == '*' && n && app.name[n - 1] == '*')
			continue;
		if (n + 1 == sizeof(app.name))
			return ERR_RANGE;
		app.name[n++] = c;
	}
	/* Whatever is accepted is told from ports and addresses where a group starts with it. */
	if (is_reserved(app.name) || set_kind_guess(app.name, n) != SET_APPS)
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

int set_add(struct set *set, const char *text, size_t len)
{
	union {
		struct prefix_range prefix;
		struct set_ports ports;
		struct set_app app;
	} item;
	int rc = ERR_SYNTAX;

	if (set->kind == SET_PREFIXES)
		rc = parse_prefix(text, len, &item.prefix);
	else if (set->kind == SET_PORTS)
		rc = parse_ports(text, len, &item.ports);
	else if (set->kind == SET_APPS)
		rc = parse_app(text, len, &item.app);
	return rc ? rc : list_add(&set->own, set->kind, &item, 1);
}

int set_add_group(struct set *set, const struct set_group *group)
{
	size_t i, n = set->group_count;
	const struct set_group **grown;

	for (i = n; i > 0 && set->groups[i - 1]->number >= group->number; i--)
		if (set->groups[i - 1] == group)
			return 0;
	grown = realloc(set->groups, (n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memmove(grown + i + 1, grown + i, (n - i) * sizeof(*grown));
	grown[i] = group;
	set->groups = grown;
	set->group_count++;
	return 0;
}

static int unfold(struct set *set, const struct set_list *from, size_t *budget)
{
	if (from->count > *budget)
		return ERR_RANGE;
	*budget -= from->count;
	return from->count ? list_add(&set->unfolded, set->kind, from->items, from->count) : 0;
}

int set_close(struct set *set, size_t *budget)
{
	size_t i;
	int rc;

	list_merge(&set->own, set->kind);
	set->all = &set->own;
	if (!set->group_count)
		return 0;
	if (set->group_count == 1 && !set->own.count) {
		set->all = set->groups[0]->set->all;
		return 0;
	}
	if ((rc = unfold(set, &set->own, budget)))
		return rc;
	for (i = 0; i < set->group_count; i++)
		if ((rc = unfold(set, set->groups[i]->set->all, budget)))
			return rc;
	list_merge(&set->unfolded, set->kind);
	set->all = &set->unfolded;
	return 0;
}

bool set_is_empty(const struct set *set)
{
	return !set->own.count && !set->group_count && !set->home;
}

bool set_has_addr(const struct set *set, const struct addr *a)
{
	const struct prefix_set prefixes = { set->all->items, set->all->count };

	return prefix_set_has(&prefixes, a);
}

bool set_has_port(const struct set *set, uint16_t port)
{
	const struct set_ports *ranges = set->all->items;
	size_t low = 0, high = set->all->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (port < ranges[mid].low)
			high = mid;
		else if (port > ranges[mid].high)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

/* "*" stands for any bytes, also none. Goes back to the last "*" only: an earlier one need not give
   way, for what it would leave the later one can take. */
static bool glob_matches(const char *glob, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			from = text;
		} else if (*glob == *text) {
			glob++;
			text++;
		} else if (star) {
			glob = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return !glob[strspn(glob, "*")];
}

bool set_has_app(const struct set *set, const char *app)
{
	const struct set_app *apps = set->all->items;
	size_t i = set->all->count, low = 0, high;

	for (; i > 0 && is_glob(&apps[i - 1]); i--)
		if (glob_matches(apps[i - 1].name, app))
			return true;
	for (high = i; low < high;) {
		size_t mid = (low + high) / 2;
		int order = strcmp(app, apps[mid].name);

		if (!order)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* Prints the ranges as prefixes, one blank before each; returns how many, or -ENOMEM. */
static int print_prefixes(const struct set_list *list, FILE *out)
{
	const struct prefix_set prefixes = { list->items, list->count };
	char *text = prefix_set_text(&prefixes), *p, *rest;
	int count = 0;

	if (!text)
		return -ENOMEM;
	for (p = strtok_r(text, ",", &rest); p; p = strtok_r(NULL, ",", &rest), count++)
		fprintf(out, " %s", p);
	free(text);
	return count;
}

static int print_item(const struct set *set, size_t i, FILE *out)
{
	const struct set_ports *ports = set->own.items;
	const struct set_app *apps = set->own.items;

	if (set->kind == SET_APPS)
		return fprintf(out, " %s", apps[i].name);
	if (ports[i].low == ports[i].high)
		return fprintf(out, " %u", ports[i].low);
	return fprintf(out, " %u-%u", ports[i].low, ports[i].high);
}

/* Prints all items, one blank before each; returns how many, or -ENOMEM. */
static int print_items(const struct set *set, FILE *out)
{
	int count = set->home + (int)set->group_count, rc;
	size_t i;

	if (set->home)
		fputs(" home", out);
	for (i = 0; i < set->group_count; i++)
		fprintf(out, " @%s", set->groups[i]->name);
	if (set->kind == SET_PREFIXES) {
		rc = print_prefixes(&set->own, out);
		return rc < 0 ? rc : count + rc;
	}
	for (i = 0; i < set->own.count; i++)
		print_item(set, i, out);
	return count + (int)set->own.count;
}

int set_print(const struct set *set, bool braces, FILE *out)
{
	char *text = NULL;
	size_t len;
	FILE *items = open_memstream(&text, &len);
	int count;

	if (!items)
		return -ENOMEM;
	count = print_items(set, items);
	if (fclose(items) || count < 0) {
		free(text);
		return -ENOMEM;
	}
	fprintf(out, braces || count > 1 ? "{%s }" : "%s", braces || count > 1 ? text : text + 1);
	free(text);
	return 0;
}
