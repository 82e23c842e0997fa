/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/wish/wishes.h"

#include "flowd/core/book/approvals.h"
#include "flowd/core/book/casework.h"
#include "flowd/core/book/learning.h"
#include "flowd/core/wish/backups.h"
#include "flowd/core/wish/noting.h"
#include "flowd/core/wish/tokens.h"

static int take(const struct wishes *w, const struct ipc_message *m)
{
	switch (m->kind) {
	case IPC_HELLO:
		vitals_tell(w->vitals);
		crew_tell(w->crew);
		return 0;
	case IPC_PROBING:
		return backlog_switch(w->backlog, m->record);
	case IPC_VERIFY:
		return lifecycle_ask(w->life, m->record);
	case IPC_SWEEP:
		return sweeps_order(w->sweeps, m->record);
	case IPC_RESEND:
		return courier_resend(w->courier, m->record);
	case IPC_TOKEN:
		return tokens_order(w->store, w->web, m->record);
	case IPC_BOOK:
		return approvals_take(w->life, m->fd);
	case IPC_LEARNING:
		return learning_order(w->life, m->record);
	case IPC_RUN:
		return handovers_order(w->life->handovers, m->record);
	case IPC_TRIAGE:
		return casework_order(w->life, m->record, mono_wall() + MONO_SECOND);
	case IPC_BACKUP:
		return backups_order(w->store, w->web, m->record);
	case IPC_RELOAD:
		crew_reload(w->crew);
		return 0;
	case IPC_ASSET:
		return scout_order(w->scout, m->record);
	case IPC_JUDGE:
		return crew_pass(w->crew, m);
	default:
		return 1;
	}
}

int wishes_take(struct wishes *w, const struct ipc_message *m)
{
	int rc;

	if (m->kind == IPC_WHO) {
		w->who = *(const struct orderer *)m->record;
		return 0;
	}
	rc = take(w, m);
	if (!rc)
		noting_put(w->store, &w->who, m);
	memset(&w->who, 0, sizeof(w->who));
	return rc;
}
