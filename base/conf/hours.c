/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/hours.h"

#include "base/err.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define EVERY_DAY 0x7f
#define DAY_MINUTES 1440
#define MINUTE (60 * MONO_SECOND)

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

static void skip_blanks(const char **p)
{
	*p += strspn(*p, " \t");
}

/* The number of a day of the week, or -1. */
static int read_day(const char **p)
{
	int i;

	for (i = 0; i < 7; i++)
		if (!strncasecmp(*p, days[i], 3)) {
			*p += 3;
			return i;
		}
	return -1;
}

static bool read_days(const char **p, uint8_t *out)
{
	int first = read_day(p), last = first, day;

	*out = EVERY_DAY;
	if (first < 0)
		return true;
	if (**p == '-') {
		++*p;
		last = read_day(p);
	}
	if (last < 0)
		return false;
	*out = 0;
	for (day = first; day != last; day = (day + 1) % 7)
		*out |= (uint8_t)(1 << day);
	*out |= (uint8_t)(1 << last);
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "08:00"; 24:00 is the end of the day. */
static bool read_time(const char **p, uint16_t *out)
{
	const char *t = *p;
	int minutes;

	if (!is_digit(t[0]) || !is_digit(t[1]) || t[2] != ':' || !is_digit(t[3]) || !is_digit(t[4]))
		return false;
	minutes = ((t[0] - '0') * 10 + t[1] - '0') * 60;
	if (t[3] > '5' || minutes + (t[3] - '0') * 10 + t[4] - '0' > DAY_MINUTES)
		return false;
	*out = (uint16_t)(minutes + (t[3] - '0') * 10 + t[4] - '0');
	*p += 5;
	return true;
}

static bool read_range(const char **p, struct hours_range *out)
{
	if (!read_days(p, &out->days))
		return false;
	skip_blanks(p);
	if (!read_time(p, &out->from) || **p != '-')
		return false;
	++*p;
	return read_time(p, &out->to) && out->from < DAY_MINUTES;
}

int hours_parse(struct hours *out, const char *text, size_t *bad)
{
	struct hours fresh = { .count = 0 };
	const char *p = text;
	int rc = 0;

	for (skip_blanks(&p); *p && !rc; skip_blanks(&p)) {
		if (fresh.count == HOURS_MOST)
			rc = ERR_FULL;
		else if (!read_range(&p, &fresh.ranges[fresh.count++]))
			rc = ERR_SYNTAX;
		skip_blanks(&p);
		if (!rc && *p == ',')
			p++;
		else if (!rc && *p)
			rc = ERR_SYNTAX;
	}
	if (!rc)
		*out = fresh;
	else if (bad)
		*bad = (size_t)(p - text);
	return rc;
}

void hours_open(void)
{
	tzset();
}

/* How many minutes of a range are left at this minute of this day; 0: it does not hold. */
static int left_of(const struct hours_range *r, int day, int minute)
{
	int to = r->to > r->from ? r->to : r->to + DAY_MINUTES;

	if (r->days >> day & 1 && minute >= r->from && minute < to)
		return to - minute;
	/* It began yesterday. */
	minute += DAY_MINUTES;
	if (r->days >> (day + 6) % 7 & 1 && minute < to)
		return to - minute;
	return 0;
}

/* When the clock says so, should it be set for summer or winter between `from` and then. */
static wall_t on_the_clock(const struct tm *from, wall_t then)
{
	time_t seconds = (time_t)(then / MONO_SECOND);
	struct tm tm;

	/* Not mktime: it would look for the file of the time zone, which the cage forbids. */
	if (!localtime_r(&seconds, &tm))
		return then;
	return then - (tm.tm_gmtoff - from->tm_gmtoff) * MONO_SECOND;
}

wall_t hours_until(const struct hours *h, wall_t now)
{
	time_t seconds = (time_t)(now / MONO_SECOND);
	int left = 0, one;
	struct tm tm;
	unsigned i;

	if (!h->count || !localtime_r(&seconds, &tm))
		return 0;
	for (i = 0; i < h->count; i++) {
		one = left_of(&h->ranges[i], tm.tm_wday, tm.tm_hour * 60 + tm.tm_min);
		left = one > left ? one : left;
	}
	return left ? on_the_clock(&tm, now - now % MINUTE + left * MINUTE) : 0;
}
