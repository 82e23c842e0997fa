/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mono.h"

#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400
#define BACK_LEAST (100 * MONO_MS)
#define YEAR_0_US (-62167219200LL * MONO_SECOND)
#define YEAR_9999_US (253402300799LL * MONO_SECOND + 999999)
#define DURATION_MAX (36525 * MONO_DAY)

static const struct {
	const char *name;
	mono_t us;
} units[] = {
	{ "d", MONO_DAY },    { "h", 3600 * MONO_SECOND }, { "m", 60 * MONO_SECOND },
	{ "s", MONO_SECOND }, { "ms", MONO_MS },	   { "us", 1 },
};

static int64_t clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * MONO_SECOND + ts.tv_nsec / 1000;
}

mono_t mono_now(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

wall_t mono_wall(void)
{
	return clock_us(CLOCK_REALTIME);
}

static wall_t clamp(wall_t t)
{
	return t < YEAR_0_US ? YEAR_0_US : t > YEAR_9999_US ? YEAR_9999_US : t;
}

mono_t mono_set_back(mono_t *offset)
{
	mono_t before = mono_now(), old = *offset;
	wall_t wall = mono_wall();
	mono_t after = mono_now();

	/* We were held up between the two clocks: they say nothing about each other. */
	if (after - before > MONO_MS)
		return 0;
	*offset = wall - after;
	return old && *offset <= old - BACK_LEAST ? old - *offset : 0;
}

wall_t mono_join(int64_t seconds, int64_t us)
{
	wall_t t;

	if (__builtin_mul_overflow(seconds, MONO_SECOND, &t) || __builtin_add_overflow(t, us, &t))
		return seconds < 0 ? YEAR_0_US : YEAR_9999_US;
	return clamp(t);
}

/* The last `digits` digits of a number, and what comes after them. */
static void put(char *to, int digits, int n, char after)
{
	to[digits] = after;
	for (; digits; n /= 10)
		to[--digits] = (char)('0' + n % 10);
}

char *mono_stamp(wall_t t, char *out)
{
	/* Most stamps are of the same day as the one before. */
	static _Thread_local struct {
		bool known;
		time_t begin;
		struct tm tm;
	} day;
	time_t seconds;
	int64_t us;
	int second;

	t = clamp(t);
	us = ((t % MONO_SECOND) + MONO_SECOND) % MONO_SECOND;
	seconds = (t - us) / MONO_SECOND;
	if (!day.known || seconds < day.begin || seconds - day.begin >= DAY_SECONDS) {
		gmtime_r(&seconds, &day.tm);
		day.begin = seconds - (day.tm.tm_hour * 60 + day.tm.tm_min) * 60 - day.tm.tm_sec;
		day.known = true;
	}
	second = (int)(seconds - day.begin);
	put(out, 4, day.tm.tm_year + 1900, '-');
	put(out + 5, 2, day.tm.tm_mon + 1, '-');
	put(out + 8, 2, day.tm.tm_mday, 'T');
	put(out + 11, 2, second / 3600, ':');
	put(out + 14, 2, second / 60 % 60, ':');
	put(out + 17, 2, second % 60, '.');
	put(out + 20, 6, (int)us, 'Z');
	out[27] = 0;
	return out;
}

int mono_parse(const char *text, mono_t *out)
{
	mono_t unit = MONO_SECOND;
	long long n;
	char *end;
	size_t i;

	if (*text < '0' || *text > '9')
		return ERR_SYNTAX;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*end) {
		for (i = 0; i < sizeof(units) / sizeof(units[0]) && strcmp(end, units[i].name); i++)
			;
		if (i == sizeof(units) / sizeof(units[0]))
			return ERR_SYNTAX;
		unit = units[i].us;
	}
	if (errno || n > DURATION_MAX / unit)
		return ERR_RANGE;
	*out = n * unit;
	return 0;
}

char *mono_text(mono_t t, char *out)
{
	size_t i = 0;

	while (t % units[i].us)
		i++;
	if (!t)
		i = 3;
	snprintf(out, MONO_STAMP_MAX, "%lld%s", (long long)(t / units[i].us), units[i].name);
	return out;
}
