/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/tools.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
#define TEXT_OF(id, text) text,
	TOOLS_KIND_LIST(TEXT_OF) NULL
#undef TEXT_OF
};

#define AS_TEXT SECTION_TEXT, NULL
#define AS_LINES SECTION_LINES, NULL
#define AS_COUNT SECTION_COUNT, NULL
#define AS_BYTES SECTION_BYTES, NULL
#define AS_DURATION SECTION_DURATION, NULL
#define AS_BOOL SECTION_BOOL, NULL
#define AS_KIND SECTION_WORD, kinds
#define AS_LEVELS SECTION_WORDS, section_levels

static const struct section_option options[] = {
#define OPTION_ROW(member, type, name, value, low, high, help) \
	{ name, value, low, high, offsetof(struct tool_conf, member), AS_##type },
	TOOLS_OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

static int check(const void *entry, char *error);

const struct section tools_section = { "tool", options, sizeof(options) / sizeof(options[0]),
				       check };

_Static_assert(sizeof(struct tool_conf) <= SECTION_ENTRY_MAX, "fits");

const char *tools_kind_text(unsigned kind)
{
	return kind < TOOL_KIND_END ? kinds[kind] : "?";
}

/* ---- templates ---- */

static const struct {
	const char *name, *places;
} words[] = {
#define WORD_ROW(id, name, places) { name, places },
	TOOLS_WORD_LIST(WORD_ROW)
#undef WORD_ROW
};

const char *tools_word_text(enum tool_word word)
{
	return word < TOOL_WORD_END ? words[word].name : "?";
}

/* A brace of JSON is no placeholder: those are one small word in braces. */
const char *tools_next(const char *text, char place, enum tool_word *word)
{
	size_t len;
	int i;

	for (; (text = strchr(text, '{')); text++) {
		len = strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_");
		if (!len || text[1 + len] != '}')
			continue;
		for (i = 0; i < TOOL_WORD_END; i++)
			if (strlen(words[i].name) == len && !memcmp(words[i].name, text + 1, len))
				break;
		if (i < TOOL_WORD_END && !strchr(words[i].places, place))
			i = TOOL_WORD_END;
		*word = (enum tool_word)i;
		return text;
	}
	return NULL;
}

static int wrong(char *error, const struct tool_conf *t, const char *text)
{
	return section_wrong(&tools_section, t->name, text, error);
}

static int check_template(const struct tool_conf *t, const char *text, char place, char *error)
{
	char what[96];
	enum tool_word word;

	for (; (text = tools_next(text, place, &word)); text++)
		if (word == TOOL_WORD_END) {
			snprintf(what, sizeof(what), "%.*s is nothing that may stand there",
				 (int)strcspn(text, "}") + 1, text);
			return wrong(error, t, what);
		}
	return 0;
}

size_t tools_lines(char *text, char **out, size_t most)
{
	size_t n = 0;

	while (*text && n + 1 < most) {
		out[n++] = text;
		text += strcspn(text, "\n");
		if (*text)
			*text++ = 0;
	}
	out[n] = NULL;
	return n;
}

static size_t count_lines(const char *text)
{
	size_t n = *text != 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static int check_command(const struct tool_conf *t, char *error)
{
	const char *line;

	if (*t->program != '/')
		return wrong(error, t, "expected program, a path that begins with /");
	if (count_lines(t->arguments) >= TOOLS_ARGUMENTS_MAX)
		return wrong(error, t, "there are too many arguments");
	if (count_lines(t->reads) > TOOLS_READS_MAX)
		return wrong(error, t, "at most 8 files and folders may be read besides");
	for (line = t->reads; line && *line; line = strchr(line, '\n'), line += line != NULL)
		if (*line != '/')
			return wrong(error, t, "reads: expected paths that begin with /");
	return check_template(t, t->arguments, 'A', error);
}

/* The host of an address is the configuration's, whatever a stranger is called. */
static int check_url(const struct tool_conf *t, char *error)
{
	const char *host, *first;
	enum tool_word word;

	if (strncmp(t->url, "https://", 8) && strncmp(t->url, "http://", 7))
		return wrong(error, t, "expected a url that begins with https:// or http://");
	host = strstr(t->url, "://") + 3;
	first = tools_next(t->url, 'U', &word);
	if (!*host || *host == '/' || (first && first < host + strcspn(host, "/")))
		return wrong(error, t, "the host of url may not be a placeholder");
	if (t->url[strcspn(t->url, " \r\n\t")])
		return wrong(error, t, "a url has no spaces");
	return check_template(t, t->url, 'U', error);
}

static int check_http(const struct tool_conf *t, char *error)
{
	const char *line;
	size_t len;
	int rc = check_url(t, error);

	if (rc)
		return rc;
	if (t->method[strspn(t->method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
		return wrong(error, t, "expected a method such as POST");
	if (count_lines(t->headers) > TOOLS_HEADERS_MAX)
		return wrong(error, t, "there are too many headers");
	for (line = t->headers; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		len = strcspn(line, ": {\n");
		if (!len || line[len] != ':')
			return wrong(error, t, "expected headers like \"Name: value\"");
	}
	rc = check_template(t, t->headers, 'H', error);
	if (!rc)
		rc = check_template(t, t->body, 'B', error);
	return rc ? rc : check_template(t, t->link, 'L', error);
}

/* What no option says alone. */
static int check(const void *entry, char *error)
{
	const struct tool_conf *t = entry;

	if (!*t->name || t->name[strspn(t->name, "abcdefghijklmnopqrstuvwxyz0123456789-_")])
		return wrong(error, t, "expected a name of small letters, digits, - and _");
	return t->kind == TOOL_HTTP ? check_http(t, error) : check_command(t, error);
}

/* ---- all of them ---- */

int tools_parse(const char *entries, struct tools *out, char *error)
{
	struct tools tools = { .count = 0 };
	struct tool_conf *t;
	int rc = 0;

	for (entries += strspn(entries, "\n"); *entries && !rc; entries += strspn(entries, "\n")) {
		if (tools.count == TOOLS_MAX) {
			snprintf(error, SECTION_ERROR_MAX, "at most %d tools", TOOLS_MAX);
			rc = ERR_RANGE;
			break;
		}
		t = &tools.list[tools.count++];
		rc = section_parse(&tools_section, &entries, t, error);
		if (!rc && tools_find(&tools, t->name) != t)
			rc = wrong(error, t, "there is one of this name already");
	}
	if (rc)
		tools_free(&tools);
	else
		*out = tools;
	return rc;
}

void tools_free(struct tools *tools)
{
	size_t i;

	for (i = 0; i < tools->count; i++)
		section_free(&tools_section, &tools->list[i]);
	memset(tools, 0, sizeof(*tools));
}

const struct tool_conf *tools_find(const struct tools *tools, const char *name)
{
	size_t i;

	for (i = 0; i < tools->count; i++)
		if (!strcmp(tools->list[i].name, name))
			return &tools->list[i];
	return NULL;
}
