/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/sinks.h"

#include "base/err.h"
#include "base/record.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
#define TEXT_OF(id, text) text,
	SINKS_KIND_LIST(TEXT_OF) NULL
};
static const char *const forms[] = { SINKS_FORM_LIST(TEXT_OF) NULL };
#undef TEXT_OF
#define AS_TEXT SECTION_TEXT, NULL
#define AS_COUNT SECTION_COUNT, NULL
#define AS_BYTES SECTION_BYTES, NULL
#define AS_DURATION SECTION_DURATION, NULL
#define AS_BOOL SECTION_BOOL, NULL
#define AS_KIND SECTION_WORD, kinds
#define AS_FORM SECTION_WORD, forms
#define AS_LEVEL SECTION_WORD, section_levels

static const struct section_option options[] = {
#define OPTION_ROW(member, type, name, value, low, high, help) \
	{ name, value, low, high, offsetof(struct sink_conf, member), AS_##type },
	SINKS_OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

static int check(const void *entry, char *error);

const struct section sinks_section = { "sink", options, sizeof(options) / sizeof(options[0]),
				       check };

const char *sinks_kind_text(unsigned kind)
{
	return kind < SINK_KIND_END ? kinds[kind] : "?";
}

const char *sinks_form_text(unsigned form)
{
	return form < FORM_END ? forms[form] : "?";
}

static int wrong(char *error, const struct sink_conf *s, const char *text)
{
	return section_wrong(&sinks_section, s->name, text, error);
}

/* The kinds that want a url, and how it begins. */
static const char *const schemes[SINK_KIND_END][5] = {
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
	section_list(schemes[s->kind], text + len, sizeof(text) - len);
	return wrong(error, s, text);
}

static bool is_chat(const struct sink_conf *s)
{
	return s->form >= FORM_SLACK;
}

/* What no option says alone. */
static int check(const void *entry, char *error)
{
	const struct sink_conf *s = entry;

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
		rc = section_parse(&sinks_section, &entries, s, error);
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
	size_t i;

	for (i = 0; i < sinks->count; i++)
		section_free(&sinks_section, &sinks->list[i]);
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
