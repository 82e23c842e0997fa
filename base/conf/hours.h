/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hours of the week: "Mon-Fri 08:00-18:00, Sat 10:00-12:00, 23:00-01:00".
 */
#ifndef BASE_CONF_HOURS_H
#define BASE_CONF_HOURS_H

#include "base/mono.h"

#include <stddef.h>
#include <stdint.h>

#define HOURS_MOST 16

/* From minute `from` of the day to before `to`, which may be on the next one: then to <= from. */
struct hours_range {
	uint8_t days; /* on which it begins: bit 0 is Sunday */
	uint16_t from, to;
};

struct hours {
	struct hours_range ranges[HOURS_MOST];
	unsigned count;
};

/* Reads ranges, separated by commas; without days it is every day. 0; ERR_SYNTAX, ERR_FULL and
 * where in `bad`, which may be NULL. */
int hours_parse(struct hours *out, const char *text, size_t *bad);

/* Reads the time zone: localtime_r needs no files after it. */
void hours_open(void);

/* When the hours that hold at `now` are over, local time; 0: none hold. */
wall_t hours_until(const struct hours *hours, wall_t now);

#endif
