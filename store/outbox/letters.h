/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts that wait for receivers: a row for each, keyed by its number, which goes when the cursors
 * of all receivers are past it; and what a receiver refused. The alerts themselves are rows of
 * their own.
 */
#ifndef STORE_OUTBOX_LETTERS_H
#define STORE_OUTBOX_LETTERS_H

#include "base/record.h"
#include "store/store.h"

#define LETTERS_SINKS_MAX 128
#define LETTERS_DEAD_MAX 1000 /* of one receiver: the oldest go */

/* An alert that waits. */
struct store_letter {
	uint64_t number;
	wall_t time_us; /* of the alert: with the number its key */
	uint8_t level;
	uint8_t pad[7];
	char sinks[LETTERS_SINKS_MAX]; /* names with a comma between: only these; "" all */
	struct outbox_growth growth;
};

/* A receiver, and how it fares. */
struct store_sink {
	char name[OUTBOX_SINK_MAX];
	char kind[OUTBOX_SINK_MAX];
	uint64_t cursor;	/* nothing more is to be done about alerts up to this number */
	uint64_t waiting, dead; /* alerts now */
	uint64_t delivered, refused, given_up, retries; /* until now */
	wall_t success_us;				/* when it last took one; 0 never */
	wall_t error_us;				/* when it last did not; 0 never */
	wall_t down_us;					/* since when it takes nothing; 0 it does */
	uint8_t level;					/* enum level: from this on */
	uint8_t troubled;				/* 1: that it is down has been said */
	uint8_t overflowed; /* 1: that alerts are given up has been said */
	uint8_t pad[5];
	char error[OUTBOX_ERROR_MAX]; /* the last; "" none */
};

/* What a receiver will not take. */
struct store_dead {
	uint64_t number;
	wall_t time_us; /* of the alert */
	wall_t died_us;
	uint32_t tries;
	uint8_t again; /* 1: somebody wants it sent once more */
	uint8_t pad[3];
	char error[OUTBOX_ERROR_MAX];
	struct outbox_growth growth;
};

/* Makes every number one of this store alone; the same for ever. */
uint64_t letters_store(const struct store *store);

/* The alert, which has been put, is to be handed to the receivers of `sinks` ("": all). */
void letters_put(struct store *store, const struct alert *alert, const char *sinks);
/* The same alert once more, which stands for more by now: a letter with a number of its own. */
void letters_put_growth(struct store *store, const struct alert *alert, const char *sinks,
			const struct outbox_growth *growth);
void letters_delete(struct store *store, uint64_t number);

/* The alert of a letter. 1; 0 it is not kept any more; or an error of the store. */
int letters_alert(struct store *store, const struct store_letter *letter, struct alert *out);

/* Alerts with a number from `from` on, the oldest first; as the walks of store.h. */
typedef int (*letters_fn)(void *arg, const struct store_letter *row);
int letters_walk(struct store *store, uint64_t from, letters_fn fn, void *arg);

/* Receivers: 1 found, 0 not, or an error of the store. */
int letters_get_sink(struct store *store, const char *name, struct store_sink *out);
void letters_put_sink(struct store *store, const struct store_sink *row);
void letters_delete_sink(struct store *store, const char *name);
typedef int (*letters_sink_fn)(void *arg, const struct store_sink *row);
int letters_walk_sinks(struct store *store, letters_sink_fn fn, void *arg);

/* Dead letters of a receiver, the oldest first. */
int letters_get_dead(struct store *store, const char *sink, uint64_t number,
		     struct store_dead *out);
void letters_put_dead(struct store *store, const char *sink, const struct store_dead *row);
void letters_delete_dead(struct store *store, const char *sink, uint64_t number);
typedef int (*letters_dead_fn)(void *arg, const struct store_dead *row);
int letters_walk_dead(struct store *store, const char *sink, letters_dead_fn fn, void *arg);

#endif
