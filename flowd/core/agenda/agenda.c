/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/agenda/agenda.h"

#include "base/conf.h"
#include "flowd/core/agenda/changes.h"
#include "flowd/core/facts/gather.h"
#include "flowd/core/out/tell.h"
#include "flowd/core/verdict/turn.h"
#include "flowd/facts.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_MOST 256			/* places taken in a tick */
#define JOBS_MOST 64			/* jobs that wait: beyond, news go first */
#define LOOK_AGAIN MONO_SECOND		/* what is put between two looks is seen so late */
#define SHUTS_REFUSED 2			/* times found shut before it is gone, told so */
#define SHUTS_SILENT 3			/* or not told anything */
#define RECHECKS 4			/* looks while it may be gone */
#define CONFIRM_AFTER (5 * MONO_SECOND) /* the second look at what differs */
#define RESTS_MOST 5			/* the wait doubles so often */
#define SOONEST (100 * MONO_MS)

struct agenda agenda_of(const struct conf *conf, bool replay)
{
	struct agenda a = { .again = replay ? 0 : conf->verify_again,
			    .again_high = conf->verify_again_high,
			    .gone = conf->verify_gone,
			    .rounds = rounds_of(conf, replay) };
	char *list = strdup(conf->verify_expiring), *rest, *word;

	for (word = list ? strtok_r(list, ", ", &rest) : NULL;
	     word && a.term_count < AGENDA_TERMS_MAX; word = strtok_r(NULL, ", ", &rest))
		a.term_count += !mono_parse(word, &a.terms[a.term_count]);
	free(list);
	return a;
}

static bool is_up(unsigned state)
{
	return state == STATE_OPEN || state == STATE_REFUSES || state == STATE_RESTRICTED;
}

static bool is_shut(unsigned state)
{
	return state == STATE_CLOSED || state == STATE_SILENT || state == STATE_GONE;
}

static void note_answer(struct agenda *a, const struct service *service, wall_t time)
{
	if (!service_is_same(&a->answered[0].service, service))
		a->answered[1] = a->answered[0];
	a->answered[0].service = *service;
	a->answered[0].time_us = time;
}

/* Another service than this one that was found open, the latest one first; NULL: none is known. */
static const struct agenda_answer *other_answer(const struct agenda *a, const struct service *s)
{
	size_t i = service_is_same(&a->answered[0].service, s);

	return a->answered[i].time_us ? &a->answered[i] : NULL;
}

/*
 * The silence may be the prober's own: then somebody who used to answer is asked, too, so that the
 * next look will know.
 */
static int ask_other(struct lifecycle *l, const struct agenda_answer *other)
{
	struct store_service row;
	int rc = other ? store_get_service(l->store, &other->service, &row) : 0;

	if (rc > 0)
		rc = lifecycle_look(l, &row);
	return rc < 0 ? rc : 0;
}

/*
 * Found shut once more; 1: it is gone. Silence counts when others have answered since it counted
 * last; so an interval in which nobody answers counts twice at most, at its two ends.
 */
static int take_shut(struct lifecycle *l, const struct agenda_look *look, struct store_plan *plan)
{
	const struct agenda *a = &l->agenda;
	const struct agenda_answer *other = other_answer(a, &look->row->service);
	bool refused = look->probe->state == STATE_CLOSED;

	/* What nobody watched all the time, or was seen to answer since, starts anew. */
	if (!plan->shut_us || plan->shut_us < a->started_us ||
	    look->row->last_us >= plan->shut_us || !lifecycle_may_be_gone(l, plan->shut_us)) {
		plan->shut_us = plan->shut_last_us = l->now;
		plan->shuts = 1;
		return refused ? 0 : ask_other(l, other);
	}
	if (!refused && (!other || other->time_us <= plan->shut_last_us))
		return ask_other(l, other);
	plan->shut_last_us = l->now;
	plan->shuts++;
	if (plan->shuts < (refused ? SHUTS_REFUSED : SHUTS_SILENT))
		return refused ? 0 : ask_other(l, other);
	return l->now - plan->shut_us >= a->gone;
}

static void settle_up(const struct lifecycle *l, const struct agenda_look *look,
		      struct store_plan *plan, struct changes *out)
{
	unsigned state = look->row->state, event = look->job->event;

	if (plan->settled == STATE_GONE && event != EVENT_RETURNED)
		changes_add_state(out, EVENT_RETURNED, plan->settled, state);
	else if (plan->settled != STATE_GONE && plan->settled != STATE_CANDIDATE &&
		 plan->settled != state && event != EVENT_NEW)
		changes_add_state(out, EVENT_CHANGED, plan->settled, state);
	else if (turn_is_late(l, look, plan))
		changes_add_state(out, EVENT_VERDICT, plan->settled, state);
	plan->settled = (uint8_t)state;
	plan->shut_us = 0;
	plan->shuts = plan->rests = 0;
}

static int settle_shut(struct lifecycle *l, const struct agenda_look *look, struct store_plan *plan,
		       struct changes *out)
{
	unsigned state = look->row->state;
	int gone = is_up(plan->settled) ? take_shut(l, look, plan) : 0;

	if (gone < 0)
		return gone;
	if (!is_up(plan->settled)) {
		plan->rests += plan->rests < RESTS_MOST;
		if (plan->settled != STATE_GONE)
			plan->settled = (uint8_t)state;
	} else if (gone) {
		changes_add_state(out, EVENT_GONE, plan->settled, STATE_GONE);
		plan->settled = STATE_GONE;
	}
	if (plan->settled == STATE_GONE)
		look->row->state = STATE_GONE;
	return 0;
}

/* What would the rules say of it if it were new? */
static enum level level_of(const struct lifecycle *l, const struct store_service *row)
{
	const struct finding f = tell_finding(l, row, EVENT_NEW, NULL);
	const struct store_facts known = gather_facts(l, &f, row, NULL);
	const struct rules_facts facts = facts_told(&known, l->now);
	struct rules_verdict verdict;

	rules_judge_with(l->rules, &f, &facts, &verdict);
	return verdict.level;
}

static mono_t wait_of(const struct agenda *a, const struct store_plan *plan, bool unsure)
{
	mono_t wait =
		plan->high && a->again_high && a->again_high < a->again ? a->again_high : a->again;

	if (is_up(plan->settled) && plan->shut_us && a->gone / RECHECKS < wait)
		wait = a->gone / RECHECKS;
	else if (!is_up(plan->settled))
		wait <<= plan->rests;
	if (unsure && CONFIRM_AFTER < wait)
		wait = CONFIRM_AFTER;
	return wait;
}

/* Between three and five quarters of `wait` from now, another time for each service. */
static wall_t spread(const struct lifecycle *l, const struct service *service, mono_t wait)
{
	const struct hash_key key = store_peer_key(l->store);
	uint64_t hash = hash_bytes(&key, service, sizeof(*service)) + (uint64_t)l->now;

	if (wait < SOONEST)
		wait = SOONEST;
	hash = hash_bytes(&key, &hash, sizeof(hash));
	return l->now + wait * 3 / 4 + (mono_t)(hash % (uint64_t)(wait / 2 + 1));
}

int agenda_take(struct lifecycle *l, const struct agenda_look *look, struct changes *out)
{
	const struct service *service = &look->row->service;
	struct store_plan plan = { .due_us = 0 };
	int rc = store_get_plan(l->store, service, &plan);
	wall_t was = plan.due_us;

	*out = (struct changes){ .count = 0 };
	if (rc < 0 || look->row->state == STATE_CANDIDATE || look->row->state == STATE_EPHEMERAL)
		return rc < 0 ? rc : 0;
	if (is_up(look->row->state)) {
		settle_up(l, look, &plan, out);
		note_answer(&l->agenda, service, l->now);
	} else if (is_shut(look->row->state)) {
		rc = settle_shut(l, look, &plan, out);
		if (rc)
			return rc;
	}
	if (look->probe->state == STATE_OPEN && (rc = changes_find(l, look, out)))
		return rc;
	look->row->level = (uint8_t)level_of(l, look->row);
	plan.high = look->row->level >= LEVEL_HIGH;
	plan.due_us = 0;
	if (l->agenda.again)
		plan.due_us = spread(l, service, wait_of(&l->agenda, &plan, out->unsure));
	if (plan.due_us && out->expiry_us > l->now && out->expiry_us < plan.due_us)
		plan.due_us = out->expiry_us;
	store_put_plan(l->store, service, was, &plan);
	return 0;
}

int agenda_return(struct lifecycle *l, const struct service *service)
{
	struct store_plan plan;
	int rc = store_get_plan(l->store, service, &plan);

	if (rc <= 0 || plan.settled != STATE_GONE)
		return rc < 0 ? rc : 0;
	plan.settled = STATE_CANDIDATE;
	plan.rests = 0;
	store_put_plan(l->store, service, plan.due_us, &plan);
	return 0;
}

struct looking {
	struct lifecycle *l;
	unsigned left, room;
	wall_t next;
};

/* Orders a look at what is due, and puts it into a later place in case nothing comes of that. */
static int order(struct looking *k, const struct service *service, wall_t due)
{
	struct lifecycle *l = k->l;
	struct store_service row;
	struct store_plan plan;
	int rc = store_get_plan(l->store, service, &plan);

	/* A place that was left for another. */
	if (rc <= 0 || plan.due_us != due) {
		store_delete_due(l->store, service, due);
		return rc < 0 ? rc : 0;
	}
	rc = store_get_service(l->store, service, &row);
	if (rc <= 0 || row.state == STATE_EPHEMERAL) {
		store_put_plan(l->store, service, due, NULL);
		return rc < 0 ? rc : 0;
	}
	plan.due_us = spread(l, service, wait_of(&l->agenda, &plan, false));
	store_put_plan(l->store, service, due, &plan);
	rc = lifecycle_look(l, &row);
	k->room -= rc > 0;
	return rc < 0 ? rc : 0;
}

static int take_due(void *arg, const struct service *service, wall_t due)
{
	struct looking *k = arg;
	int rc;

	if (due > k->l->now) {
		k->next = due;
		return 1;
	}
	if (!k->left || !k->room)
		return 1;
	k->left--;
	rc = order(k, service, due);
	k->l->agenda.from = due;
	return rc;
}

int agenda_tick(struct lifecycle *l)
{
	struct agenda *a = &l->agenda;
	uint64_t waiting = store_count_jobs(l->store);
	struct looking k = { .l = l, .left = LOOK_MOST };
	int rc;

	if (!a->started_us)
		a->started_us = l->now;
	if (waiting < JOBS_MOST && (rc = rounds_tick(l, JOBS_MOST - (unsigned)waiting)))
		return rc;
	if (!a->again || l->now < a->look_us || waiting >= JOBS_MOST)
		return 0;
	k.room = JOBS_MOST - (unsigned)waiting;
	rc = store_walk_agenda(l->store, a->from, take_due, &k);
	if (rc < 0)
		return rc;
	a->look_us = k.left && k.room ? l->now + LOOK_AGAIN : 0;
	if (k.next && k.next < a->look_us)
		a->look_us = k.next;
	return 0;
}
