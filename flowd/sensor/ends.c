/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/ends.h"

#include <stdlib.h>

#define LINE 64 /* of the processor's cache: a set of spots */

_Static_assert(sizeof(struct ends_spot) * ENDS_WAYS == LINE, "a set is a cache line");

bool ends_open(struct ends *ends, size_t limit)
{
	size_t sets = 1, size;

	while (sets * ENDS_WAYS < limit)
		sets *= 2;
	size = sets * LINE;
	ends->set_mask = sets - 1;
	ends->spots = aligned_alloc(LINE, size);
	if (ends->spots)
		memset(ends->spots, 0, size);
	return ends->spots;
}

void ends_close(struct ends *ends)
{
	free(ends->spots);
	ends->spots = NULL;
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
