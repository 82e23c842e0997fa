/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One expression of conditions, as they stand behind a verb of a rule: "port 22 or ( app tls not
 * state open )". What it picks is chosen by its reader. Pure, as the rules are.
 */
#ifndef RULES_JUDGE_FILTER_H
#define RULES_JUDGE_FILTER_H

#include "rules/rules.h"

#define FILTER_TEXT_MAX 512

/* X(constant): how much has to be known of a service to judge it, each more than the one before */
#define FILTER_DEPTH_LIST(X)                                                      \
	X(FILTER_BRIEF)	 /* host, port, protocol, application, state, evidence */ \
	X(FILTER_ROW)	 /* its row of the store: peers, VLAN, tunnel */          \
	X(FILTER_PROBES) /* what probes have found out */

#define FILTER_ENUM(id) id,
enum filter_depth { FILTER_DEPTH_LIST(FILTER_ENUM) };
#undef FILTER_ENUM

struct filter;

/*
 * Reads an expression of `len` bytes, up to FILTER_TEXT_MAX - 1. `events`: it is about something
 * that has happened, so that it may ask for the event and when it was. 0 and the filter, the
 * caller's to free; ERR_*, -ENOMEM and `error`, whose column counts from 1 in the expression.
 */
int filter_read(const char *text, size_t len, bool events, struct filter **out,
		struct rules_error *error);
void filter_free(struct filter *filter);

enum filter_depth filter_depth(const struct filter *filter);

/* Does it ask for owner, tags or zone? */
bool filter_asks_assets(const struct filter *filter);

/* Does it hold? `facts` may be NULL. */
bool filter_has(const struct filter *filter, const struct finding *finding,
		const struct rules_facts *facts);

/*
 * Can it hold of what is briefly known? False is certain, and true, too, of depth FILTER_BRIEF. For
 * many at once: the filter keeps what it is about. `app` is in lower case, "unknown" when it is.
 */
struct filter_brief {
	const struct service *service;
	const char *app;
	uint8_t state, evidence; /* enums */
};
bool filter_has_brief(struct filter *filter, const struct filter_brief *brief);

#endif
