/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/rtsp.h"

#define FIRST_MOST 512 /* bytes looked at for the end of the first line */
#define RTSP_VERSION "RTSP/"

/* "SETUP rtsp://example/a RTSP/1.0" */
static bool is_request(struct text line)
{
	struct text t = line;

	if (line.end - line.at <= 9)
		return false;
	t.at = line.end - 9;
	return text_byte(&t, ' ') && text_word(&t, RTSP_VERSION);
}

static bool is_response(struct text line)
{
	return text_word(&line, RTSP_VERSION);
}

bool rtsp_begins(const void *bytes, size_t len, bool from_server)
{
	const char *at = bytes, *end;

	end = len ? memchr(at, '\n', len < FIRST_MOST ? len : FIRST_MOST) : NULL;
	if (!end)
		return false;
	if (end > at && end[-1] == '\r')
		end--;
	return from_server ? is_response((struct text){ at, end })
			   : is_request((struct text){ at, end });
}

static void say(uint32_t port, announced_fn fn, void *arg)
{
	const struct announced a = { .port = (uint16_t)port,
				     .proto = PROTO_UDP,
				     .reason = EPHEMERAL_MEDIA,
				     .by_server = true };

	if (port)
		fn(arg, &a);
}

/* Transport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257 */
static void take_transport(struct text t, announced_fn fn, void *arg)
{
	uint32_t first, last;

	while (text_past(&t, ';')) {
		if (!text_word(&t, "server_port="))
			continue;
		if (!text_number(&t, UINT16_MAX, &first))
			return;
		say(first, fn, arg);
		/* One for RTP, the next for RTCP. */
		if (text_byte(&t, '-') && text_number(&t, UINT16_MAX, &last) && last == first + 1)
			say(last, fn, arg);
		return;
	}
}

/* The first line of a message. */
static void take_first(struct rtsp *r, struct text line, bool from_server)
{
	struct text t = line;

	if (line.at == line.end)
		return;
	r->headers[from_server] = true;
	if (from_server && is_response(line)) {
		text_take(&t);
		r->good = text_word(&t, "200");
		return;
	}
	/* A server may ask too; a client that answers like a server may be an echo of it. */
	if (from_server ? !is_request(line) : !is_request(line) || is_response(line))
		r->bad = true;
	r->good = from_server ? false : r->good;
	if (!from_server && text_word(&t, "SETUP ") && r->setups < UINT8_MAX)
		r->setups++;
}

void rtsp_line(struct rtsp *r, struct text line, bool from_server, announced_fn fn, void *arg)
{
	uint32_t size = (uint32_t)(line.end - line.at) + 2, *skip = &r->skip[from_server];
	struct text t = line;

	if (r->bad)
		return;
	if (!r->headers[from_server] && *skip) {
		*skip -= size < *skip ? size : *skip;
		return;
	}
	if (!r->headers[from_server]) {
		take_first(r, line, from_server);
		return;
	}
	if (line.at == line.end) {
		r->headers[from_server] = false;
		return;
	}
	if (text_word(&t, "Content-Length:")) {
		while (text_byte(&t, ' '))
			;
		if (!text_number(&t, UINT16_MAX, skip))
			r->bad = true;
	}
	if (from_server && r->good && (r->setups || r->half) && text_word(&t, "Transport:")) {
		r->setups -= r->setups > 0;
		take_transport(t, fn, arg);
	}
}
