/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an alert looks to a receiver: JSON as flowd prints it, by the Elastic Common Schema (8.11) or
 * in the manner of Suricata's EVE; a line of CEF (ArcSight, version 0) or of plain text; what a
 * template makes of it.
 */
#ifndef RELAY_FORM_H
#define RELAY_FORM_H

#include "relay/sink.h"

#define FORM_FIELD_MAX 512 /* of a text that is put into a template */
#define FORM_TEXT_MAX (64 << 10)

/* What a template may name as {{name}}: X(name). */
#define FORM_FIELD_LIST(X) \
	X(id)              \
	X(number)          \
	X(time)            \
	X(level)           \
	X(event)           \
	X(title)           \
	X(host)            \
	X(port)            \
	X(proto)           \
	X(app)             \
	X(product)         \
	X(version)         \
	X(state)           \
	X(verified)        \
	X(peer)            \
	X(country)         \
	X(name)            \
	X(owner)           \
	X(zone)            \
	X(rule)            \
	X(tags)            \
	X(updates)         \
	X(revision)        \
	X(services)

/*
 * The letter in a form that is not one of chats; `text` is the template. One line, but what a
 * template makes of it. To be freed; NULL when memory is short.
 */
char *form_text(enum sink_form form, const struct sink_letter *letter, const char *text);

/* Says in one line of text what has happened. Cuts to `size`. */
void form_title(const struct sink_letter *letter, char *out, size_t size);

/* The name of the first field that a template asks for and that is none; NULL they are all known.
 */
const char *form_stranger(const char *text, char name[FORM_FIELD_MAX]);

/* Is it JSON that comes of it? */
bool form_is_json(enum sink_form form, const char *text);

#endif
