/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read about a service beside its name: a row for each kind of hint, with its latest
 * texts.
 */
#ifndef STORE_HINTS_H
#define STORE_HINTS_H

#include "store/store.h"

#define STORE_HINT_TEXTS 4 /* of a kind: a stranger chooses most of them */

struct store_hint_text {
	char text[RECORD_HINT_MAX];
	wall_t first_us, last_us; /* since it is in the row; when it was seen last */
};

struct store_hint {
	uint8_t kind; /* enum hint_kind */
	uint8_t count;
	uint8_t pad[6];
	struct store_hint_text texts[STORE_HINT_TEXTS]; /* the latest first */
};

/* All that is known of a service. */
struct store_hints {
	size_t count;
	struct store_hint rows[HINT_END];
};

/* A text is seen again or takes the place of the one not seen for the longest time. */
void store_hint_add(struct store_hint *row, const char *text, wall_t time);

/*
 * Takes what the sensor said into the batch, not later than `latest`; nothing happens when its
 * service is not known, which bounds the table. 0; 1 it makes no sense; ERR_STORE, ERR_CORRUPT.
 */
int store_take_hint(struct store *store, const struct hint *hint, wall_t latest);

/* The hints of a service, by kind. 0, ERR_STORE, ERR_CORRUPT. */
int store_get_hints(struct store *store, const struct store_service *service,
		    struct store_hints *out);

/* The latest name that its clients asked for by SNI, "" none; what can't be read is none. */
void store_get_sni(struct store *store, const struct store_service *service,
		   char out[RECORD_HINT_MAX]);

/* Part of store_delete_service. */
void store_delete_hints(struct store *store, const struct service *service);

#endif
