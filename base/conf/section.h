/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that are lists of entries with options of their own: receivers, tools. An entry is a line
 * of name=value, a value with spaces in quotation marks: name=soc kind=webhook url="https://...".
 */
#ifndef BASE_CONF_SECTION_H
#define BASE_CONF_SECTION_H

#include <stddef.h>
#include <stdint.h>

#define SECTION_ERROR_MAX 256
#define SECTION_NAME_MAX 24    /* of an option, with its NUL */
#define SECTION_ENTRY_MAX 1024 /* bytes of any entry's struct */
#define SECTION_VALUE_MAX 4096 /* with its NUL */

/* What an option's member is: char *, uint64_t (COUNT, BYTES), mono_t, bool, uint8_t (a WORD of the
 * list), uint32_t (WORDS: a bit for each). LINES is a text; in a file also a list, an item a line.
 */
enum section_type {
	SECTION_TEXT,
	SECTION_LINES,
	SECTION_COUNT,
	SECTION_BYTES,
	SECTION_DURATION,
	SECTION_BOOL,
	SECTION_WORD,
	SECTION_WORDS
};

struct section_option {
	const char *name, *value; /* its default */
	int64_t low, high;
	size_t offset; /* of the member */
	enum section_type type;
	const char *const *words; /* NULL-ended; "" is none to be chosen */
};

/* What the entries of an option are. */
struct section {
	const char *noun; /* "sink" */
	const struct section_option *options;
	size_t count;
	int (*check)(const void *entry, char *error); /* what no option says alone */
};

extern const char *const section_levels[]; /* words of enum level */

/*
 * Is this an option of an entry, with a value it may have? 0; ERR_UNKNOWN, ERR_SYNTAX, ERR_RANGE
 * and what was expected in `error` (SECTION_ERROR_MAX bytes).
 */
int section_check_option(const struct section *s, const char *name, const char *value, char *error);

/* May the option be given as a list? */
int section_is_list(const struct section *s, const char *name);

/* Writes an option as it stands in an entry to the end of `line`. 0, ERR_RANGE: no room. */
int section_add_option(char *line, size_t size, const char *name, const char *value);

/*
 * Reads the entry at `*at`, a line, and moves on to its end. 0, or an error and what is wrong in
 * `error`; section_free forgets the entry in either case. An entry has at most SECTION_ENTRY_MAX
 * bytes.
 */
int section_parse(const struct section *s, const char **at, void *entry, char *error);
int section_try(const struct section *s, const char *line, char *error); /* and forgets it */
void section_free(const struct section *s, void *entry);

/* Says what is wrong with the entry called so; ERR_SYNTAX. */
int section_wrong(const struct section *s, const char *name, const char *text, char *error);

/* Puts words of a list behind one another: "a, b". */
void section_list(const char *const *words, char *out, size_t size);

#endif
