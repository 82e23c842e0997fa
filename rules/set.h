/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of addresses, ports, application names and so on, and named ones: groups. A set remembers
 * what was written, to print it, and has its groups unfolded, to be asked quickly.
 */
#ifndef RULES_SET_H
#define RULES_SET_H

#include "base/prefix.h"
#include "base/record.h"

#include <stdio.h>

enum set_kind {
	SET_NONE,
	SET_PREFIXES,
	SET_PORTS,
	SET_APPS,
	SET_TEXTS,     /* products, owners: without regard to case, "*" stands for any bytes */
	SET_COUNTRIES, /* two letters */
	SET_NUMBERS,   /* AS numbers, VLANs */
	SET_TIMES,     /* minutes of the day */
};

#define SET_TEXT_MAX 64

/* Ports, numbers, minutes. */
struct set_range {
	uint32_t low, high; /* both belong to the range */
};

/* App names, texts, countries. */
struct set_name {
	char text[SET_TEXT_MAX]; /* lower case, countries upper; "*" stands for any bytes */
};

/* Sorted, without double or overlapping items: of one kind. */
struct set_list {
	void *items; /* owned: struct prefix_range, set_range or set_name */
	size_t count, room;
};

struct set_group;

struct set {
	enum set_kind kind;
	bool home;			 /* it also has whatever is in the configuration's home */
	struct set_list own;		 /* what was written here */
	const struct set_group **groups; /* in the order of their definition; the array owned */
	size_t group_count;
	struct set_list unfolded;   /* own and the groups' items; empty where `all` is another */
	const struct set_list *all; /* what is asked */
	bool assets; /* it has hosts by what is said of them: its own or one of its groups */
	struct set *owner, *tagged; /* owned; of a group of such hosts one of them, else NULL */
};

struct set_group {
	char *name;	 /* owned */
	uint32_t number; /* in order of definition */
	uint32_t file, line, column;
	bool faulty;	 /* what it holds could not be read */
	struct set *set; /* owned; kind SET_NONE until the first item */
	char *text;	 /* owned: the statement's canonical text */
};

/* "addresses", "ports", "app names". */
const char *set_kind_text(enum set_kind kind);

/* What a word without a context looks like. */
enum set_kind set_kind_guess(const char *text, size_t len);

/* An empty set, or NULL. */
struct set *set_new(enum set_kind kind);
void set_free(struct set *set);

/* Adds the item of the set's kind (rules/item) written as `text`. 0; ERR_SYNTAX, ERR_RANGE: it is
 * none; -ENOMEM. */
int set_add(struct set *set, const char *text, size_t len);

/* Adds a group of the same kind, borrowed until set_free. 0 or -ENOMEM. */
int set_add_group(struct set *set, const struct set_group *group);

/*
 * To be called once, after the last item and before the set is asked or printed. Takes what it
 * copies out of groups from `budget`. 0; ERR_RANGE: the budget does not suffice; -ENOMEM.
 */
int set_close(struct set *set, size_t *budget);

/* Nothing is in it, its groups included. */
bool set_is_void(const struct set *set);

bool set_is_empty(const struct set *set);
bool set_has_addr(const struct set *set, const struct addr *a);
bool set_has_number(const struct set *set, uint32_t number);
bool set_has_name(const struct set *set, const char *name);

/* The canonical text: "80", "{ @web 8000-8010 }", "home". `braces`: also around one item.
   0 or -ENOMEM. */
int set_print(const struct set *set, bool braces, FILE *out);

#endif
