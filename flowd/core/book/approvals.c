/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/approvals.h"

#include "base/ipc.h"
#include "flowd/core/out/tell.h"
#include "store/book/baseline.h"
#include "store/book/ledger.h"
#include "store/book/trail.h"

#include <stdio.h>
#include <stdlib.h>

#define TICK_ROWS 8192 /* entries put between two looks at the rest of the world */

bool approvals_cover(const struct lifecycle *l, const struct store_service *row)
{
	struct baseline b;

	return store_get_baseline(l->store, &row->service, &b) > 0 && baseline_holds(&b, l->now);
}

void approvals_expect(const struct lifecycle *l, struct alert *alert)
{
	struct baseline b;

	if (alert->finding.event == EVENT_HEALTH ||
	    store_get_baseline(l->store, &alert->finding.service, &b) <= 0)
		return;
	alert->expected = b;
	alert->expected.state = (uint8_t)baseline_state(&b, l->now);
}

/* ---- what it is bound to ---- */

void approvals_face(const struct probe *p, struct baseline *out)
{
	struct probe_fact fact;
	size_t at = 0, i;

	memset(out, 0, sizeof(*out));
	memcpy(out->app, p->app, sizeof(out->app));
	if (p->certificate_count)
		for (i = 0; i < sizeof(p->certificates[0].sha256); i++)
			sprintf(out->certificate + 2 * i, "%02x", p->certificates[0].sha256[i]);
	while (probe_next_fact(p, &at, &fact))
		if (fact.kind == FACT_SSH_HOST_KEY && !*out->host_key)
			record_text_set(out->host_key, sizeof(out->host_key), fact.text);
}

static bool differs(const char *before, const char *now)
{
	return *before && *now && strcmp(before, now) != 0;
}

static void bind_text(char *out, const char *now, size_t size, bool *changed)
{
	if (*out || !*now)
		return;
	memcpy(out, now, size);
	*changed = true;
}

static void say(struct lifecycle *l, struct store_service *row, const struct event_row *drift,
		const struct probe *probe)
{
	struct event_row e = *drift;
	struct store_job job = { .job = { .service = row->service, .event = EVENT_DRIFT } };

	store_put_event(l->store, &e, row);
	l->act(l->arg, &(struct lifecycle_act){ .event = &e });
	tell_judge(l, &e.finding, row, probe, &job);
}

static void make_void(struct lifecycle *l, struct store_service *row, struct baseline *b,
		      const struct event_row *drift, const struct probe *probe)
{
	b->state = APPROVAL_VOID;
	b->void_us = l->now;
	store_put_baseline(l->store, b);
	say(l, row, drift, probe);
}

static struct event_row drift_of(struct lifecycle *l, const struct store_service *row,
				 const struct probe *probe)
{
	struct event_row e = { .time_us = l->now,
			       .finding = tell_finding(l, row, EVENT_DRIFT, probe) };

	return e;
}

static void set_change(struct finding *f, enum change what, const char *before, const char *after)
{
	f->what = (uint8_t)what;
	record_text_set(f->before, sizeof(f->before), before);
	record_text_set(f->after, sizeof(f->after), after);
}

int approvals_check(struct lifecycle *l, struct store_service *row, const struct probe *probe)
{
	struct baseline b, now;
	struct event_row e;
	bool bound = false;
	int rc = store_get_baseline(l->store, &row->service, &b);

	if (rc <= 0 || !baseline_holds(&b, l->now))
		return rc < 0 ? rc : 0;
	approvals_face(probe, &now);
	e = drift_of(l, row, probe);
	if (differs(b.app, now.app))
		set_change(&e.finding, CHANGE_APP, b.app, now.app);
	else if (differs(b.host_key, now.host_key))
		set_change(&e.finding, CHANGE_HOST_KEY, b.host_key, now.host_key);
	else if (differs(b.certificate, now.certificate))
		set_change(&e.finding, CHANGE_CERTIFICATE, b.certificate, now.certificate);
	if (e.finding.what) {
		make_void(l, row, &b, &e, probe);
		return 0;
	}
	bind_text(b.app, now.app, sizeof(b.app), &bound);
	bind_text(b.host_key, now.host_key, sizeof(b.host_key), &bound);
	bind_text(b.certificate, now.certificate, sizeof(b.certificate), &bound);
	if (bound) {
		b.state = APPROVAL_BOUND;
		store_put_baseline(l->store, &b);
	}
	return 0;
}

int approvals_rename(struct lifecycle *l, struct store_service *row)
{
	struct baseline b;
	struct event_row e;
	int rc = store_get_baseline(l->store, &row->service, &b);

	if (rc <= 0 || !baseline_holds(&b, l->now))
		return rc < 0 ? rc : 0;
	e = drift_of(l, row, NULL);
	set_change(&e.finding, CHANGE_APP, row->before, row->app);
	make_void(l, row, &b, &e, NULL);
	return 0;
}

int approvals_lapse(struct lifecycle *l, const struct service *service)
{
	struct store_service row;
	struct baseline b;
	struct event_row e;
	int rc = store_get_baseline(l->store, service, &b);

	/* A walk does not see what is not committed yet. */
	if (rc <= 0 || b.void_us || (rc = store_get_service(l->store, service, &row)) < 0)
		return rc < 0 ? rc : 0;
	b.void_us = l->now;
	store_put_baseline(l->store, &b);
	if (!rc)
		return 0;
	e = drift_of(l, &row, NULL);
	set_change(&e.finding, CHANGE_APPROVAL, "approved", record_approval_text(APPROVAL_EXPIRED));
	say(l, &row, &e, NULL);
	return 0;
}

/* ---- entries that web sends ---- */

int approvals_take(struct lifecycle *l, int fd)
{
	struct approvals *a = &l->approvals;
	struct approvals_work *work = &a->work[a->count];
	struct ledger_head head;

	if (a->count == APPROVALS_WAITING || fd < 0)
		return 1;
	*work = (struct approvals_work){ .at = 0 };
	if (ipc_read_bulk(fd, LEDGER_MOST, &work->bytes, &work->len))
		return 1;
	if (ledger_head(work->bytes, work->len, &work->at, &head)) {
		free(work->bytes);
		return 1;
	}
	a->count++;
	return 0;
}

/* All of it is in the batch: who did it, and how many there were, says that it is done. */
static void finish(struct lifecycle *l, struct approvals_work *work)
{
	struct trail_row row = { .number = 0 };
	struct ledger_head head;
	size_t at;

	if (ledger_head(work->bytes, work->len, &at, &head))
		return;
	row.time_us = l->now;
	memcpy(row.by, head.by, sizeof(row.by));
	memcpy(row.what, head.what, sizeof(row.what));
	snprintf(row.about, sizeof(row.about), "%llu entries", (unsigned long long)work->done);
	if (work->refused)
		snprintf(row.detail, sizeof(row.detail), "%llu refused",
			 (unsigned long long)work->refused);
	store_put_trail(l->store, &row);
}

int approvals_tick(struct lifecycle *l)
{
	struct approvals *a = &l->approvals;
	struct approvals_work *work = a->work;
	struct baseline b;
	int i, rc = 1;

	if (!a->count)
		return 0;
	for (i = 0; i < TICK_ROWS && (rc = ledger_next(work->bytes, work->len, &work->at, &b)) > 0;
	     i++) {
		if (!record_mend_baseline(&b, l->now + MONO_SECOND))
			work->refused++;
		else if (b.removed)
			store_delete_baseline(l->store, &b.service);
		else if (store_put_baseline(l->store, &b))
			lapse_expect(&l->lapse, b.expires_us);
		else
			work->refused++;
		work->done++;
	}
	if (rc > 0)
		return 0;
	finish(l, work);
	free(work->bytes);
	memmove(work, work + 1, --a->count * sizeof(*work));
	return 0;
}
