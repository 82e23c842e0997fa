/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows chosen by an expression of the rules language (the parameter "filter").
 */
#ifndef WEB_LISTING_SIFTING_H
#define WEB_LISTING_SIFTING_H

#include "rules/judge/filter.h"
#include "store/store.h"
#include "web/http/answer.h"
#include "web/query.h"

struct conf;

/* All zero: everything passes. */
struct sifting {
	struct filter *filter;	       /* NULL none; owned */
	const struct prefix_set *home; /* borrowed */
};

/* Reads the filter of a query, when it has one; `events`: of what has happened. False: it is wrong,
 * and that, with its column, is the answer. */
bool sifting_open(struct sifting *sifting, const struct conf *conf, const struct query *query,
		  bool events, struct http_answer *answer);
void sifting_close(struct sifting *sifting);

/* Does it need more than the catalog has? */
bool sifting_is_deep(const struct sifting *sifting);

/* Does the row pass? What probes have found is read where the expression asks for it, which adds
 * what that costs, in rows, to `cost` (may be NULL). */
bool sifting_has_row(const struct sifting *sifting, struct store *store,
		     const struct store_service *row, unsigned *cost);

/* The same of something that has happened; `probe` NULL: none is known. Owner, tags and zone are
 * what is said of the place now. */
bool sifting_has_finding(const struct sifting *sifting, struct store *store,
			 const struct finding *finding, const struct probe *probe, unsigned *cost);

#endif
