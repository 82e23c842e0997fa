/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What web asks of a judge: a bulk message of this and of a text behind it. Its answer is a bulk
 * message of a status and of what web is to say with it.
 */
#ifndef BASE_RECORD_TRIAL_H
#define BASE_RECORD_TRIAL_H

#include "base/mono.h"
#include "base/record/kind.h"

/* X(constant): what is to be done */
#define TRIAL_LIST(X)                                                      \
	X(TRIAL_TEST)	 /* judge history since then by the rules given */ \
	X(TRIAL_CHECK)	 /* are the rules given right? */                  \
	X(TRIAL_SHOW)	 /* the rules of the configuration */              \
	X(TRIAL_LOAD)	 /* the same, which are to be right */             \
	X(TRIAL_EXPLAIN) /* which of those decides about a known service */

enum trial_what {
#define TRIAL_ENUM(id) id,
	TRIAL_LIST(TRIAL_ENUM)
#undef TRIAL_ENUM
		TRIAL_END
};

#define TRIAL_TEXT_MAX (4 << 20) /* bytes of rules */

struct trial_order {
	wall_t since_us;
	uint32_t what;	   /* enum trial_what */
	uint32_t examples; /* at most, of differences */
	struct service service;
};

struct trial_outcome {
	uint32_t status; /* of HTTP */
	uint32_t pad;
};

#define RULES_ERROR_MAX 256

/* Said by the parent: the rules in force, and what was wrong with a later attempt. */
struct rules_news {
	wall_t time_us;	   /* since when they are */
	wall_t refused_us; /* the attempt */
	uint8_t refused;   /* 1: there was one */
	uint8_t pad[7];
	char error[RULES_ERROR_MAX];
};

#endif
