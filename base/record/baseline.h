/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody has said may be there. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_BASELINE_H
#define BASE_RECORD_BASELINE_H

#include "base/record/kind.h"
#include "base/record/token.h"

/* X(constant, text): where an entry comes from. */
#define RECORD_ENTRY_LIST(X)        \
	X(ENTRY_NONE, "none")       \
	X(ENTRY_PERSON, "person")   \
	X(ENTRY_CSV, "csv")         \
	X(ENTRY_NMAP, "nmap")       \
	X(ENTRY_MASSCAN, "masscan") \
	X(ENTRY_EXPORT, "export")   \
	X(ENTRY_LEARNT, "learnt")

/* X(constant, text): how things stand with it. Open: it is bound to what is seen first. */
#define RECORD_APPROVAL_LIST(X)    \
	X(APPROVAL_NONE, "none")   \
	X(APPROVAL_OPEN, "open")   \
	X(APPROVAL_BOUND, "bound") \
	X(APPROVAL_VOID, "void")   \
	X(APPROVAL_EXPIRED, "expired")

#define RECORD_ENUM(id, text) id,
enum baseline_from { RECORD_ENTRY_LIST(RECORD_ENUM) ENTRY_END };
enum approval { RECORD_APPROVAL_LIST(RECORD_ENUM) APPROVAL_END };
#undef RECORD_ENUM

#define BASELINE_PRINT_MAX 72
#define BASELINE_TEXT_MAX 64

/* One service that may be there, as what it was when that was said. */
struct baseline {
	struct service service;
	wall_t made_us, expires_us; /* 0: never */
	wall_t void_us;		    /* since when it is void, or known to have expired; 0 neither */
	uint8_t source;		    /* enum baseline_from */
	uint8_t state;		    /* enum approval: open, bound or void */
	uint8_t removed;	    /* an order: it is to be forgotten */
	uint8_t pad[5];
	char app[RECORD_APP_MAX];	      /* "" of any, so far */
	char certificate[BASELINE_PRINT_MAX]; /* its SHA-256, hexadecimal; "" none so far */
	char host_key[BASELINE_PRINT_MAX];    /* kind and SHA-256; likewise */
	char owner[TOKEN_NAME_MAX], ticket[TOKEN_NAME_MAX], by[TOKEN_NAME_MAX];
	char reason[BASELINE_TEXT_MAX];
};

/* How it stands at a time. */
static inline enum approval baseline_state(const struct baseline *b, wall_t now)
{
	if (b->state != APPROVAL_VOID && b->expires_us && b->expires_us <= now)
		return APPROVAL_EXPIRED;
	return (enum approval)b->state;
}

/* Does it approve of the service now? */
static inline bool baseline_holds(const struct baseline *b, wall_t now)
{
	enum approval state = baseline_state(b, now);

	return state == APPROVAL_OPEN || state == APPROVAL_BOUND;
}

/* Static, "?" outside the range. */
const char *record_entry_text(unsigned source);
const char *record_approval_text(unsigned approval);
int record_approval_parse(const char *text, size_t len); /* or ERR_UNKNOWN */

/* Makes harmless what a role that has gone bad may have said; false: it makes no sense at all. */
bool record_mend_baseline(struct baseline *b, wall_t latest);

/* ---- the window in which a border is learnt ---- */

#define LEARNING_OPEN INT64_MAX /* its end when nobody has accepted yet */

/* An order of web. */
struct learning {
	wall_t until_us; /* learning goes on until then */
	uint8_t accept;	 /* it ends now, and what has been seen may be there; until_us is not looked
			    at */
	uint8_t pad[7];
};

/* Names under which the store keeps the times of it. */
#define LEARNING_UNTIL "learn_until"
#define LEARNING_ACCEPTED "learn_accepted"   /* when somebody accepted last; 0 nobody */
#define LEARNING_ACCEPTING "learn_accepting" /* the same, until all has been approved of */

#endif
