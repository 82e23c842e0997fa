/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of tools, filled with any bytes: the length of a template of any bytes, that, the
 * value. Whatever the value is, an argument is one word that is no option, an address and a string
 * of JSON stay what they were.
 */
#include "flowd/scan/fill.h"

#include <assert.h>
#include <string.h>

#define ROOM 65536 /* a whole banner, escaped, with what stands around it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char out[ROOM + 1], why[sizeof(((struct tool_run *)0)->reason)];

static void put(char *to, size_t most, const uint8_t *bytes, size_t len)
{
	memcpy(to, bytes, len < most - 1 ? len : most - 1);
}

static void fill_facts_of(struct handover *h, const uint8_t *bytes, size_t len)
{
	struct finding *f = &h->alert.finding;
	struct probe *p = &h->alert.probe;

	put(h->name, sizeof(h->name), bytes, len);
	put(f->app, sizeof(f->app), bytes, len);
	put(f->product, sizeof(f->product), bytes, len);
	put(f->version, sizeof(f->version), bytes, len);
	put(h->alert.rule, sizeof(h->alert.rule), bytes, len);
	put(h->run.by, sizeof(h->run.by), bytes, len);
	p->banner_len = (uint16_t)len;
	memcpy(p->banner, bytes, len < sizeof(p->banner) ? len : sizeof(p->banner));
}

static bool fill(const char *text, enum fill_place place, const struct fill_facts *facts)
{
	out[ROOM] = 'z';
	*why = 0;
	if (fill_template(text, place, facts, &(struct fill_room){ out, ROOM, why })) {
		assert(*why && memchr(why, 0, sizeof(why)));
		return false;
	}
	assert(out[ROOM] == 'z' && memchr(out, 0, ROOM));
	return true;
}

static void check_argument(const struct fill_facts *facts)
{
	const char *value, *at;

	if (fill("{name}", FILL_ARGUMENT, facts)) {
		assert(*out && *out != '-' && !strcmp(out, facts->handover->name));
		assert(!strpbrk(out, "\"'`$&|;<>(){}[]\\*?~!#%@=,/\t\r\n\x1b\x7f"));
	}
	if (!fill("--like={product}", FILL_ARGUMENT, facts))
		return;
	assert(!strncmp(out, "--like=", 7));
	value = out + 7;
	assert(*value != '-' && !strcmp(value, facts->handover->alert.finding.product));
	for (at = value; *at; at++)
		assert((unsigned char)*at >= ' ' && (unsigned char)*at < 127);
}

static void check_url(const struct fill_facts *facts)
{
	const char *at;

	assert(fill("https://t.example/?q={name}&r={rule}", FILL_URL, facts));
	assert(!strncmp(out, "https://t.example/?q=", 21));
	at = strchr(out, '&');
	assert(at && !strncmp(at, "&r=", 3) && !strchr(at + 1, '&'));
	for (at = out + 21; *at; at++)
		assert((unsigned char)*at > ' ' && (unsigned char)*at < 127 &&
		       !strchr("#/?\"", *at));
}

/* Four quotes are of the template: those of the value are escaped. */
static void check_body(const struct fill_facts *facts)
{
	unsigned quotes = 0;
	const char *at;

	assert(fill("{\"a\":\"{banner}\"}", FILL_BODY, facts));
	for (at = out; *at; at++) {
		assert((unsigned char)*at >= ' ');
		quotes += *at == '"';
		if (*at == '\\')
			assert(*++at);
	}
	assert(quotes == 4 && at[-1] == '}' && at[-2] == '"');
}

static void check_header(const struct fill_facts *facts)
{
	if (fill("Authorization: Bearer {secret}", FILL_HEADER, facts))
		assert(!strpbrk(out, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum fill_place places[] = { FILL_ARGUMENT, FILL_URL, FILL_BODY, FILL_HEADER,
						  FILL_LINK };
	static struct handover h;
	char text[256] = "", secret[256] = "";
	const struct fill_facts facts = { &h, secret, secret };
	size_t len, i;

	if (!size)
		return 0;
	memset(&h, 0, sizeof(h));
	len = data[0] < size - 1 ? data[0] : size - 1;
	put(text, sizeof(text), data + 1, len);
	put(secret, sizeof(secret), data + 1 + len, size - 1 - len);
	fill_facts_of(&h, data + 1 + len, size - 1 - len);
	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		fill(text, places[i], &facts);
	check_argument(&facts);
	check_url(&facts);
	check_body(&facts);
	check_header(&facts);
	return 0;
}
