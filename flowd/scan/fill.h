/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates of tools, filled with what is known of a service. Much of that was said by strangers:
 * in an argument only what cannot be an option and has no meaning to anybody is let through; in an
 * address it is encoded, in JSON it is escaped. Pure.
 */
#ifndef FLOWD_SCAN_FILL_H
#define FLOWD_SCAN_FILL_H

#include "base/conf/tools.h"
#include "flowd/scan/handover.h"

#include <stddef.h>

/* Where a template stands, as in TOOLS_WORD_LIST. */
enum fill_place {
	FILL_ARGUMENT = 'A',
	FILL_URL = 'U',
	FILL_BODY = 'B',
	FILL_HEADER = 'H',
	FILL_LINK = 'L'
};

struct fill_facts {
	const struct handover *handover;
	const char *secret; /* "" none */
	const char *ticket; /* "" none yet */
};

/* Where it goes. */
struct fill_room {
	char *text;
	size_t size;
	char *why; /* it cannot be filled: sizeof tool_run.reason */
};

/* Fills one. 0; ERR_SYNTAX a value may not stand there, ERR_RANGE it is too long, and why. */
int fill_template(const char *text, enum fill_place place, const struct fill_facts *facts,
		  const struct fill_room *room);

#endif
