/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints that were announced and not met yet, and answers that were met and perhaps are
 * announced a moment later: a control connection and what it announces may come to different
 * workers, so this is one table for all of them, behind a lock. Only answers of endpoints that are
 * new, or ephemeral already, ask it.
 */
#ifndef FLOWD_SENSOR_EXPECT_H
#define FLOWD_SENSOR_EXPECT_H

#include "base/hash.h"
#include "base/record.h"

struct expect;

struct expect_item {
	struct addr host; /* who will listen */
	struct addr peer; /* who will come */
	uint16_t port;
	uint8_t proto;	/* enum proto */
	uint8_t reason; /* enum ephemeral */
	bool any_peer;	/* somebody else may come */
};

/* An answer that wants an explanation. */
struct expect_answer {
	struct service service;
	struct addr peer;
	uint16_t peer_port;
	bool is_new; /* the service has not been met before */
	wall_t time_us;
	unsigned owner; /* the worker that has met it */
};

/* Room for `limit` announcements. NULL when memory is short. */
struct expect *expect_new(size_t limit, const struct hash_key *key);
void expect_free(struct expect *expect);

/*
 * Somebody will listen. It explains one connection of the peer within EXPECT_WITHIN, or a few where
 * any peer may come. True: another one that was still waited for had to go.
 */
#define EXPECT_WITHIN (60 * MONO_SECOND)
bool expect_announce(struct expect *expect, const struct expect_item *item, wall_t now);

/* A host's FTP server has said something under TLS, which may have announced a port to the peer.
 * True: another host's range had to be forgotten. */
bool expect_whisper(struct expect *expect, const struct addr *host, const struct addr *peer,
		    wall_t now);

/* Why this answer is none of a service's own: enum ephemeral. A new one that is not explained is
 * remembered for a moment. */
enum ephemeral expect_take(struct expect *expect, const struct expect_answer *answer);

/*
 * One of the owner's answers that were explained only afterwards: true, and what it is; false:
 * there is none. Cheap when there is none.
 */
bool expect_late(struct expect *expect, unsigned owner, struct service *service,
		 enum ephemeral *reason);

#endif
