/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/line.h"

#include <string.h>

#define LINE_MAX 1024 /* of a first line */

static bool starts(const struct reply_words *w, const char *text)
{
	size_t len = strlen(text);

	return w->len >= len && !memcmp(w->bytes, text, len);
}

/* Do the `len` bytes occur, in the first `most` of it? */
static bool holds(const struct reply_words *w, size_t most, const char *text)
{
	size_t i, len = strlen(text);

	if (most > w->len)
		most = w->len;
	for (i = 0; i + len <= most; i++)
		if (w->bytes[i] == *text && !memcmp(w->bytes + i, text, len))
			return true;
	return false;
}

/* Is it "METHOD uri PROTOCOL\r\n..."? */
static bool is_request_line(const struct reply_words *w, const char *protocol)
{
	size_t i, most = w->len < LINE_MAX ? w->len : LINE_MAX, len = strlen(protocol);
	const uint8_t *end;

	for (i = 0; i < most && ((w->bytes[i] >= 'A' && w->bytes[i] <= 'Z') || w->bytes[i] == '-');
	     i++)
		;
	if (i < 3 || i > 16 || i == most || w->bytes[i] != ' ')
		return false;
	end = memchr(w->bytes, '\n', most);
	if (!end)
		return false;
	end -= end[-1] == '\r';
	return (size_t)(end - w->bytes) > i + 1 + len && !memcmp(end - len, protocol, len);
}

bool line_sip(const struct reply_words *w, struct reply *out)
{
	if (starts(w, "SIP/2.0 ") || is_request_line(w, " SIP/2.0")) {
		out->app = "sip";
		out->mutual = true;
		out->way = reply_way(starts(w, "SIP/2.0 "));
		return true;
	}
	if (starts(w, "RTSP/1.0 ") || is_request_line(w, " RTSP/1.0")) {
		out->app = "rtsp";
		out->way = reply_way(starts(w, "RTSP/1.0 "));
		return true;
	}
	return false;
}

bool line_http(const struct reply_words *w, struct reply *out)
{
	if (starts(w, "HTTP/1.")) {
		out->way = REPLY_RESPONSE;
		if (holds(w, LINE_MAX, "\r\nST:") || holds(w, LINE_MAX, "\r\nUSN:"))
			out->app = "ssdp";
		return true;
	}
	if (!is_request_line(w, " HTTP/1.1") && !is_request_line(w, " HTTP/1.0"))
		return false;
	out->way = REPLY_REQUEST;
	if (starts(w, "M-SEARCH ") || starts(w, "NOTIFY "))
		out->app = "ssdp";
	return true;
}

bool line_dht(const struct reply_words *w, struct reply *out)
{
	if (!starts(w, "d1:") || w->bytes[w->len - 1] != 'e')
		return false;
	if (holds(w, w->len, "1:y1:q"))
		out->way = REPLY_REQUEST;
	else if (holds(w, w->len, "1:y1:r") || holds(w, w->len, "1:y1:e"))
		out->way = REPLY_RESPONSE;
	else
		return false;
	out->app = "bittorrent";
	out->mutual = true;
	out->ephemeral = out->peers = EPHEMERAL_P2P;
	return true;
}

static const uint8_t raknet_magic[16] = { 0x00, 0xff, 0xff, 0x00, 0xfe, 0xfe, 0xfe, 0xfe,
					  0xfd, 0xfd, 0xfd, 0xfd, 0x12, 0x34, 0x56, 0x78 };

/* Where the magic stands behind the number of each unconnected message. */
static const struct {
	uint8_t id, magic_at, way;
} raknet[] = {
	{ 0x01, 9, REPLY_REQUEST },   { 0x02, 9, REPLY_REQUEST },  { 0x05, 1, REPLY_REQUEST },
	{ 0x07, 1, REPLY_REQUEST },   { 0x06, 1, REPLY_RESPONSE }, { 0x08, 1, REPLY_RESPONSE },
	{ 0x1c, 17, REPLY_RESPONSE },
};

static bool is_raknet(const struct reply_words *w, struct reply *out)
{
	size_t i;

	for (i = 0; i < sizeof(raknet) / sizeof(raknet[0]); i++) {
		size_t at = raknet[i].magic_at;

		if (w->len < at + sizeof(raknet_magic) || w->bytes[0] != raknet[i].id ||
		    memcmp(w->bytes + at, raknet_magic, sizeof(raknet_magic)))
			continue;
		out->way = raknet[i].way;
		out->app = "raknet";
		return true;
	}
	return false;
}

bool line_game(const struct reply_words *w, struct reply *out)
{
	if (is_raknet(w, out))
		return true;
	if (!starts(w, "\xff\xff\xff\xff") || w->len < 5)
		return false;
	if (starts(w, "\xff\xff\xff\xffTSource Engine Query") ||
	    (strchr("UVW", w->bytes[4]) && w->whole <= 9 && w->bytes[4]))
		out->way = REPLY_REQUEST;
	else if (strchr("ADEI", w->bytes[4]) && w->bytes[4])
		out->way = REPLY_RESPONSE;
	else
		return false;
	return true;
}
