/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lex.h"

#include "base/err.h"
#include "rules/fault.h"

#include <string.h>

void lex_open(struct lex *lex, const char *text, size_t len)
{
	*lex = (struct lex){ .text = text, .len = len, .line = 1, .column = 1 };
}

bool lex_is(const struct lex_token *token, const char *word)
{
	return token->kind == LEX_WORD && strlen(word) == token->len &&
	       !memcmp(token->text, word, token->len);
}

/* The byte `ahead` of the next one, -1 behind the end. */
static int peek(const struct lex *lex, size_t ahead)
{
	return lex->len - lex->pos > ahead ? (unsigned char)lex->text[lex->pos + ahead] : -1;
}

static void skip(struct lex *lex, size_t bytes)
{
	for (; bytes; bytes--) {
		lex->column++;
		if (lex->text[lex->pos++] == '\n') {
			lex->line++;
			lex->column = 1;
		}
	}
}

/* Bytes of a line's end at `ahead`: "\n", or "\r\n" as some editors write it; 0 none. */
static size_t end_of_line(const struct lex *lex, size_t ahead)
{
	if (peek(lex, ahead) == '\n')
		return 1;
	return peek(lex, ahead) == '\r' && peek(lex, ahead + 1) == '\n' ? 2 : 0;
}

/* Bytes at this place that mean nothing, comments apart. */
static size_t blank(const struct lex *lex)
{
	size_t end;

	if (peek(lex, 0) == ' ' || peek(lex, 0) == '\t')
		return 1;
	if (peek(lex, 0) == '\\' && (end = end_of_line(lex, 1)))
		return end + 1;
	return lex->in_set || lex->nested ? end_of_line(lex, 0) : 0;
}

static void skip_blanks(struct lex *lex)
{
	size_t n;

	for (;;) {
		if ((n = blank(lex)))
			skip(lex, n);
		else if (peek(lex, 0) == '#')
			/* A NUL stays: it is refused everywhere, for it would hide the rest from
			   whoever reads the file as a C string. */
			while (peek(lex, 0) > 0 && !end_of_line(lex, 0))
				skip(lex, 1);
		else
			return;
	}
}

static bool is_word_byte(int c)
{
	return c > ' ' && c < 0x7f && !strchr("{}#,\\\"", c);
}

static int fail_byte(const struct lex_token *token, int c, struct rules_error *error)
{
	if (!c)
		return fault_at(error, token, ERR_SYNTAX, "a NUL byte has no place in a text");
	if (c == ',')
		return fault_at(error, token, ERR_SYNTAX,
				"',' separates nothing here, a set is written { a b c }");
	if (c == '\\')
		return fault_at(error, token, ERR_SYNTAX, "'\\' may only stand at a line's end");
	return fault_at(error, token, ERR_SYNTAX,
			"byte 0x%02x: outside comments a rules file is printable ASCII", c);
}

/* Bytes of a word. A name may have parentheses of its own: "opc(ua)"; what closes none of them ends
   it. */
static size_t word_len(const struct lex *lex)
{
	unsigned open = 0;
	size_t n;
	int c;

	for (n = 0; is_word_byte(c = peek(lex, n)); n++) {
		if (c == ')' && !open--)
			break;
		open += c == '(';
	}
	return n;
}

/* "text", on one line; the token is its inside. */
static int next_text(struct lex *lex, struct lex_token *token, struct rules_error *error)
{
	int c;

	token->kind = LEX_TEXT;
	token->text++;
	while ((c = peek(lex, token->len + 1)) != '"') {
		if (c < ' ' || c >= 0x7f)
			return fault_at(error, token, ERR_SYNTAX,
					"a text is printable ASCII and ends in its line with '\"'");
		token->len++;
	}
	skip(lex, token->len + 2);
	return 0;
}

void lex_skip_line(struct lex *lex)
{
	lex->in_set = false;
	lex->nested = 0;
	while (peek(lex, 0) >= 0 && lex->text[lex->pos] != '\n')
		skip(lex, 1);
}

int lex_next(struct lex *lex, struct lex_token *out, struct rules_error *error)
{
	struct lex_token token;
	int c, rc;

	skip_blanks(lex);
	c = peek(lex, 0);
	token = (struct lex_token){ LEX_END, lex->text + lex->pos, 0, lex->line, lex->column };
	if (c == '"') {
		if ((rc = next_text(lex, &token, error)))
			return rc;
		*out = token;
		return 0;
	}
	if (c == '(' || c == ')') {
		token.kind = c == '(' ? LEX_LEFT : LEX_RIGHT;
		token.len = 1;
		if (c == '(')
			lex->nested++;
		else if (lex->nested)
			lex->nested--;
	} else if (c == '{' || c == '}') {
		token.kind = c == '{' ? LEX_OPEN : LEX_CLOSE;
		token.len = 1;
		lex->in_set = c == '{';
	} else if ((token.len = end_of_line(lex, 0))) {
		token.kind = LEX_NEWLINE;
	} else if (c >= 0) {
		token.kind = LEX_WORD;
		token.len = word_len(lex);
		if (!token.len)
			return fail_byte(&token, c, error);
	}
	skip(lex, token.len);
	*out = token;
	return 0;
}
