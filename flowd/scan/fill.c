/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/fill.h"

#include "base/err.h"
#include "store/report/doc.h"
#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 2304 /* a value, before it is escaped */
#define ESCAPED_MAX 6 /* bytes that one of a value may become */

/* ---- values ---- */

static void port_text(const struct service *s, char *out)
{
	snprintf(out, WORD_MAX, "%u", s->port);
}

/* "https://192.0.2.1:8443/"; "" it does not speak HTTP. */
static void url_text(const struct alert *a, char *out)
{
	const struct service *s = &a->finding.service;
	const char *app = a->finding.app;
	char host[ADDR_TEXT_MAX];
	bool v6, tls = !strcmp(app, "https") || (!strcmp(app, "http") && *a->probe.tls);

	*out = 0;
	if (strcmp(app, "http") != 0 && strcmp(app, "https") != 0)
		return;
	addr_text(&s->host, host);
	v6 = strchr(host, ':') != NULL;
	snprintf(out, WORD_MAX, "%s://%s%s%s:%u/", tls ? "https" : "http", v6 ? "[" : "", host,
		 v6 ? "]" : "", s->port);
}

static void number_text(uint64_t n, char *out)
{
	snprintf(out, WORD_MAX, "%llu", (unsigned long long)n);
}

/* Bytes become text up to the first NUL: what is behind it is not shown to anybody. */
static void banner_text(const struct probe *p, char *out)
{
	size_t len = p->banner_len < sizeof(p->banner) ? p->banner_len : sizeof(p->banner);

	memcpy(out, p->banner, len);
	out[len] = 0;
}

static void copy(char *out, const char *text)
{
	snprintf(out, WORD_MAX, "%s", text);
}

/* The value of a word; "" it is not known. */
static void value_of(enum tool_word word, const struct fill_facts *facts, char *out)
{
	const struct handover *h = facts->handover;
	const struct finding *f = &h->alert.finding;
	const struct service *s = &h->run.service;

	*out = 0;
	switch (word) {
	case TOOL_HOST:
		addr_text(&s->host, out);
		return;
	case TOOL_PORT:
		port_text(s, out);
		return;
	case TOOL_PROTO:
	case TOOL_TRANSPORT:
		copy(out, record_proto_text(s->proto));
		return;
	case TOOL_SERVICE:
		report_id(s, out);
		return;
	case TOOL_APP:
		copy(out, f->app);
		return;
	case TOOL_URL:
		url_text(&h->alert, out);
		return;
	case TOOL_NAME:
		copy(out, h->name);
		return;
	case TOOL_PRODUCT:
		copy(out, f->product);
		return;
	case TOOL_VERSION:
		copy(out, f->version);
		return;
	case TOOL_STATE:
		copy(out, record_state_text(f->state));
		return;
	case TOOL_LEVEL:
		copy(out, record_level_text(h->alert.level));
		return;
	case TOOL_ALERT:
		number_text(h->alert.number, out);
		return;
	case TOOL_RUN:
		number_text(h->run.id, out);
		return;
	case TOOL_BY:
		copy(out, h->run.by);
		return;
	case TOOL_RULE:
		copy(out, h->alert.rule);
		return;
	case TOOL_BANNER:
		banner_text(&h->alert.probe, out);
		return;
	case TOOL_TICKET:
		copy(out, facts->ticket);
		return;
	case TOOL_SECRET:
		copy(out, facts->secret);
		return;
	case TOOL_WORD_END:
		return;
	}
}

/* ---- how they may stand ---- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Begins like a word or an address of IPv6, goes on without a byte that means anything to a shell,
 * a list of options or a path. */
static bool is_harmless(const char *value)
{
	if (!is_alnum(*value) && *value != ':')
		return false;
	for (; *value; value++)
		if (!is_alnum(*value) && !strchr(" ._:+-", *value))
			return false;
	return true;
}

/* An address that is made here, of a scheme, a host and a port. */
static bool is_url(const char *value)
{
	return !strncmp(value, "http://", 7) || !strncmp(value, "https://", 8);
}

/* Of a secret, which somebody has written into a file. */
static bool is_line(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 127)
			return false;
	return true;
}

static size_t put_percent(const char *value, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (is_alnum(*value) || strchr("-._~", *value)) {
			out[n++] = *value;
			continue;
		}
		out[n++] = '%';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = 0;
	return n;
}

/* The inside of a string of JSON, made by who makes all of ours. */
static size_t put_json(const char *value, char *out, size_t size)
{
	struct doc *list = doc_new_list();
	char *text;
	size_t len;

	doc_add_text(list, value, WORD_MAX);
	text = doc_text(list);
	/* ["..."] */
	len = text ? strlen(text) : 0;
	len = len > 4 && len - 4 < size ? len - 4 : 0;
	if (len)
		memcpy(out, text + 2, len);
	out[len] = 0;
	free(text);
	return len;
}

/* The value as it may stand there; false: it may not. */
static bool put_value(enum tool_word word, enum fill_place place, const char *value, char *out,
		      size_t size)
{
	switch (place) {
	case FILL_ARGUMENT:
		if (word == TOOL_URL ? !is_url(value) : !is_harmless(value))
			return false;
		break;
	case FILL_HEADER:
		if (word == TOOL_SECRET ? !*value || !is_line(value) : !is_harmless(value))
			return false;
		break;
	case FILL_URL:
	case FILL_LINK:
		put_percent(value, out);
		return true;
	case FILL_BODY:
		put_json(value, out, size);
		return true;
	}
	snprintf(out, size, "%s", value);
	return true;
}

static int refuse(enum tool_word word, const char *value, char *why)
{
	snprintf(why, sizeof(((struct tool_run *)0)->reason), "{%s} %s", tools_word_text(word),
		 *value ? "has a value that may not stand in an argument"
			: "is not known of this service");
	return ERR_SYNTAX;
}

int fill_template(const char *text, enum fill_place place, const struct fill_facts *facts,
		  const struct fill_room *room)
{
	char *out = room->text, *why = room->why;
	const size_t size = room->size;
	char value[WORD_MAX], escaped[WORD_MAX * ESCAPED_MAX];
	enum tool_word word;
	const char *next;
	size_t len = 0, n;

	for (;; text = next + strlen(tools_word_text(word)) + 2) {
		next = tools_next(text, (char)place, &word);
		n = next ? (size_t)(next - text) : strlen(text);
		if (len + n >= size)
			break;
		memcpy(out + len, text, n);
		len += n;
		out[len] = 0;
		if (!next)
			return 0;
		if (word == TOOL_WORD_END)
			return refuse(word, "", why);
		value_of(word, facts, value);
		if (!put_value(word, place, value, escaped, sizeof(escaped)))
			return refuse(word, value, why);
		n = strlen(escaped);
		if (len + n >= size)
			break;
		memcpy(out + len, escaped, n + 1);
		len += n;
	}
	snprintf(why, sizeof(((struct tool_run *)0)->reason),
		 "a template is too long when it is filled");
	return ERR_RANGE;
}
