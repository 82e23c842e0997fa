/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the wire calls a service: what a new name is to the old one, and whether it is one that the
 * port denies. Only ports that everybody uses for one thing deny any. Pure.
 */
#ifndef STORE_NAMING_H
#define STORE_NAMING_H

#include "store/store.h"

/* What a sighting's name is to a row. */
enum naming_news {
	NAMING_SAME,
	NAMING_FIRST, /* it had none */
	NAMING_SURER, /* it is the same or takes the place of one that was hardly more than a guess
		       */
	NAMING_CHANGED, /* it was another, and both are sure */
};

/*
 * Takes a sighting's name into the row. A service that told two names in turn speaks both: that is
 * not news each time.
 */
enum naming_news naming_merge(struct store_service *row, const struct sighting *s);

/* Do its own words prove that it speaks what its port denies? */
bool naming_is_masked(const struct store_service *row);

/* Events changed and masquerade: the name is the wire's, whatever a probe was told, and what it is
 * instead of. */
void naming_tell(struct finding *finding, const struct store_service *row);

#endif
