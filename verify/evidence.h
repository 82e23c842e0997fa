/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer proves, and what it does not.
 */
#ifndef VERIFY_EVIDENCE_H
#define VERIFY_EVIDENCE_H

#include "verify/task.h"

/*
 * Silence is a verdict when enough was asked only. Who never takes a byte (a window of 0) and says
 * none takes connections without serving anybody.
 */
void evidence_temper(struct task *task, enum state *state, enum reason *reason);

/* Takes down when and by whom a SYN was answered. */
void evidence_note(struct task *task, const struct syn_answer *answer);

/*
 * Our own kernel says that a neighbour does not answer: as good as silence. What else it says is
 * about this host (a firewall of ours) and no evidence at all.
 */
bool evidence_is_lost(const struct syn_answer *answer);

/* How long connect() may take, `most` at most: as a probe of its own as long as all SYNs would. */
mono_t evidence_patience(const struct task *task, mono_t most);

#endif
