/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which countries the peers come from, in bounded space: the most frequent of one service, and a
 * count of each country over all services. Plain bytes; all zero is empty. Countries are ISO 3166-1
 * alpha-2, "" is a peer that no database knows.
 */
#ifndef STORE_COUNTRIES_H
#define STORE_COUNTRIES_H

#include "base/record.h"

#define COUNTRIES_TOP 8
#define COUNTRIES_MAX 256

/*
 * The most frequent (Space-Saving: Metwally, Agrawal and El Abbadi 2005). Exact while there are no
 * more than COUNTRIES_TOP countries. Beyond that a count is too high by at most its `excess`, never
 * too low, and whoever has more than 1/COUNTRIES_TOP of all handshakes is in the list. Counts stop
 * at 2^32 - 1.
 */
struct countries_top {
	uint32_t counts[COUNTRIES_TOP];	  /* 0: the place is free */
	uint32_t excesses[COUNTRIES_TOP]; /* at most the count */
	char countries[COUNTRIES_TOP][2]; /* both bytes 0: not known */
};

struct countries_share {
	char country[RECORD_COUNTRY_MAX];
	uint32_t count, excess;
};

/* `handshakes` were made by peers of `country`. */
void countries_top_add(struct countries_top *top, const char *country, uint32_t handshakes);

/* The countries, the most frequent first: COUNTRIES_TOP at most, the number is returned. */
size_t countries_top_list(const struct countries_top *top, struct countries_share *out);

/* Over all services. */
struct countries_row {
	uint64_t handshakes;
	wall_t last_us;
	char country[2];
	uint8_t pad[6];
};

#define COUNTRIES_SOURCES 4

/* A file that tells where addresses belong. */
struct countries_source {
	char path[160];
	char type[64], description[64]; /* in its own words */
	char trouble[96];		/* why it was not taken when last read; "" */
	wall_t built_us, read_us;	/* 0: nothing of it is in use */
	uint8_t has_country, has_as;
	uint8_t pad[6];
};

struct countries {
	uint32_t count, source_count;
	struct countries_source sources[COUNTRIES_SOURCES];
	uint64_t others; /* handshakes of countries that found no place: the table is full */
	struct countries_row rows[COUNTRIES_MAX];
};

void countries_add(struct countries *all, const char *country, uint32_t handshakes, wall_t time);

/* Puts the most frequent first. */
void countries_sort(struct countries *all);

struct report;

/* Sets its keys: which countries ask, the most frequent first, and by which files that is known. */
void countries_report(const struct countries *all, struct report *report);

#endif
