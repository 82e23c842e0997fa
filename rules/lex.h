/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a rules text. Comments, blanks and continued lines vanish here; between braces and
 * parentheses the ends of lines do, too.
 */
#ifndef RULES_LEX_H
#define RULES_LEX_H

#include <stdbool.h>
#include <stddef.h>

struct rules_error;

enum lex_kind {
	LEX_END,
	LEX_NEWLINE,
	LEX_WORD,
	LEX_TEXT, /* between quotes, which are not part of it */
	LEX_OPEN,
	LEX_CLOSE,
	LEX_LEFT, /* parentheses */
	LEX_RIGHT,
};

struct lex_token {
	enum lex_kind kind;
	const char *text; /* borrowed from the rules text; no NUL behind it */
	size_t len;
	unsigned line, column; /* from 1, columns in bytes */
};

struct lex {
	const char *text; /* borrowed */
	size_t len, pos;
	unsigned line, column;
	bool in_set;	 /* between braces */
	unsigned nested; /* parentheses that are open */
};

/* Starts at the first byte of `text`, which is borrowed. */
void lex_open(struct lex *lex, const char *text, size_t len);

/* The next token. 0; ERR_SYNTAX and `error`: a byte that may not stand there. */
int lex_next(struct lex *lex, struct lex_token *out, struct rules_error *error);

/* Goes on behind the end of the line, outside of all braces. */
void lex_skip_line(struct lex *lex);

/* The token is this word. */
bool lex_is(const struct lex_token *token, const char *word);

#endif
