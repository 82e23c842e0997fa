/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/ends.h"

#include <sys/mman.h>

#define LINE 64 /* of the processor's cache: a set of spots */

_Static_assert(sizeof(struct ends_spot) * ENDS_WAYS == LINE, "a set is a cache line");

/* Zeros, in huge pages where the kernel has them: every look goes to another place. */
static void *zeros(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	madvise(at, size, MADV_HUGEPAGE);
	return at;
}

bool ends_open(struct ends *ends, size_t limit)
{
	size_t sets = 1;

	while (sets * ENDS_WAYS < limit)
		sets *= 2;
	ends->set_mask = sets - 1;
	ends->spots = zeros(sets * LINE);
	return ends->spots;
}

void ends_close(struct ends *ends)
{
	if (ends->spots)
		munmap(ends->spots, (ends->set_mask + 1) * LINE);
	ends->spots = NULL;
}

void *ends_rows(const struct ends *ends, size_t size)
{
	return zeros(ends_size(ends) * size);
}

void ends_rows_free(const struct ends *ends, void *rows, size_t size)
{
	if (rows)
		munmap(rows, ends_size(ends) * size);
}

/* Is `a` a better place to begin anew than `b`? Times may have wrapped. */
static bool is_better(const struct ends_spot *a, const struct ends_spot *b)
{
	if (!a->dear != !b->dear)
		return b->dear;
	return (int32_t)(a->time - b->time) < 0;
}

size_t ends_guess(const struct ends *ends, uint64_t hash)
{
	size_t i, set = ends_set(ends, hash);
	uint16_t tag = ends_tag(hash);

	for (i = set; i < set + ENDS_WAYS; i++)
		if (ends->spots[i].tag == tag)
			return i;
	return ends_place(ends, hash);
}

size_t ends_place(const struct ends *ends, uint64_t hash)
{
	size_t i, set = ends_set(ends, hash), best = set;

	for (i = set; i < set + ENDS_WAYS && ends->spots[best].tag; i++)
		if (!ends->spots[i].tag || is_better(&ends->spots[i], &ends->spots[best]))
			best = i;
	return best;
}
