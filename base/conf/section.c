/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/section.h"

#include "base/err.h"
#include "base/mono.h"
#include "base/record.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const section_levels[] = {
#define LEVEL_WORD(id, text) [id] = (id) == LEVEL_NONE ? "" : (text),
	RECORD_LEVEL_LIST(LEVEL_WORD)[LEVEL_END] = NULL
#undef LEVEL_WORD
};

static const struct section_option *find(const struct section *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!strcmp(s->options[i].name, name))
			return &s->options[i];
	return NULL;
}

static bool is_text(const struct section_option *o)
{
	return o->type == SECTION_TEXT || o->type == SECTION_LINES;
}

/* The place of a word of `len` bytes in the list, or ERR_UNKNOWN. */
static int find_word(const char *const *words, const char *value, size_t len)
{
	int i;

	for (i = 0; len && words[i]; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], value, len))
			return i;
	return ERR_UNKNOWN;
}

static int read_number(const struct section_option *o, const char *value, uint64_t *out)
{
	static const char suffixes[] = "kMG";
	int64_t factor = 1;
	const char *suffix;
	long long n;
	char *end;

	if (*value < '0' || *value > '9')
		return ERR_SYNTAX;
	errno = 0;
	n = strtoll(value, &end, 10);
	if (*end && o->type == SECTION_BYTES && !end[1] && (suffix = strchr(suffixes, *end))) {
		factor = 1LL << 10 * (suffix - suffixes + 1);
		end++;
	}
	if (*end)
		return ERR_SYNTAX;
	if (errno || n > o->high / factor || n * factor < o->low)
		return ERR_RANGE;
	*out = (uint64_t)(n * factor);
	return 0;
}

static int set_text(const struct section_option *o, const char *value, char **field)
{
	size_t len = strlen(value);
	char *text;

	if (len > (size_t)o->high || (*value && len < (size_t)o->low))
		return ERR_RANGE;
	text = strdup(value);
	if (!text)
		return -ENOMEM;
	free(*field);
	*field = text;
	return 0;
}

static int set_duration(const struct section_option *o, const char *value, mono_t *field)
{
	mono_t t;
	int rc = mono_parse(value, &t);

	if (rc)
		return rc;
	if (t < o->low || t > o->high)
		return ERR_RANGE;
	*field = t;
	return 0;
}

static int set_word(const struct section_option *o, const char *value, uint8_t *field)
{
	int found = find_word(o->words, value, strlen(value));

	if (found < 0)
		return found;
	*field = (uint8_t)found;
	return 0;
}

/* Words separated by commas. */
static int set_words(const struct section_option *o, const char *value, uint32_t *field)
{
	uint32_t bits = 0;
	size_t len;
	int found;

	while (*value) {
		value += strspn(value, ", ");
		len = strcspn(value, ", ");
		if (!len)
			break;
		found = find_word(o->words, value, len);
		if (found < 0)
			return found;
		bits |= 1U << found;
		value += len;
	}
	*field = bits;
	return 0;
}

static int set(void *entry, const struct section_option *o, const char *value)
{
	void *field = (char *)entry + o->offset;

	switch (o->type) {
	case SECTION_TEXT:
	case SECTION_LINES:
		return set_text(o, value, field);
	case SECTION_COUNT:
	case SECTION_BYTES:
		return read_number(o, value, field);
	case SECTION_DURATION:
		return set_duration(o, value, field);
	case SECTION_BOOL:
		*(bool *)field = !strcmp(value, "yes") || !strcmp(value, "true");
		return *(bool *)field || !strcmp(value, "no") || !strcmp(value, "false")
			       ? 0
			       : ERR_SYNTAX;
	case SECTION_WORD:
		return set_word(o, value, field);
	case SECTION_WORDS:
		return set_words(o, value, field);
	}
	return ERR_UNKNOWN;
}

void section_list(const char *const *words, char *out, size_t size)
{
	size_t i, len = 0;

	*out = 0;
	for (i = 0; words[i] && len < size; i++)
		if (*words[i])
			len += (size_t)snprintf(out + len, size - len, "%s%s", len ? ", " : "",
						words[i]);
}

static void expect(const struct section_option *o, char *out, size_t size)
{
	char low[MONO_STAMP_MAX], high[MONO_STAMP_MAX];

	if (is_text(o))
		snprintf(out, size, "a text of at most %lld bytes", (long long)o->high);
	else if (o->type == SECTION_DURATION)
		snprintf(out, size, "a duration from %s to %s", mono_text(o->low, low),
			 mono_text(o->high, high));
	else if (o->type == SECTION_BOOL)
		snprintf(out, size, "yes or no");
	else if (o->words)
		section_list(o->words, out, size);
	else
		snprintf(out, size, "a number from %lld to %lld", (long long)o->low,
			 (long long)o->high);
}

/* The name with the longest common start, for who has mistyped one. */
static const char *nearest(const struct section *s, const char *name)
{
	size_t i, same, best = 1;
	const char *near = NULL, *other;

	for (i = 0; i < s->count; i++) {
		other = s->options[i].name;
		for (same = 0; name[same] && name[same] == other[same]; same++)
			;
		if (same > best) {
			best = same;
			near = other;
		}
	}
	return near;
}

/* A member for a value that is only looked at. */
union scratch {
	char *text;
	uint64_t number;
	mono_t time;
	uint32_t words;
	uint8_t word;
	bool yes;
};

int section_check_option(const struct section *s, const char *name, const char *value, char *error)
{
	const struct section_option *o = find(s, name);
	struct section_option here;
	union scratch scratch = { NULL };
	char expected[SECTION_ERROR_MAX / 2];
	const char *near;
	int rc;

	if (!o) {
		near = nearest(s, name);
		snprintf(error, SECTION_ERROR_MAX, "no option of a %s is called %.40s%s%s%s",
			 s->noun, name, near ? ", did you mean " : "", near ? near : "",
			 near ? "?" : "");
		return ERR_UNKNOWN;
	}
	here = *o;
	here.offset = 0;
	rc = set(&scratch, &here, value);
	if (is_text(o))
		free(scratch.text);
	if (!rc)
		return 0;
	expect(o, expected, sizeof(expected));
	snprintf(error, SECTION_ERROR_MAX, "%s: %s, expected %s", name, err_text(rc), expected);
	return rc;
}

int section_is_list(const struct section *s, const char *name)
{
	const struct section_option *o = find(s, name);

	return o && o->type == SECTION_LINES;
}

int section_add_option(char *line, size_t size, const char *name, const char *value)
{
	size_t at = strlen(line);

	if (at + 2 * strlen(value) + strlen(name) + 6 > size)
		return ERR_RANGE;
	at += (size_t)sprintf(line + at, "%s%s=\"", at ? " " : "", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\' || *value == '\n')
			line[at++] = '\\';
		line[at++] = *value == '\n' ? 'n' : *value;
	}
	strcpy(line + at, "\"");
	return 0;
}

/* Reads name=value; where the next one begins, NULL: it is wrong. */
static const char *read_option(const char *at, char name[SECTION_NAME_MAX],
			       char value[SECTION_VALUE_MAX])
{
	size_t len = strcspn(at, "= \n"), n = 0;
	bool quoted;

	if (at[len] != '=' || !len || len >= SECTION_NAME_MAX)
		return NULL;
	memcpy(name, at, len);
	name[len] = 0;
	at += len + 1;
	quoted = *at == '"';
	at += quoted;
	while (*at && *at != '\n' && (quoted ? *at != '"' : *at != ' ') &&
	       n + 1 < SECTION_VALUE_MAX) {
		if (quoted && *at == '\\' && at[1]) {
			at++;
			value[n++] = *at == 'n' ? '\n' : *at;
		} else {
			value[n++] = *at;
		}
		at++;
	}
	value[n] = 0;
	if (quoted && *at++ != '"')
		return NULL;
	if (*at && *at != '\n' && *at != ' ')
		return NULL;
	return at + strspn(at, " ");
}

int section_wrong(const struct section *s, const char *name, const char *text, char *error)
{
	snprintf(error, SECTION_ERROR_MAX, "%s %s: %s", s->noun, name ? name : "", text);
	return ERR_SYNTAX;
}

/* Its name, which is the first of its options. */
static const char *name_of(const struct section *s, const void *entry)
{
	return *(char *const *)((const char *)entry + s->options[0].offset);
}

int section_parse(const struct section *s, const char **from, void *entry, char *error)
{
	char name[SECTION_NAME_MAX], value[SECTION_VALUE_MAX];
	const char *at = *from;
	int rc = 0;
	size_t i;

	for (i = 0; i < s->count && !rc; i++)
		rc = set(entry, &s->options[i], s->options[i].value);
	if (rc)
		return section_wrong(s, name_of(s, entry), err_text(rc), error);
	for (at += strspn(at, " "); *at && *at != '\n';) {
		at = read_option(at, name, value);
		if (!at)
			return section_wrong(s, name_of(s, entry), "expected option=value ...",
					     error);
		if ((rc = section_check_option(s, name, value, error)))
			return rc;
		if ((rc = set(entry, find(s, name), value)))
			return rc;
	}
	*from = at;
	return s->check(entry, error);
}

void section_free(const struct section *s, void *entry)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (is_text(&s->options[i])) {
			free(*(char **)((char *)entry + s->options[i].offset));
			*(char **)((char *)entry + s->options[i].offset) = NULL;
		}
}

int section_try(const struct section *s, const char *line, char *error)
{
	union {
		char bytes[SECTION_ENTRY_MAX];
		void *aligned;
	} entry = { { 0 } };
	int rc = section_parse(s, &line, &entry, error);

	section_free(s, &entry);
	return rc;
}
