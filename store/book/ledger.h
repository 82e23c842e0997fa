/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the baseline on their way from web to core, as the bytes of a bulk message: a head,
 * then each entry with its length before it and without the zeros at its end.
 */
#ifndef STORE_BOOK_LEDGER_H
#define STORE_BOOK_LEDGER_H

#include "base/record.h"

#define LEDGER_MOST ((size_t)512 << 20) /* bytes */

struct ledger_head {
	uint64_t rows;
	wall_t time_us;
	char by[TOKEN_NAME_MAX];
	char what[32]; /* "baseline imported" */
};

struct ledger {
	char *bytes;
	size_t len, room;
	uint64_t rows;
	bool full; /* an entry found no room */
};

/* A new ledger. `l` is all zero; ledger_free forgets it. */
void ledger_add(struct ledger *l, const struct baseline *row);
void ledger_free(struct ledger *l);

/* Writes the head, with the number of entries, in its place; false: memory was short, or it is too
 * long. */
bool ledger_close(struct ledger *l, struct ledger_head *head);

/* Reads: 1 the next entry, `*at` moves on (0 at first, then the head comes into `head`, which may
 * be NULL later); 0 the end; ERR_SHORT. */
int ledger_next(const char *bytes, size_t len, size_t *at, struct baseline *out);
int ledger_head(const char *bytes, size_t len, size_t *at, struct ledger_head *out);

#endif
