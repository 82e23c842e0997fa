/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/sinks.h"

#include "base/err.h"
#include "base/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 2048

enum type { TEXT, COUNT, BYTES, DURATION, BOOL, KIND, FORM, LEVEL };

static const struct option {
	const char *name;
	enum type type;
	const char *value;
	int64_t low, high;
	size_t offset;
} options[] = {
#define OPTION_ROW(member, type, name, value, low, high, help) \
	{ name, type, value, low, high, offsetof(struct sink_conf, member) },
	SINKS_OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static const char *const kinds[] = {
#define TEXT_OF(id, text) text,
	SINKS_KIND_LIST(TEXT_OF)
};
static const char *const forms[] = { SINKS_FORM_LIST(TEXT_OF) };
#undef TEXT_OF

const char *sinks_kind_text(unsigned kind)
{
	return kind < SINK_KIND_END ? kinds[kind] : "?";
}

const char *sinks_form_text(unsigned form)
{
	return form < FORM_END ? forms[form] : "?";
}

static int find_word(const char *const *words, size_t count, const char *value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(words[i], value))
			return (int)i;
	return ERR_UNKNOWN;
}

static int find_level(const char *value)
{
	int i;

	for (i = 1; i < LEVEL_END; i++)
		if (!strcmp(record_level_text((unsigned)i), value))
			return i;
	return ERR_UNKNOWN;
}

static const struct option *find(const char *name)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

static int read_number(const struct option *o, const char *value, uint64_t *out)
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
	if (*end && o->type == BYTES && !end[1] && (suffix = strchr(suffixes, *end))) {
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

static int set_text(const struct option *o, const char *value, char **field)
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

static int set_duration(const struct option *o, const char *value, mono_t *field)
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

static int set_word(int found, uint8_t *field)
{
	if (found < 0)
		return found;
	*field = (uint8_t)found;
	return 0;
}

static int set(struct sink_conf *s, const struct option *o, const char *value)
{
	void *field = (char *)s + o->offset;

	switch (o->type) {
	case TEXT:
		return set_text(o, value, field);
	case COUNT:
	case BYTES:
		return read_number(o, value, field);
	case DURATION:
		return set_duration(o, value, field);
	case BOOL:
		*(bool *)field = !strcmp(value, "yes") || !strcmp(value, "true");
		return *(bool *)field || !strcmp(value, "no") || !strcmp(value, "false")
			       ? 0
			       : ERR_SYNTAX;
	case KIND:
		return set_word(find_word(kinds, SINK_KIND_END, value), field);
	case FORM:
		return set_word(find_word(forms, FORM_END, value), field);
	case LEVEL:
		return set_word(find_level(value), field);
	}
	return ERR_UNKNOWN;
}

/* Puts words of a list behind one another. */
static void list_words(const char *const *words, size_t count, char *out, size_t size)
{
	size_t i, len = 0;

	for (i = 0; i < count && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "", words[i]);
}

static void expect(const struct option *o, char *out, size_t size)
{
	char low[MONO_STAMP_MAX], high[MONO_STAMP_MAX];

	if (o->type == TEXT)
		snprintf(out, size, "a text of at most %lld bytes", (long long)o->high);
	else if (o->type == DURATION)
		snprintf(out, size, "a duration from %s to %s", mono_text(o->low, low),
			 mono_text(o->high, high));
	else if (o->type == BOOL)
		snprintf(out, size, "yes or no");
	else if (o->type == KIND)
		list_words(kinds, SINK_KIND_END, out, size);
	else if (o->type == FORM)
		list_words(forms, FORM_END, out, size);
	else if (o->type == LEVEL)
		snprintf(out, size, "low, medium, high or critical");
	else
		snprintf(out, size, "a number from %lld to %lld", (long long)o->low,
			 (long long)o->high);
}

/* The name with the longest common start, for who has mistyped one. */
static const char *nearest(const char *name)
{
	size_t i, same, best = 1;
	const char *near = NULL;

	for (i = 0; i < OPTION_COUNT; i++) {
		for (same = 0; name[same] && name[same] == options[i].name[same]; same++)
			;
		if (same > best) {
			best = same;
			near = options[i].name;
		}
	}
	return near;
}

int sinks_check_option(const char *name, const char *value, char *error)
{
	const struct option *o = find(name);
	struct sink_conf s = { .name = NULL };
	char expected[SINKS_ERROR_MAX / 2];
	const char *near;
	int rc;

	if (!o) {
		near = nearest(name);
		snprintf(error, SINKS_ERROR_MAX, "no option of a sink is called %.40s%s%s%s", name,
			 near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
		return ERR_UNKNOWN;
	}
	rc = set(&s, o, value);
	if (o->type == TEXT)
		free(*(char **)((char *)&s + o->offset));
	if (!rc)
		return 0;
	expect(o, expected, sizeof(expected));
	snprintf(error, SINKS_ERROR_MAX, "%s: %s, expected %s", name, err_text(rc), expected);
	return rc;
}

int sinks_add_option(char *line, size_t size, const char *name, const char *value)
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
static const char *read_option(const char *at, char name[SINKS_NAME_MAX + 8], char value[VALUE_MAX])
{
	size_t len = strcspn(at, "= \n"), n = 0;
	bool quoted;

	if (at[len] != '=' || !len || len >= SINKS_NAME_MAX + 8)
		return NULL;
	memcpy(name, at, len);
	name[len] = 0;
	at += len + 1;
	quoted = *at == '"';
	at += quoted;
	while (*at && *at != '\n' && (quoted ? *at != '"' : *at != ' ') && n + 1 < VALUE_MAX) {
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

static int wrong(char *error, const struct sink_conf *s, const char *text)
{
	snprintf(error, SINKS_ERROR_MAX, "sink %s: %s", s->name ? s->name : "", text);
	return ERR_SYNTAX;
}

/* The kinds that want a url, and how it begins. */
static const char *const schemes[SINK_KIND_END][4] = {
	[SINK_WEBHOOK] = { "https://", "http://" },
	[SINK_SYSLOG] = { "udp://", "tcp://", "tls://" },
	[SINK_MAIL] = { "smtp://", "smtps://" },
	[SINK_KAFKA] = { "kafka://", "kafkas://" },
	[SINK_NATS] = { "nats://", "tls://" },
	[SINK_FILE] = { "/", "file:///" },
};

static int check_url(const struct sink_conf *s, char *error)
{
	char text[SINKS_ERROR_MAX / 2] = "expected a url that begins with ";
	size_t i, len = strlen(text);

	if (!*s->url && *s->url_file && s->kind != SINK_FILE)
		return 0;
	for (i = 0; i < 4 && schemes[s->kind][i]; i++)
		if (!strncmp(s->url, schemes[s->kind][i], strlen(schemes[s->kind][i])))
			return 0;
	list_words(schemes[s->kind], i, text + len, sizeof(text) - len);
	return wrong(error, s, text);
}

static bool is_chat(const struct sink_conf *s)
{
	return s->form >= FORM_SLACK;
}

/* What no option says alone. */
static int check(const struct sink_conf *s, char *error)
{
	if (!*s->name || s->name[strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789-_")])
		return wrong(error, s, "expected a name of small letters, digits, - and _");
	if (check_url(s, error))
		return ERR_SYNTAX;
	if (is_chat(s) && s->kind != SINK_WEBHOOK)
		return wrong(error, s, "this form is one of webhooks");
	if ((is_chat(s) || s->form == FORM_TEMPLATE) && s->kind == SINK_WEBHOOK && s->batch > 1)
		return wrong(error, s, "this form has one alert a request: no batch");
	if (s->form == FORM_TEMPLATE && !*s->template_file)
		return wrong(error, s, "form template wants a template_file");
	if (strcmp(s->mechanism, "PLAIN") && strcmp(s->mechanism, "SCRAM-SHA-256") &&
	    strcmp(s->mechanism, "SCRAM-SHA-512"))
		return wrong(error, s, "expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
	if (s->kind == SINK_MAIL && (!*s->from || !*s->to))
		return wrong(error, s, "mail wants from and to");
	if (s->kind == SINK_MAIL && (strpbrk(s->from, "\r\n<>") || strpbrk(s->to, "\r\n<>")))
		return wrong(error, s, "expected addresses without <>");
	return 0;
}

static int parse_entry(const char *at, const char **end, struct sink_conf *s, char *error)
{
	char name[SINKS_NAME_MAX + 8], value[VALUE_MAX];
	int rc = 0;
	size_t i;

	for (i = 0; i < OPTION_COUNT && !rc; i++)
		rc = set(s, &options[i], options[i].value);
	if (rc)
		return wrong(error, s, err_text(rc));
	for (at += strspn(at, " "); *at && *at != '\n';) {
		at = read_option(at, name, value);
		if (!at)
			return wrong(error, s, "expected option=value ...");
		if ((rc = sinks_check_option(name, value, error)))
			return rc;
		if ((rc = set(s, find(name), value)))
			return rc;
	}
	*end = at;
	return check(s, error);
}

int sinks_parse(const char *entries, struct sinks *out, char *error)
{
	struct sinks sinks = { .count = 0 };
	struct sink_conf *s;
	int rc = 0;

	for (entries += strspn(entries, "\n"); *entries && !rc; entries += strspn(entries, "\n")) {
		if (sinks.count == SINKS_MAX) {
			snprintf(error, SINKS_ERROR_MAX, "at most %d sinks", SINKS_MAX);
			rc = ERR_RANGE;
			break;
		}
		s = &sinks.list[sinks.count++];
		rc = parse_entry(entries, &entries, s, error);
		if (!rc && sinks_find(&sinks, s->name) != (int)sinks.count - 1)
			rc = wrong(error, s, "there is one of this name already");
	}
	if (rc)
		sinks_free(&sinks);
	else
		*out = sinks;
	return rc;
}

void sinks_free(struct sinks *sinks)
{
	size_t i, k;

	for (i = 0; i < sinks->count; i++)
		for (k = 0; k < OPTION_COUNT; k++)
			if (options[k].type == TEXT)
				free(*(char **)((char *)&sinks->list[i] + options[k].offset));
	memset(sinks, 0, sizeof(*sinks));
}

const char *sinks_file(const struct sink_conf *s)
{
	return s->url + (strncmp(s->url, "file://", 7) ? 0 : 7);
}

int sinks_find(const struct sinks *sinks, const char *name)
{
	size_t i;

	for (i = 0; i < sinks->count; i++)
		if (!strcmp(sinks->list[i].name, name))
			return (int)i;
	return -1;
}
