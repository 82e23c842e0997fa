/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two clocks that must not be mixed, and the text forms of time.
 */
#ifndef BASE_MONO_H
#define BASE_MONO_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t
	mono_t; /* microseconds of a clock that never jumps; only differences mean anything */
typedef int64_t wall_t; /* microseconds since 1970-01-01T00:00:00Z; packet time in a replay */

#define MONO_MS 1000LL
#define MONO_SECOND 1000000LL
#define MONO_DAY (86400 * MONO_SECOND)

mono_t mono_now(void);
wall_t mono_wall(void);

/*
 * By how much the wall clock has been set back since the last look, else 0; what is less than 100
 * ms counts as nothing. `offset` is 0 before the first look and then this function's own.
 */
mono_t mono_set_back(mono_t *offset);

/* The time of seconds and microseconds that anybody may have written; kept within the years 0 and
 * 9999. */
wall_t mono_join(int64_t seconds, int64_t us);

#define MONO_STAMP_MAX 40 /* bytes that hold any stamp and its NUL */

/*
 * RFC 3339 in UTC with microseconds, "2023-11-14T22:13:20.010000Z"; years outside 0-9999 give the
 * nearest stamp that has four digits. `out` has MONO_STAMP_MAX bytes; returns it.
 */
char *mono_stamp(wall_t t, char *out);

/*
 * Reads "500ms", "10s", "5m", "2h", "90d" (a bare number means seconds). 0 or ERR_SYNTAX, ERR_RANGE
 * (over 100 years); `out` in microseconds.
 */
int mono_parse(const char *text, mono_t *out);

/* The shortest text that mono_parse reads back to `t`; `out` has MONO_STAMP_MAX bytes; returns it.
 */
char *mono_text(mono_t t, char *out);

#endif
