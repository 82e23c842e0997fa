/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rules text while it is read, and what all its readers need. Results are 0, or ERR_* and -ENOMEM
 * and the reader's `error`.
 */
#ifndef RULES_READ_READER_H
#define RULES_READ_READER_H

#include "rules/fault.h"
#include "rules/rule.h"

#define READER_NAME_MAX 64

/* A text that is being read, and who includes it. */
struct reader_file {
	const char *name;
	uint32_t number; /* in rules.files */
	const struct reader_file *by;
};

struct reader {
	struct lex lex;
	struct lex_token token; /* the one to be looked at */
	struct rules *rules;
	struct rules_error *error;
	const struct rules_source *source; /* NULL: nothing can be included */
	const struct reader_file *file;	   /* NULL likewise */
	size_t files, bytes;		   /* that were included */
	size_t budget;			   /* items that groups may still be copied to */
	unsigned depth;			   /* parentheses in one another */
	rules_note_fn note;		   /* NULL: the first fault is the last */
	void *note_arg;
	unsigned noted;
	bool hosts; /* what is read are hosts, or may be */
	bool early; /* of noprobe: only what is known before a probe */
};

/* Takes the next token. */
int reader_step(struct reader *p);

/* Says what is wrong `at` a place; returns `rc`. */
int reader_fail(struct reader *p, const struct lex_token *at, int rc, const char *text);
int reader_no_memory(struct reader *p, const struct lex_token *at);

/* Makes room for one more of `size` bytes in `*array`. 0 or -ENOMEM. */
int reader_grow(void *array, size_t count, size_t *room, size_t size);

bool reader_is_statement(const struct lex_token *token);

/* A group that is defined; NULL none. */
const struct set_group *reader_find_group(const struct rules *rules, const char *name, size_t len);

#endif
