/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/names.h"

#include "base/wire.h"

#define HEADER 12
#define NAME_MAX 255
#define RECORDS_MAX 512 /* of each section: no datagram holds more */
#define LABEL_MAX 63

/* A name without pointers: nothing stands before the first one that it could point to. */
static bool take_name(struct wire *w)
{
	size_t total = 0;
	uint8_t len;

	while ((len = wire_u8(w)) && len <= LABEL_MAX && (total += len + 1u) <= NAME_MAX)
		wire_take(w, len);
	return !len && !w->bad;
}

/* Classes of RFC 6895 and mDNS's two highest bits; any type but 0. */
static bool take_type_class(struct wire *w)
{
	uint16_t type = wire_be16(w), class = wire_be16(w) & 0x7fff;

	return !w->bad && type && (class == 1 || class == 3 || class == 4 || class >= 254) &&
	       class < 256;
}

static const char *app_of(const struct reply_words *w)
{
	if (reply_has_port(w, 5353))
		return "mdns";
	if (reply_has_port(w, 5355))
		return "llmnr";
	return reply_has_port(w, 137) ? "netbios" : "dns";
}

static bool is_port_of_names(const struct reply_words *w)
{
	return reply_has_port(w, 53) || reply_has_port(w, 5353) || reply_has_port(w, 5355) ||
	       reply_has_port(w, 137);
}

bool names_dns(const struct reply_words *words, struct reply *out)
{
	struct wire w = wire_open(words->bytes, words->len);
	bool cut = words->len < words->whole && is_port_of_names(words);
	uint16_t flags, questions, answers, rest;
	bool response;

	wire_take(&w, 2);
	flags = wire_be16(&w);
	questions = wire_be16(&w);
	answers = wire_be16(&w);
	rest = wire_be16(&w);
	rest |= wire_be16(&w);
	response = flags & 0x8000;
	/* Operation codes go up to 9 (NetBIOS), one bit is always 0 (RFC 1035, 4.1.1). */
	if (w.bad || (flags >> 11 & 15) > 9 || flags & 0x0040 || questions > RECORDS_MAX ||
	    answers > RECORDS_MAX || rest > RECORDS_MAX)
		return false;
	if (!response && !questions)
		return false;
	/* A refusal may say nothing but that; so short a thing is believed on its port only. */
	if (response && !questions && !answers && words->whole == HEADER) {
		out->way = REPLY_RESPONSE;
		return is_port_of_names(words);
	}
	if (!questions && !answers && !rest)
		return false;
	/* Where a capture ends within the name, a port decides whether it would have been one. */
	if ((!take_name(&w) || !take_type_class(&w)) && !(w.bad && cut))
		return false;
	out->way = reply_way(response);
	out->app = app_of(words);
	return true;
}
