/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/nmap.h"

#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_MOST 64
#define WORD_MOST 16

/* Elements that matter; within others nothing is looked at. */
enum place { PLACE_NONE, PLACE_RUN, PLACE_HOST, PLACE_PORTS, PLACE_PORT };

struct document {
	XML_Parser parser;
	nmap_fn take;
	void *arg;
	const char *wrong; /* NULL nothing so far */
	enum place place;
	unsigned strange; /* elements open within `place` that are none of ours */
	char address[ADDRESS_MOST], proto[WORD_MOST], number[WORD_MOST];
};

static void stop(struct document *d, const char *wrong)
{
	d->wrong = wrong;
	XML_StopParser(d->parser, XML_FALSE);
}

/* The value of an attribute; "": there is none. */
static const char *value_of(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], name))
			return attributes[1];
	return "";
}

static void copy(struct document *d, char *out, size_t size, const char *text)
{
	if ((size_t)snprintf(out, size, "%s", text) >= size)
		stop(d, "a value is too long");
}

/* The place that an element leads to; PLACE_NONE: none. */
static enum place next_of(enum place place, const char *name)
{
	static const char *const names[] = { [PLACE_NONE] = "nmaprun",
					     [PLACE_RUN] = "host",
					     [PLACE_HOST] = "ports",
					     [PLACE_PORTS] = "port" };

	return place < PLACE_PORT && !strcmp(name, names[place]) ? place + 1 : PLACE_NONE;
}

static void take_port(struct document *d)
{
	const struct nmap_port port = { d->address, d->proto, d->number };
	const char *wrong = *d->address ? d->take(d->arg, &port) : "there is no address";

	if (wrong)
		stop(d, wrong);
}

static void begin(void *arg, const char *name, const char **attributes)
{
	struct document *d = arg;
	enum place next = d->strange ? PLACE_NONE : next_of(d->place, name);

	if (next == PLACE_NONE && d->place == PLACE_NONE) {
		stop(d, "this is no output of nmap");
		return;
	}
	if (next == PLACE_HOST)
		*d->address = '\0';
	if (next == PLACE_PORT) {
		copy(d, d->proto, sizeof(d->proto), value_of(attributes, "protocol"));
		copy(d, d->number, sizeof(d->number), value_of(attributes, "portid"));
	}
	if (!d->strange && d->place == PLACE_HOST && !strcmp(name, "address") &&
	    strcmp(value_of(attributes, "addrtype"), "mac") != 0)
		copy(d, d->address, sizeof(d->address), value_of(attributes, "addr"));
	if (!d->strange && d->place == PLACE_PORT && !strcmp(name, "state") &&
	    !strcmp(value_of(attributes, "state"), "open"))
		take_port(d);
	if (next != PLACE_NONE)
		d->place = next;
	else
		d->strange++;
}

static void end(void *arg, const char *name)
{
	struct document *d = arg;

	(void)name;
	if (d->strange)
		d->strange--;
	else
		d->place--;
}

/* Nmap declares no entities; who does wants to make much of little, or to have files read. */
static void declare(void *arg, const char *name, const char *system_id, const char *public_id,
		    int has_declarations)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	if (has_declarations)
		stop(arg, "there are no declarations in an output of nmap");
}

const char *nmap_read(const char *text, size_t len, nmap_fn take, void *arg, uint64_t *line)
{
	struct document d = { .parser = XML_ParserCreate(NULL), .take = take, .arg = arg };

	*line = 0;
	if (!d.parser)
		return "memory is short";
	if (len > INT_MAX) {
		XML_ParserFree(d.parser);
		return "it is too long";
	}
	XML_SetUserData(d.parser, &d);
	XML_SetElementHandler(d.parser, begin, end);
	XML_SetStartDoctypeDeclHandler(d.parser, declare);
	if (XML_Parse(d.parser, text, (int)len, 1) != XML_STATUS_OK && !d.wrong)
		d.wrong = XML_ErrorString(XML_GetErrorCode(d.parser));
	*line = XML_GetCurrentLineNumber(d.parser);
	XML_ParserFree(d.parser);
	return d.wrong;
}
