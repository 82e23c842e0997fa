/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a service, derived from what the wire shows and from the latest probes of all
 * vantages. Pure: no store, no clock.
 */
#ifndef FLOWD_CORE_VERDICT_VERDICT_H
#define FLOWD_CORE_VERDICT_VERDICT_H

#include "store/store.h"

#define VERDICT_VANTAGES 8

/* When each vantage last had an answer, and of which host; more are not told apart. */
struct verdict_probers {
	struct {
		char name[PROBE_VANTAGE_MAX];
		struct service service; /* that answered last */
		wall_t heard_us;
		wall_t before_us; /* when another service did, before it */
	} vantages[VERDICT_VANTAGES];
};

/* Takes note of a probe: whether its vantage hears anything at all. */
void verdict_note(struct verdict_probers *probers, const struct probe *probe);

/* What a state is derived from. Begin with the row and the rest zero. */
struct verdict {
	const struct verdict_probers *probers;
	const struct store_service *row;
	wall_t shut_us; /* when the vantage found it shut before; 0: it did not */
	/* Its own: */
	enum state best;
	bool restricted;
};

/* Takes the latest probe of one vantage. */
void verdict_take(struct verdict *verdict, const struct probe *probe);

/* The state that follows; candidate when no probe was taken. */
enum state verdict_state(const struct verdict *verdict);

/*
 * Are outside clients served, though this probe found it shut? Silence and ICMP errors say so at
 * once, when the wire shows the service at about the same time and the prober hears others; a reset
 * may be the truth of a server that has just ended, so clients must have been served between two of
 * them.
 */
bool verdict_is_restricted(const struct verdict *verdict, const struct probe *probe);

#endif
