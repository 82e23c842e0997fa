/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kill switch by signals: SIGUSR2 pulls it, SIGUSR1 releases it.
 */
#ifndef FLOWD_SWITCH_H
#define FLOWD_SWITCH_H

#include "base/ipc.h"
#include "base/record.h"

#include <signal.h>

/* Adds the two signals. */
void switch_signals(sigset_t *signals);

/* Passes a signal on to core, if it is one of them; `last` is what was said then. */
void switch_hear(struct ipc *core, int signal, struct probing *last);

#endif
