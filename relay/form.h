/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an alert looks to a receiver: one line of JSON, of CEF or of plain text, or what a template
 * makes of it.
 */
#ifndef RELAY_FORM_H
#define RELAY_FORM_H

#include "relay/sink.h"

/*
 * The letter in a form that is not one of chats; `text` is the template. To be freed; NULL when
 * memory is short.
 */
char *form_text(enum sink_form form, const struct sink_letter *letter, const char *text);

/* JSON, or text? */
bool form_is_json(enum sink_form form);

#endif
