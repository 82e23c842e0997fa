/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who have logged in. They are forgotten when web ends.
 */
#ifndef WEB_ACCESS_SESSIONS_H
#define WEB_ACCESS_SESSIONS_H

#include "base/mono.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSIONS_MAX 1024 /* the one that was idle the longest makes room */
#define SESSIONS_ID 32	  /* hexadecimal digits */

struct session {
	char id[SESSIONS_ID + 1];   /* "": free */
	char csrf[SESSIONS_ID + 1]; /* what requests that act have to say */
	uint64_t token;		    /* by which it was begun */
	mono_t seen;
};

struct sessions {
	struct session rows[SESSIONS_MAX];
};

/* A new one, borrowed until the next call; NULL: there is no randomness. */
const struct session *sessions_begin(struct sessions *sessions, uint64_t token, mono_t now);

/* The one with this id that was not idle for `idle`; NULL: there is none. */
const struct session *sessions_find(struct sessions *sessions, const char *id, size_t len,
				    mono_t now, mono_t idle);

void sessions_end(struct sessions *sessions, const char *id, size_t len);

/* Are two texts the same, in a time that tells nothing of where they differ? */
bool sessions_is_same(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
