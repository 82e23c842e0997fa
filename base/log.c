/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/err.h"
#include "base/mono.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MOST 1024 /* of a message */
#define LINE_MOST 4000 /* what a pipe takes at once, so that lines of several roles never mix */

static const char *log_role; /* NULL: before there are roles */
static enum log_level log_most = LOG_INFO;
static enum log_format log_form = LOG_TEXT;

static const char *const level_word[] = { "error", "warning", "info", "debug" };

int log_format_parse(const char *text)
{
	static const char *const words[] = {
#define LOG_WORD(id, text) text,
		LOG_FORMAT_LIST(LOG_WORD)
#undef LOG_WORD
	};
	int i;

	for (i = 0; i < LOG_FORMAT_END; i++)
		if (!strcmp(text, words[i]))
			return i;
	return ERR_UNKNOWN;
}

void log_open(const char *role, enum log_level most)
{
	log_role = role;
	log_most = most;
}

void log_shape(enum log_format format)
{
	log_form = format;
}

/* ---- lines ---- */

/* A line that is cut where it would be too long, with room for its end. */
struct line {
	char text[LINE_MOST];
	size_t len;
};

static void put(struct line *l, const char *text, size_t len)
{
	if (len > sizeof(l->text) - 8 - l->len)
		return;
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

static void put_text(struct line *l, const char *text)
{
	put(l, text, strlen(text));
}

/* How many bytes a character of UTF-8 (RFC 3629) takes here; 0: it is none. */
static size_t character(const unsigned char *p)
{
	size_t len = *p < 0x80	 ? 1
		     : *p < 0xc2 ? 0
		     : *p < 0xe0 ? 2
		     : *p < 0xf0 ? 3
		     : *p < 0xf5 ? 4
				 : 0;
	size_t i;

	for (i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, halves of a pair, beyond the last one. */
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
	    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

static void put_json(struct line *l, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	char escape[8];
	size_t len;

	put_text(l, "\"");
	for (; *p; p += len ? len : 1) {
		len = character(p);
		if (len && *p >= ' ' && *p != '"' && *p != '\\') {
			put(l, (const char *)p, len);
			continue;
		}
		if (*p == '"' || *p == '\\')
			snprintf(escape, sizeof(escape), "\\%c", *p);
		else
			snprintf(escape, sizeof(escape), "\\u%04x", len ? *p : 0xfffdU);
		put_text(l, escape);
	}
	put_text(l, "\"");
}

static void put_member(struct line *l, const char *name, const char *value)
{
	put_text(l, l->len ? ",\"" : "{\"");
	put_text(l, name);
	put_text(l, "\":");
	put_json(l, value);
}

static void write_json(struct line *l, enum log_level level, const struct log_field *fields,
		       const char *message)
{
	char stamp[MONO_STAMP_MAX];

	put_member(l, "time", mono_stamp(mono_wall(), stamp));
	put_member(l, "level", level_word[level]);
	put_member(l, "role", log_role ? log_role : "flowd");
	put_member(l, "message", message);
	for (; fields && fields->name; fields++)
		/* One that has no room is left out as a whole. */
		if (fields->value && 6 * strlen(fields->value) + strlen(fields->name) + 16 <
					     sizeof(l->text) - l->len)
			put_member(l, fields->name, fields->value);
	put_text(l, "}");
}

/* What strangers say is to stay in its line. */
static void put_safe(struct line *l, const char *text)
{
	for (; *text; text++)
		put(l, (unsigned char)*text < ' ' || *text == 0x7f ? "." : text, 1);
}

static void write_text(struct line *l, enum log_level level, const struct log_field *fields,
		       const char *message)
{
	put_text(l, "flowd");
	if (log_role) {
		put_text(l, "[");
		put_text(l, log_role);
		put_text(l, "]");
	} else {
		put_text(l, ":");
	}
	put_text(l, " ");
	put_text(l, level_word[level]);
	put_text(l, ": ");
	put_text(l, message);
	for (; fields && fields->name; fields++) {
		if (!fields->value)
			continue;
		put_text(l, " ");
		put_text(l, fields->name);
		put_text(l, "=");
		put_safe(l, fields->value);
	}
}

static void say(enum log_level level, const struct log_field *fields, const char *format,
		va_list ap)
{
	struct line line = { .len = 0 };
	char message[TEXT_MOST];

	if (level > log_most)
		return;
	vsnprintf(message, log_form == LOG_JSON ? TEXT_MOST / 2 : TEXT_MOST, format, ap);
	(log_form == LOG_JSON ? write_json : write_text)(&line, level, fields, message);
	line.text[line.len++] = '\n';
	if (write(STDERR_FILENO, line.text, line.len) < 0)
		return;
}

void log_say(enum log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(level, NULL, format, ap);
	va_end(ap);
}

void log_with(enum log_level level, const struct log_field *fields, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(level, fields, format, ap);
	va_end(ap);
}
