/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/verdict/verdict.h"

#define SAME_TIME (60 * MONO_SECOND) /* the wire's word and a probe's are about the same state */
#define HEALTHY (600 * MONO_SECOND)  /* a vantage that was answered within this hears */

/* Did anything of the target, or of a router on the way, come back? */
static bool is_answer(const struct probe *p)
{
	switch (p->state) {
	case STATE_OPEN:
	case STATE_REFUSES:
	case STATE_CLOSED:
		return true;
	case STATE_SILENT:
		return p->reason == REASON_ICMP;
	default:
		return false;
	}
}

void verdict_note(struct verdict_probers *probers, const struct probe *p)
{
	size_t i, oldest = 0;

	if (!is_answer(p))
		return;
	for (i = 0; i < VERDICT_VANTAGES; i++) {
		if (!strncmp(probers->vantages[i].name, p->vantage, PROBE_VANTAGE_MAX))
			break;
		if (probers->vantages[i].heard_us < probers->vantages[oldest].heard_us)
			oldest = i;
	}
	if (i == VERDICT_VANTAGES) {
		i = oldest;
		memset(&probers->vantages[i], 0, sizeof(probers->vantages[i]));
		memcpy(probers->vantages[i].name, p->vantage, PROBE_VANTAGE_MAX);
	}
	if (!service_is_same(&probers->vantages[i].service, &p->service))
		probers->vantages[i].before_us = probers->vantages[i].heard_us;
	probers->vantages[i].service = p->service;
	probers->vantages[i].heard_us = p->finished_us;
}

/* Has the probe's vantage had an answer of another service lately, or of this one? */
static bool is_healthy(const struct verdict_probers *probers, const struct probe *p)
{
	wall_t heard;
	size_t i;

	if (is_answer(p))
		return true;
	for (i = 0; i < VERDICT_VANTAGES; i++) {
		if (strncmp(probers->vantages[i].name, p->vantage, PROBE_VANTAGE_MAX))
			continue;
		heard = service_is_same(&probers->vantages[i].service, &p->service)
				? probers->vantages[i].before_us
				: probers->vantages[i].heard_us;
		return heard && p->finished_us - heard < HEALTHY;
	}
	return false;
}

bool verdict_is_restricted(const struct verdict *v, const struct probe *p)
{
	const struct store_service *row = v->row;

	if (row->service.proto != PROTO_TCP || row->evidence != EVIDENCE_FULL ||
	    row->handshakes <= row->refusals || !is_healthy(v->probers, p))
		return false;
	if (p->state != STATE_CLOSED && p->state != STATE_SILENT)
		return false;
	if (v->shut_us && row->last_us > v->shut_us)
		return true;
	return p->state == STATE_SILENT && row->last_us > p->finished_us - SAME_TIME;
}

/* How much a state found by one vantage says, whatever another one found. */
static int weight(enum state state)
{
	static const int weights[STATE_END] = {
		[STATE_SILENT] = 1, [STATE_CLOSED] = 2, [STATE_REFUSES] = 3, [STATE_OPEN] = 4
	};

	return weights[state];
}

void verdict_take(struct verdict *v, const struct probe *p)
{
	if (p->state >= STATE_END)
		return;
	if (weight(p->state) > weight(v->best))
		v->best = p->state;
	v->restricted |= verdict_is_restricted(v, p);
}

enum state verdict_state(const struct verdict *v)
{
	if (v->restricted && (v->best == STATE_CLOSED || v->best == STATE_SILENT))
		return STATE_RESTRICTED;
	return v->best;
}
