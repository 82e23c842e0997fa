/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/sip.h"

#define PAIRS_MOST 4   /* of ports for one medium */
#define FIRST_MOST 512 /* bytes looked at for the end of the first line */
#define SIP_VERSION "SIP/2.0"

/* "SIP/2.0 200 OK" or "INVITE sip:a@example SIP/2.0" */
static bool is_first_line(struct text line)
{
	static const size_t len = sizeof(SIP_VERSION) - 1;
	struct text t = line;

	if (text_word(&t, SIP_VERSION " "))
		return true;
	if ((size_t)(line.end - line.at) <= len)
		return false;
	t.at = line.end - len;
	return t.at[-1] == ' ' && text_word(&t, SIP_VERSION);
}

bool sip_begins(const void *bytes, size_t len)
{
	const char *at = bytes, *end;

	if (!len || *at < 'A' || *at > 'Z')
		return false;
	end = memchr(at, '\n', len < FIRST_MOST ? len : FIRST_MOST);
	if (!end)
		return false;
	if (end > at && end[-1] == '\r')
		end--;
	return is_first_line((struct text){ at, end });
}

static void say(const struct sip *s, uint16_t port, announced_fn fn, void *arg)
{
	static const struct addr none;
	const struct announced a = {
		.host = addr_is_same(&s->media, &none) ? s->session : s->media,
		.port = port,
		.proto = s->proto,
		.reason = EPHEMERAL_MEDIA,
		.by_server = true,
		.for_anybody = true,
	};

	/* Without an address it is nobody's word. */
	if (port && !addr_is_same(&a.host, &none))
		fn(arg, &a);
}

/* The section of one medium has ended. */
static void end_media(struct sip *s, announced_fn fn, void *arg)
{
	uint32_t i, ports = s->single ? 1 : 2;

	if (s->rtcp) {
		say(s, s->rtcp, fn, arg);
		ports = 1;
	}
	for (i = 0; s->port && i < s->count * ports && s->port + i <= UINT16_MAX; i++)
		say(s, (uint16_t)(s->port + i), fn, arg);
	s->port = s->rtcp = 0;
	memset(&s->media, 0, sizeof(s->media));
}

void sip_end(struct sip *s, announced_fn fn, void *arg)
{
	end_media(s, fn, arg);
	memset(&s->session, 0, sizeof(s->session));
	s->described = false;
	s->where = SIP_BETWEEN;
}

/* m=audio 49170/2 RTP/AVP 0 */
static void take_media(struct sip *s, struct text t)
{
	uint32_t port, count = 1;
	struct text proto;

	text_take(&t);
	if (!text_number(&t, UINT16_MAX, &port))
		return;
	if (text_byte(&t, '/') && !text_number(&t, PAIRS_MOST, &count))
		count = PAIRS_MOST;
	if (!text_byte(&t, ' '))
		return;
	proto = text_take(&t);
	s->port = (uint16_t)port;
	s->count = (uint8_t)count;
	s->proto = text_word(&(struct text){ proto.at, proto.end }, "TCP") ? PROTO_TCP : PROTO_UDP;
	s->single =
		s->proto == PROTO_TCP || !text_word(&(struct text){ proto.at, proto.end }, "RTP/");
}

/* c=IN IP4 224.2.36.42/127 */
static void take_address(struct sip *s, struct text t)
{
	struct addr a;
	struct text word;

	if (!text_word(&t, "IN IP4 ") && !text_word(&t, "IN IP6 "))
		return;
	word = text_take(&t);
	t = word;
	if (text_past(&t, '/'))
		word.end = t.at - 1;
	if (!text_address(word, &a))
		return;
	if (s->port)
		s->media = a;
	else
		s->session = a;
}

static void take_description(struct sip *s, struct text t, announced_fn fn, void *arg)
{
	uint32_t port;

	if (text_word(&t, "v=0"))
		s->described = true;
	if (!s->described)
		return;
	if (text_word(&t, "m=")) {
		end_media(s, fn, arg);
		take_media(s, t);
	} else if (text_word(&t, "c=")) {
		take_address(s, t);
	} else if (text_word(&t, "a=rtcp-mux")) {
		s->single = true;
	} else if (s->port && text_word(&t, "a=rtcp:") && text_number(&t, UINT16_MAX, &port)) {
		s->rtcp = (uint16_t)port;
	}
}

static void take_header(struct sip *s, struct text t)
{
	uint32_t n;

	if (!text_word(&t, "Content-Length:") && !text_word(&t, "l:"))
		return;
	while (text_byte(&t, ' '))
		;
	s->left = text_number(&t, UINT16_MAX, &n) ? n : 0;
}

void sip_line(struct sip *s, struct text line, announced_fn fn, void *arg)
{
	uint32_t size = (uint32_t)(line.end - line.at) + 2;

	switch (s->where) {
	case SIP_BETWEEN:
		/* Empty lines keep the connection alive. */
		if (line.at == line.end)
			return;
		s->bad = !is_first_line(line);
		s->where = SIP_HEADERS;
		s->left = s->whole ? UINT32_MAX : 0;
		return;
	case SIP_HEADERS:
		if (line.at < line.end)
			take_header(s, line);
		else
			s->where = s->left ? SIP_BODY : SIP_BETWEEN;
		return;
	case SIP_BODY:
		take_description(s, line, fn, arg);
		s->left -= size < s->left ? size : s->left;
		if (!s->left)
			sip_end(s, fn, arg);
		return;
	}
}

void sip_datagram(const void *bytes, size_t len, announced_fn fn, void *arg)
{
	const char *at = bytes, *end = at + len, *newline;
	struct sip sip = { .whole = true };

	if (!sip_begins(bytes, len))
		return;
	while (at < end && !sip.bad && (newline = memchr(at, '\n', (size_t)(end - at)))) {
		sip_line(&sip,
			 (struct text){ at, newline > at && newline[-1] == '\r' ? newline - 1
										: newline },
			 fn, arg);
		/* One datagram, one message. */
		if (sip.where == SIP_BETWEEN)
			return;
		at = newline + 1;
	}
	sip_end(&sip, fn, arg);
}
