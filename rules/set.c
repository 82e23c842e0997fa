/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/set.h"

#include "base/err.h"
#include "rules/item.h"

#include <errno.h>
#include <stdlib.h>

const char *set_kind_text(enum set_kind kind)
{
	return item_kind(kind)->text;
}

static int list_add(struct set_list *list, enum set_kind kind, const void *items, size_t count)
{
	size_t size = item_kind(kind)->size, room = list->room ? list->room : 1;
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
	const struct item_kind *k = item_kind(kind);
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
	set_free(set->owner);
	set_free(set->tagged);
	free(set);
}

int set_add(struct set *set, const char *text, size_t len)
{
	union item items[2];
	int count = item_parse(set->kind, text, len, items), rc = 0, i;

	for (i = 0; i < count && !rc; i++)
		rc = list_add(&set->own, set->kind, &items[i], 1);
	return count < 0 ? count : rc;
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
	for (i = 0; i < set->group_count; i++)
		set->assets |= set->groups[i]->set->assets;
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

bool set_is_void(const struct set *set)
{
	return !set->all->count && !set->home && !set->assets;
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

bool set_has_number(const struct set *set, uint32_t number)
{
	const struct set_range *ranges = set->all->items;
	size_t low = 0, high = set->all->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (number < ranges[mid].low)
			high = mid;
		else if (number > ranges[mid].high)
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

bool set_has_name(const struct set *set, const char *name)
{
	const struct set_name *names = set->all->items;
	size_t i = set->all->count, low = 0, high;

	for (; i > 0 && item_is_glob(&names[i - 1]); i--)
		if (glob_matches(names[i - 1].text, name))
			return true;
	for (high = i; low < high;) {
		size_t mid = (low + high) / 2;
		int order = strcmp(name, names[mid].text);

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

/* Prints all items, one blank before each; returns how many, or -ENOMEM. */
static int print_items(const struct set *set, FILE *out)
{
	int count = set->home + (int)set->group_count, rc;
	size_t i, size = item_kind(set->kind)->size;

	if (set->home)
		fputs(" home", out);
	for (i = 0; i < set->group_count; i++)
		fprintf(out, " @%s", set->groups[i]->name);
	if (set->kind == SET_PREFIXES) {
		rc = print_prefixes(&set->own, out);
		return rc < 0 ? rc : count + rc;
	}
	for (i = 0; i < set->own.count; i++)
		item_print(set->kind, (const char *)set->own.items + i * size, out);
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
	if (!count) {
		fputs("{ }", out);
		free(text);
		return 0;
	}
	fprintf(out, braces || count > 1 ? "{%s }" : "%s", braces || count > 1 ? text : text + 1);
	free(text);
	return 0;
}
