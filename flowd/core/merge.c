/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/merge.h"

enum naming_news merge_sighting(struct store_service *row, const struct sighting *s)
{
	/* Whatever it is that makes a row, it has answered. */
	row->handshakes += row->first_us || s->handshakes ? s->handshakes : 1;
	if (!row->first_us || s->first_us < row->first_us)
		row->first_us = s->first_us;
	if (s->last_us > row->last_us)
		row->last_us = s->last_us;
	row->refusals += s->refusals;
	row->filtered += s->filtered;
	row->asked += s->asked;
	row->answered += s->answered;
	row->reflects |= s->reflects;
	hash_sketch_merge(&row->peers, &s->peers);
	row->peer = s->peer;
	row->vlan = s->vlan;
	row->delivered |= s->delivered;
	row->print = s->print ? s->print : row->print;
	row->tunnel = s->tunnel;
	row->tunnel_id = s->tunnel_id;
	/* Only a lone SYN-ACK, and who only spoke second, can be contradicted: see watch.h. */
	if (s->evidence > row->evidence ||
	    (s->evidence == EVIDENCE_INVALID &&
	     (row->evidence == EVIDENCE_ONEWAY || row->evidence == EVIDENCE_ANSWERED)))
		row->evidence = s->evidence;
	if (!*row->app_guess)
		memcpy(row->app_guess, s->app_guess, sizeof(row->app_guess));
	return naming_merge(row, s);
}
