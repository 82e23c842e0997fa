/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/evidence.h"

#define DIAL_WAIT (950 * MONO_MS) /* before the kernel repeats its SYN: that is ours to do */
#define NEAR (300 * MONO_MS)	  /* a round trip that needs no longer wait */

/*
 * Silence is a verdict when enough was asked only. Who never takes a byte (RFC 9293, section 3.8.6)
 * and says none either takes connections without serving anybody.
 */
void evidence_temper(struct task *t, enum state *state, enum reason *reason)
{
	struct probe *p = t->probe;

	if (*state == STATE_SILENT && *reason == REASON_NO_ANSWER && t->stage == TASK_SYN &&
	    p->tries < t->room->conf->verify_tries) {
		*state = STATE_CANDIDATE;
		*reason = REASON_UNFINISHED;
		p->given_up = 1;
	} else if (*state == STATE_OPEN && t->zero_window) {
		*reason = REASON_ZERO_WINDOW;
		if (!p->banner_len && !p->app[0])
			*state = STATE_REFUSES;
	}
}

/* How long the answer took, for the next one there. */
static void note_rtt(struct task *t, const struct syn_answer *answer)
{
	mono_t now = mono_now();

	/* A router on the way answers sooner than the host would. */
	if (answer->kind == SYN_UNREACHABLE && !addr_is_same(&answer->icmp_from, &answer->host))
		return;
	/* Of several SYNs nobody knows which one was answered (Karn). */
	if (t->probe->tries > 1) {
		rtt_late(t->room->rtt, &answer->host, t->waited, now);
		return;
	}
	t->probe->rtt_us = (uint32_t)(now - t->sent);
	rtt_hear(t->room->rtt, &answer->host, t->probe->rtt_us, now);
}

void evidence_note(struct task *t, const struct syn_answer *answer)
{
	struct probe *p = t->probe;

	note_rtt(t, answer);
	p->ttl = answer->ttl;
	if (answer->kind != SYN_UNREACHABLE)
		return;
	p->icmp_type = answer->icmp_type;
	p->icmp_code = answer->icmp_code;
	p->icmp_from = answer->icmp_from;
}

bool evidence_is_lost(const struct syn_answer *answer)
{
	bool v4 = addr_is_v4(&answer->host);

	return answer->kind == SYN_UNREACHABLE && answer->is_own &&
	       answer->icmp_type == (v4 ? 3 : 1) && answer->icmp_code == (v4 ? 1 : 3);
}

mono_t evidence_patience(const struct task *t, mono_t most)
{
	const struct conf *conf = t->room->conf;
	mono_t wait = conf->verify_hello_wait;

	if (t->probe->by_connect)
		wait = conf->verify_syn_wait * ((1 << conf->verify_tries) - 1);
	else if (t->probe->rtt_us && t->probe->rtt_us < NEAR)
		wait = DIAL_WAIT;
	return wait < most ? wait : most;
}
