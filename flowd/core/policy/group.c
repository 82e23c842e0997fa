/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/group.h"

#include "flowd/core/policy/growth.h"
#include "flowd/core/policy/hold.h"
#include "store/book/cases.h"

#include <stdio.h>

void group_name(enum rules_group by, const char *owner, struct alert *alert)
{
	static const char *const texts[] = {
#define GROUP_TEXT(id, text) [id] = text,
		RULES_GROUP_LIST(GROUP_TEXT)
#undef GROUP_TEXT
	};
	const struct finding *f = &alert->finding;
	char *of = alert->policy.group_of, addr[ADDR_TEXT_MAX];
	const size_t size = sizeof(alert->policy.group_of);

	if (by == RULES_GROUP_HOST)
		record_text_set(of, size, addr_text(&f->service.host, addr));
	else if (by == RULES_GROUP_PORT)
		snprintf(of, size, "%u/%s", f->service.port, record_proto_text(f->service.proto));
	else if (by == RULES_GROUP_APP)
		record_text_set(of, size, f->app);
	else if (by == RULES_GROUP_PRODUCT)
		record_text_set(of, size, f->product);
	else if (by == RULES_GROUP_PEER)
		record_text_set(of, size, addr_text(&f->peer, addr));
	else if (by == RULES_GROUP_OWNER)
		record_text_set(of, size, owner ? owner : "");
	else
		return;
	/* What nobody has a name for is a group, too. */
	if (!*of)
		record_text_set(of, size, "unknown");
	record_text_set(alert->policy.group_by, sizeof(alert->policy.group_by), texts[by]);
}

/* ---- members ---- */

/* Counts a finding with the alert that stands for it; a store in memory keeps no cases. */
static void count_member(struct lifecycle *l, uint64_t alert, const struct finding *f)
{
	struct store_member m;
	struct store_case row;
	int known = store_get_member(l->store, alert, &f->service, &m);

	if (known < 0 || store_get_case(l->store, alert, &row) <= 0)
		return;
	row.findings++;
	if (!known)
		m = (struct store_member){ .alert = alert,
					   .service = f->service,
					   .first_us = f->time_us };
	m.last_us = f->time_us;
	m.findings++;
	m.event = f->event;
	m.state = f->state;
	memcpy(m.app, f->app, sizeof(m.app));
	if (known || row.members < GROUPS_MEMBERS_MAX) {
		row.members += !known;
		store_put_member(l->store, &m);
	}
	store_put_case(l->store, &row, false);
}

static bool is_member(struct lifecycle *l, uint64_t alert, const struct finding *f)
{
	struct store_member m;

	return store_get_member(l->store, alert, &f->service, &m) > 0;
}

/* ---- windows ---- */

/* 1: there is room for a window that was not there, and it is counted. */
static bool admit(struct lifecycle *l)
{
	if (l->policy.windows >= l->policy.windows_limit) {
		l->policy.refused++;
		return false;
	}
	l->policy.windows++;
	return true;
}

static enum triage_status status_of(struct lifecycle *l, uint64_t alert)
{
	struct store_case row;

	return store_get_case(l->store, alert, &row) > 0 ? row.status : TRIAGE_NONE;
}

bool group_takes(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms)
{
	struct store_window w;
	enum triage_status status;

	if (!terms->group || store_get_window(l->store, terms->group, &w) <= 0)
		return false;
	status = status_of(l, w.alert);
	/* Who said so of the group has said so of its members, whenever they come. */
	if (status == TRIAGE_FALSE_POSITIVE ? !is_member(l, w.alert, &alert->finding)
					    : status == TRIAGE_RESOLVED || l->now >= w.ends_us) {
		if (triage_is_closed(status) && !alert->reopens)
			alert->reopens = w.alert;
		return false;
	}
	count_member(l, w.alert, &alert->finding);
	w.kept++;
	growth_look(l, &w);
	store_put_window(l->store, &w);
	l->policy.grouped++;
	return true;
}

static void begin_group(struct lifecycle *l, const struct alert *alert,
			const struct alert_terms *terms)
{
	struct store_window w;
	int rc = store_get_window(l->store, terms->group, &w);

	if (rc < 0 || (!rc && !admit(l)))
		return;
	if (rc)
		growth_end(l, &w);
	w = (struct store_window){ .key = terms->group,
				   .alert = alert->number,
				   .ends_us = l->now + l->policy.group_for,
				   .made = 1,
				   .told = 1,
				   .revision = 1,
				   .kind = WINDOW_GROUP };
	record_text_set(w.sinks, sizeof(w.sinks), terms->sinks);
	store_put_window(l->store, &w);
	count_member(l, alert->number, &alert->finding);
}

/* The latest that was kept back is made when the time is over: nothing is silent for longer. */
static void keep_back(struct lifecycle *l, const struct alert *alert,
		      const struct alert_terms *terms, struct store_window *w)
{
	struct store_waiting row = { .number = 0 };
	bool waits = w->waiting && store_get_waiting(l->store, w->waiting, &row) > 0;

	row.alert = *alert;
	row.alert.policy.throttled = w->kept - 1;
	row.terms = *terms;
	if (waits) {
		store_put_waiting(l->store, &row);
		return;
	}
	row.due_us = w->ends_us;
	row.window = w->key;
	row.wait = WAIT_THROTTLE;
	w->waiting = hold_put(l, &row) ? row.number : 0;
}

bool group_throttles(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms)
{
	struct store_window w;

	if (!terms->window || store_get_window(l->store, terms->window, &w) <= 0 ||
	    l->now >= w.ends_us || w.made < terms->throttle)
		return false;
	w.kept++;
	count_member(l, w.alert, &alert->finding);
	keep_back(l, alert, terms, &w);
	store_put_window(l->store, &w);
	l->policy.throttled++;
	return true;
}

static void count_made(struct lifecycle *l, const struct alert *alert,
		       const struct alert_terms *terms)
{
	struct store_window w;
	int rc = store_get_window(l->store, terms->window, &w);

	if (rc < 0 || (!rc && !admit(l)))
		return;
	if (!rc || l->now >= w.ends_us)
		w = (struct store_window){ .key = terms->window,
					   .ends_us = l->now + terms->throttle_s * MONO_SECOND,
					   .kind = WINDOW_THROTTLE };
	w.made++;
	w.alert = alert->number;
	store_put_window(l->store, &w);
}

void group_made(struct lifecycle *l, const struct alert *alert, const struct alert_terms *terms)
{
	if (terms->group)
		begin_group(l, alert, terms);
	if (terms->window)
		count_made(l, alert, terms);
}

struct pruning {
	struct lifecycle *l;
	uint64_t left;
};

/* What a group that was called false has listed stays silent as long as its alert is kept. */
static int prune(void *arg, const struct store_window *w)
{
	struct pruning *p = arg;

	if (w->ends_us > p->l->now || status_of(p->l, w->alert) == TRIAGE_FALSE_POSITIVE) {
		p->left++;
	} else {
		growth_end(p->l, w);
		store_delete_window(p->l->store, w->key);
	}
	return 0;
}

int group_prune(struct lifecycle *l)
{
	struct pruning p = { l, 0 };
	int rc = store_commit(l->store, false);

	if (!rc)
		rc = store_walk_windows(l->store, prune, &p);
	if (rc >= 0)
		l->policy.windows = p.left;
	return rc < 0 ? rc : 0;
}
