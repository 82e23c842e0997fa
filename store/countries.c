/* SPDX-License-Identifier: Apache-2.0 */
#include "store/countries.h"

#include <stdlib.h>

static bool is_same(const char *a, const char *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

static uint32_t plus(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void countries_top_add(struct countries_top *top, const char *country, uint32_t handshakes)
{
	const char code[2] = { country[0], *country ? country[1] : 0 };
	size_t i, place = 0;

	if (!handshakes)
		return;
	for (i = 0; i < COUNTRIES_TOP; i++) {
		if (top->counts[i] && is_same(top->countries[i], code)) {
			top->counts[i] = plus(top->counts[i], handshakes);
			return;
		}
		if (top->counts[i] < top->counts[place])
			place = i;
	}
	/* Takes the place of the rarest, whose handshakes may have been its own. */
	top->excesses[place] = top->counts[place];
	top->counts[place] = plus(top->counts[place], handshakes);
	memcpy(top->countries[place], code, sizeof(code));
}

static int share_order(const void *a, const void *b)
{
	const struct countries_share *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return memcmp(x->country, y->country, sizeof(x->country));
}

size_t countries_top_list(const struct countries_top *top, struct countries_share *out)
{
	size_t i, count = 0;

	for (i = 0; i < COUNTRIES_TOP; i++) {
		if (!top->counts[i])
			continue;
		out[count] = (struct countries_share){ .count = top->counts[i],
						       .excess = top->excesses[i] };
		memcpy(out[count++].country, top->countries[i], sizeof(top->countries[i]));
	}
	qsort(out, count, sizeof(*out), share_order);
	return count;
}

void countries_add(struct countries *all, const char *country, uint32_t handshakes, wall_t time)
{
	const char code[2] = { country[0], *country ? country[1] : 0 };
	struct countries_row *row = all->rows, *end = row + all->count;

	if (!handshakes)
		return;
	while (row < end && !is_same(row->country, code))
		row++;
	if (row == end) {
		if (all->count == COUNTRIES_MAX) {
			all->others += handshakes;
			return;
		}
		all->count++;
		memcpy(row->country, code, sizeof(code));
	}
	row->handshakes += handshakes;
	if (time > row->last_us)
		row->last_us = time;
}

static int row_order(const void *a, const void *b)
{
	const struct countries_row *x = a, *y = b;

	if (x->handshakes != y->handshakes)
		return x->handshakes < y->handshakes ? 1 : -1;
	return memcmp(x->country, y->country, sizeof(x->country));
}

void countries_sort(struct countries *all)
{
	qsort(all->rows, all->count, sizeof(*all->rows), row_order);
}
