/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/control.h"

#include "flowd/sensor/explain/ftp.h"

#include <stdlib.h>

#define LINE_MOST 512 /* bytes of a line that are kept while it is incomplete */

enum kind { KIND_FTP };

/* What one side has said of a line that has not ended yet. */
struct side {
	uint32_t next; /* sequence number of what it says next */
	bool begun;
	bool skip; /* up to the end of this line: too long, or its beginning was lost */
	uint16_t len;
	char tail[LINE_MOST];
};

struct control {
	enum kind kind;
	struct addr server, client;
	struct side sides[2]; /* client, server */
	struct ftp ftp;
};

static bool starts(const struct control_words *w, const char *text)
{
	size_t len = strlen(text);

	return w->len >= len && !memcmp(w->bytes, text, len);
}

struct control *control_new(const struct control_words *first, const struct addr *server,
			    const struct addr *client, bool half)
{
	struct control *c;

	if (!first->from_server || !(starts(first, "220 ") || starts(first, "220-")))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->kind = KIND_FTP;
	c->server = *server;
	c->client = *client;
	c->ftp.half = half;
	return c;
}

void control_free(struct control *c)
{
	free(c);
}

bool control_is_over(const struct control *c)
{
	return c->ftp.bad;
}

const char *control_name(const struct control *c)
{
	return c->ftp.proven ? "ftp" : NULL;
}

bool control_is_secret(const struct control *c)
{
	return c->ftp.secret;
}

struct taking {
	struct control *control;
	bool from_server;
	announced_fn fn;
	void *arg;
};

static void take_line(const struct taking *t, const char *at, const char *end)
{
	if (end > at && end[-1] == '\r')
		end--;
	ftp_line(&t->control->ftp, (struct text){ at, end }, t->from_server, t->fn, t->arg);
}

/* Puts more to the line that has not ended; `end` is past its newline when `whole`. */
static void add_tail(const struct taking *t, struct side *s, const char *at, const char *end,
		     bool whole)
{
	size_t len = (size_t)(end - at) - whole;

	if (len > LINE_MOST - (size_t)s->len)
		s->skip = true;
	if (!s->skip) {
		memcpy(s->tail + s->len, at, len);
		s->len = (uint16_t)(s->len + len);
	}
	if (!whole)
		return;
	if (!s->skip)
		take_line(t, s->tail, s->tail + s->len);
	s->skip = false;
	s->len = 0;
}

static void take_lines(const struct taking *t, struct side *s, const char *at, const char *end)
{
	const char *newline;

	while (at < end && !control_is_over(t->control)) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline) {
			add_tail(t, s, at, end, false);
			return;
		}
		if (s->len || s->skip)
			add_tail(t, s, at, newline + 1, true);
		else
			take_line(t, at, newline);
		at = newline + 1;
	}
}

/* How many of the bytes were said before. */
static uint32_t find_old(struct side *s, const struct control_words *w)
{
	int32_t ahead = (int32_t)(w->seq - s->next);
	uint32_t old = 0;

	if (s->begun && ahead < 0)
		old = 0 - (uint32_t)ahead;
	if (s->begun && ahead > 0) {
		/* Something was lost; what follows may begin within a line. */
		s->skip = true;
		s->len = 0;
	}
	return old;
}

void control_take(struct control *c, const struct control_words *w, announced_fn fn, void *arg)
{
	struct side *s = &c->sides[w->from_server];
	const struct taking t = { c, w->from_server, fn, arg };
	const char *bytes = (const char *)w->bytes;
	uint32_t old = find_old(s, w);

	if (old >= w->sent)
		return;
	s->begun = true;
	s->next = w->seq + w->sent;
	if (old < w->len)
		take_lines(&t, s, bytes + old, bytes + w->len);
	if (w->len < w->sent) {
		s->skip = true;
		s->len = 0;
	}
}
