/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/switch.h"

#include "base/log.h"
#include "base/record.h"

void switch_signals(sigset_t *signals)
{
	sigaddset(signals, SIGUSR1);
	sigaddset(signals, SIGUSR2);
}

void switch_hear(struct ipc *core, int signal, struct probing *last)
{
	const struct probing wish = { .time_us = mono_wall(), .enabled = signal == SIGUSR1 };

	if (signal != SIGUSR1 && signal != SIGUSR2)
		return;
	log_info("probing is %s by a signal", wish.enabled ? "allowed" : "stopped");
	ipc_send(core, IPC_PROBING, &wish);
	ipc_flush(core);
	*last = wish;
}
