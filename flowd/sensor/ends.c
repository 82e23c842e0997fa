/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/ends.h"

#include <sys/mman.h>

#define LINE 64 /* of the processor's cache: a set of spots */

_Static_assert(sizeof(struct ends_spot) * ENDS_WAYS == LINE, "a set is a cache line");

/* Zeros, in huge pages where the kernel has them: a look goes to another place each time. */
static void *zeros(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	madvise(at, size, MADV_HUGEPAGE);
	return at;
}

static size_t rows_size(const struct ends *ends)
{
	return (ends_size(ends) + 1) * ends->row_size;
}

bool ends_open(struct ends *ends, size_t limit, size_t row_size, wall_t stale)
{
	size_t sets = 1;

	while (sets * ENDS_WAYS < limit)
		sets *= 2;
	*ends = (struct ends){ .set_mask = sets - 1,
			       .row_size = row_size,
			       .used = 1,
			       .stale = (uint32_t)(stale >> 16) };
	ends->spots = zeros(sets * LINE);
	ends->rows = zeros(rows_size(ends));
	return ends->spots && ends->rows;
}

void ends_close(struct ends *ends)
{
	if (ends->spots)
		munmap(ends->spots, (ends->set_mask + 1) * LINE);
	if (ends->rows)
		munmap(ends->rows, rows_size(ends));
	ends->spots = NULL;
	ends->rows = NULL;
}

void *ends_next(const struct ends *ends, size_t *at)
{
	if (*at + 1 >= ends->used)
		return NULL;
	return ends->rows + ++*at * ends->row_size;
}

/* How long it has been idle; 0 when its latest packet is younger than the latest of all. */
static uint32_t idle(const struct ends *ends, const struct ends_spot *spot)
{
	uint32_t age = (ends->now - (uint32_t)spot->time) & 0x7fffff;

	return age <= 0x3fffff ? age : 0;
}

/* What speaks for beginning anew at a place, the most first. */
static uint32_t worth(const struct ends *ends, const struct ends_spot *spot)
{
	const uint32_t most = 1u << 24;
	uint32_t age;

	if (!spot->row)
		return 2 * most;
	age = idle(ends, spot);
	if (spot->dear)
		return age;
	return age > ends->stale ? 3 * most : most + age;
}

static size_t best_of(const struct ends *ends, uint64_t hash)
{
	size_t i, set = ends_set(ends, hash), best = set;
	uint32_t most = 0, now;

	for (i = set; i < set + ENDS_WAYS; i++) {
		now = worth(ends, &ends->spots[i]);
		if (now > most) {
			most = now;
			best = i;
		}
	}
	return best;
}

const char *ends_guess(const struct ends *ends, uint64_t hash)
{
	size_t i, set = ends_set(ends, hash);

	for (i = set; i < set + ENDS_WAYS; i++)
		if (ends_may_be(ends, i, hash))
			return ends_row(ends, i);
	return NULL;
}

size_t ends_place(struct ends *ends, uint64_t hash)
{
	size_t best = best_of(ends, hash);

	if (!ends->spots[best].row)
		ends->spots[best].row = ends->used++;
	return best;
}
