/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the actions of a rule do with an alert besides making it. To be included by way of
 * base/record.h.
 */
#ifndef BASE_RECORD_POLICY_H
#define BASE_RECORD_POLICY_H

#include "base/mono.h"

#include <stdbool.h>
#include <stdint.h>

#define POLICY_NAMES_MAX 256 /* names with a comma between */
#define POLICY_GROUP_MAX 64

/* X(constant, text): what an alert waits for, or waited */
#define RECORD_WAIT_LIST(X)        \
	X(WAIT_NONE, "none")       \
	X(WAIT_VERDICT, "verdict") \
	X(WAIT_QUIET, "quiet")     \
	X(WAIT_THROTTLE, "throttle")

#define RECORD_ENUM(id, text) id,
enum alert_wait { RECORD_WAIT_LIST(RECORD_ENUM) WAIT_END };
#undef RECORD_ENUM

/* What has been done with an alert. All zero: nothing. */
struct alert_policy {
	char tags[POLICY_NAMES_MAX];	 /* "" none */
	char group_by[12];		 /* "host"; "": it stands for itself only */
	char group_of[POLICY_GROUP_MAX]; /* and which */
	uint32_t throttled;		 /* findings of its rule that were kept back before it */
	wall_t waited_us;		 /* since when it waited; 0 it did not */
	wall_t exception_us; /* the end of an exception that kept it silent until then; 0 none */
	uint8_t wait;	     /* enum alert_wait: what for */
	uint8_t pad[7];
};

/* What a rule wants done, for an alert that may outlive its rules. All zero: nothing. */
struct alert_terms {
	char sinks[POLICY_NAMES_MAX]; /* "" all */
	uint64_t group;		      /* the group it belongs to, hashed; 0 none */
	uint64_t window; /* its rule, hashed, where that may make so many only; 0 any */
	uint32_t throttle, throttle_s; /* so many in so many seconds */
	uint16_t quiet_from, quiet_to; /* minutes of the day, in UTC */
	uint8_t has_quiet;
	uint8_t scan; /* 1: it is handed over */
	uint8_t pad[2];
};

/* Static, "?" outside the range. */
const char *record_wait_text(unsigned wait);

#endif
