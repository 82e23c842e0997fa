/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body on its way: packed where the client takes that, left out where it has got it.
 */
#ifndef WEB_HTTP_PARCEL_H
#define WEB_HTTP_PARCEL_H

#include "web/http/answer.h"
#include "web/http/head.h"
#include "web/http/packing.h"

#define PARCEL_SHELF 8 /* static bodies whose packed form is kept */

struct parcel_shelf {
	struct {
		const void *fixed;
		void *bytes; /* packed; NULL: that does not help */
		size_t len;
		char tag[PACKING_TAG_MAX];
	} rows[PARCEL_SHELF];
};

struct parcel {
	const void *bytes; /* never NULL */
	size_t len;
	bool owned, packed;	   /* owned: to be freed */
	char tag[PACKING_TAG_MAX]; /* "": none */
};

/*
 * Takes the body of an answer. `tags`: it may be asked for again; when the client has got it, the
 * answer becomes a 304 without a body.
 */
struct parcel parcel_make(struct parcel_shelf *shelf, const struct head *head,
			  struct http_answer *answer, bool tags);

void parcel_drop(struct parcel *parcel);
void parcel_clear(struct parcel_shelf *shelf);

#endif
