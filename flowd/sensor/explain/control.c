/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/control.h"

#include "flowd/sensor/explain/epm.h"
#include "flowd/sensor/explain/ftp.h"
#include "flowd/sensor/explain/rtsp.h"
#include "flowd/sensor/explain/sip.h"

#include <stdlib.h>

#define LINE_MOST 512 /* bytes of a line that are kept while it is incomplete */

enum kind { KIND_FTP, KIND_RTSP, KIND_SIP, KIND_EPM };

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
	bool echo;	      /* one side says the other's address as its own */
	union {
		struct ftp ftp;
		struct rtsp rtsp;
		struct sip sip[2]; /* client, server */
		struct epm epm;
	};
};

static bool starts(const struct control_words *w, const char *text)
{
	size_t len = strlen(text);

	return w->len >= len && !memcmp(w->bytes, text, len);
}

/* What do a connection's first words begin? -1: nothing that is known here. */
static int kind_of(const struct control_words *w, bool half)
{
	if (w->from_server && (starts(w, "220 ") || starts(w, "220-")))
		return KIND_FTP;
	if (sip_begins(w->bytes, w->len))
		return KIND_SIP;
	if (w->from_server == half && rtsp_begins(w->bytes, w->len, w->from_server))
		return KIND_RTSP;
	if (!w->from_server && epm_begins(w->bytes, w->len))
		return KIND_EPM;
	return -1;
}

struct control *control_new(const struct control_words *first, const struct addr *server,
			    const struct addr *client, bool half)
{
	int kind = kind_of(first, half);
	struct control *c = kind < 0 ? NULL : calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->kind = (enum kind)kind;
	c->server = *server;
	c->client = *client;
	if (c->kind == KIND_FTP)
		c->ftp.half = half;
	if (c->kind == KIND_RTSP)
		c->rtsp.half = half;
	return c;
}

void control_free(struct control *c)
{
	free(c);
}

bool control_is_over(const struct control *c)
{
	switch (c->kind) {
	case KIND_FTP:
		return c->ftp.bad;
	case KIND_RTSP:
		return c->rtsp.bad;
	case KIND_SIP:
		return c->echo || c->sip[0].bad || c->sip[1].bad;
	case KIND_EPM:
		return c->epm.bad;
	}
	return true;
}

const char *control_name(const struct control *c)
{
	return c->kind == KIND_FTP && c->ftp.proven ? "ftp" : NULL;
}

bool control_is_secret(const struct control *c)
{
	return c->kind == KIND_FTP && c->ftp.secret;
}

struct taking {
	struct control *control;
	bool from_server;
	announced_fn fn;
	void *arg;
};

/* A session description: whoever says it, speaks of itself. */
static void take_media(void *arg, const struct announced *said)
{
	const struct taking *t = arg;
	struct control *c = t->control;
	struct announced a = *said;

	/* What one side says of the other comes back from an echo, too. */
	c->echo |= addr_is_same(&a.host, t->from_server ? &c->client : &c->server);
	if (c->echo)
		return;
	a.by_server = t->from_server;
	t->fn(t->arg, &a);
}

static void take_line(const struct taking *t, const char *at, const char *end)
{
	struct control *c = t->control;
	struct text line = { at, end > at && end[-1] == '\r' ? end - 1 : end };

	switch (c->kind) {
	case KIND_FTP:
		ftp_line(&c->ftp, line, t->from_server, t->fn, t->arg);
		break;
	case KIND_RTSP:
		rtsp_line(&c->rtsp, line, t->from_server, t->fn, t->arg);
		break;
	case KIND_SIP:
		sip_line(&c->sip[t->from_server], line, take_media, (void *)t);
		break;
	case KIND_EPM:
		break;
	}
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
	if (c->kind == KIND_EPM) {
		if (!old && w->len == w->sent)
			epm_take(&c->epm, wire_open(w->bytes, w->len), w->from_server, fn, arg);
		return;
	}
	if (old < w->len)
		take_lines(&t, s, bytes + old, bytes + w->len);
	if (w->len < w->sent) {
		s->skip = true;
		s->len = 0;
	}
}
