/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/probing/backlog.h"

#include "base/conf.h"
#include "store/assets/assets.h"
#include "store/probing/audit.h"

#define AT_ONCE 128    /* jobs sent behind one commit */
#define SCAN_MOST 4096 /* jobs looked at in a turn */
#define HOST_TIMES 2   /* as many of a host as verify has under way, and so many times more */
#define CLOCK_EVERY MONO_SECOND
#define SETTLE MONO_SECOND
#define SWITCH "probing_off" /* when the kill switch was pulled; 0 it is not */

struct pump {
	struct backlog *b;
	enum backlog_line line;
	mono_t now;
	unsigned count, scanned;
	bool more; /* the line has not been walked to its end */
	struct store_job jobs[AT_ONCE];
};

static void tell_verify(struct backlog *b)
{
	if (!b->verify)
		return;
	ipc_send(b->verify, IPC_PROBING, &b->now);
	ipc_flush(b->verify);
}

static int is_sent(void *arg, const struct store_job *j)
{
	(void)arg;
	return j->sent_us != 0;
}

/* A verify that outlived the core before this one drops its jobs and tells what it sent for them.
 */
static int settle(struct backlog *b)
{
	const bool enabled = b->now.enabled;
	int rc = store_walk_jobs(b->store, 0, is_sent, NULL);

	if (rc > 0) {
		b->settled = mono_now() + SETTLE;
		b->now.enabled = 0;
		tell_verify(b);
		b->now.enabled = enabled;
	}
	tell_verify(b);
	return rc;
}

int backlog_open(struct backlog *b, struct store *store, const struct conf *conf)
{
	wall_t off = 0;
	int rc = store_get_time(store, SWITCH, &off);

	b->store = store;
	b->rate = conf->verify_rate;
	b->far = *conf->vantages != 0;
	b->host_most = (unsigned)conf->verify_host_parallel * HOST_TIMES;
	b->now = (struct probing){ .enabled = !off, .time_us = off ? off : mono_wall() };
	flights_clear(&b->flights);
	hours_open();
	if (rc >= 0)
		rc = hours_parse(&b->quiet, conf->verify_quiet_hours, NULL);
	if (rc >= 0)
		rc = settle(b);
	return rc < 0 ? rc : 0;
}

void backlog_tell(const struct backlog *b)
{
	if (!b->web)
		return;
	ipc_send(b->web, IPC_PROBING, &b->now);
	ipc_flush(b->web);
}

int backlog_switch(struct backlog *b, const struct probing *wish)
{
	if (!wish->enabled != !b->now.enabled) {
		b->now.enabled = wish->enabled != 0;
		b->now.time_us = mono_wall();
		store_put_time(b->store, SWITCH, b->now.enabled ? 0 : b->now.time_us);
	}
	tell_verify(b);
	backlog_tell(b);
	return 0;
}

/* Verify looks at its own clock, too. */
static bool may_probe(struct backlog *b, mono_t now)
{
	wall_t until;

	if (b->quiet.count && now - b->clocked >= CLOCK_EVERY) {
		b->clocked = now;
		until = hours_until(&b->quiet, mono_wall());
		if (until != b->now.quiet_until_us) {
			b->now.quiet_until_us = until;
			backlog_tell(b);
		}
	}
	return b->now.enabled && !b->now.quiet_until_us;
}

/* Takes the job along, or passes it over; 1: no further. */
static int pick(void *arg, const struct store_job *j)
{
	struct pump *p = arg;
	struct backlog *b = p->b;
	struct backlog_walk *w = &b->walks[p->line];

	if (p->count == AT_ONCE || p->scanned++ == SCAN_MOST) {
		b->held = p->more = true;
		return 1;
	}
	if (!j->allowed || !j->job.urgent != (p->line != BACKLOG_URGENT) ||
	    flights_has(&b->flights, j->job.id)) {
		w->next = j->job.id + 1;
		return 0;
	}
	if (b->flights.count == FLIGHTS_MOST || b->may_send > p->now) {
		b->held = true;
		return 1;
	}
	w->next = j->job.id + 1;
	if (flights_of(&b->flights, &j->job.service.host) >= b->host_most) {
		w->first = w->first ? w->first : j->job.id;
		b->held = true;
		return 0;
	}
	flights_add(&b->flights, j->job.id, &j->job.service.host);
	b->may_send += MONO_SECOND / (mono_t)b->rate;
	p->jobs[p->count++] = *j;
	return 0;
}

/* That it was sent is known before it is: no crash makes it forgotten. */
static int note_sent(struct pump *p)
{
	struct store *store = p->b->store;
	unsigned i;

	for (i = 0; i < p->count; i++) {
		if (p->jobs[i].sent_us)
			audit_lost(store, &p->jobs[i]);
		p->jobs[i].sent_us = mono_wall();
		store_put_job(store, &p->jobs[i]);
	}
	return store_commit(store, false);
}

/* Vantages elsewhere look at what clients outside reach. */
static void tell_outside(struct backlog *b, const struct job *job)
{
	struct job_outside said = { .job = job->id };
	struct asset asset;

	if (!b->far || store_find_asset(b->store, &job->service, &asset) <= 0 ||
	    !asset_is_mapped(&asset))
		return;
	said.host = asset.outside;
	said.port = asset.outside_port;
	ipc_send(b->verify, IPC_OUTSIDE, &said);
}

static int send_all(struct pump *p)
{
	struct backlog *b = p->b;
	unsigned i;
	int rc = p->count ? note_sent(p) : 0;

	for (i = 0; i < p->count && !rc; i++) {
		tell_outside(b, &p->jobs[i].job);
		if (!ipc_send(b->verify, IPC_JOB, &p->jobs[i].job))
			continue;
		/* Verify's queue is full: it has not left. */
		flights_remove(&b->flights, p->jobs[i].job.id);
		p->jobs[i].sent_us = 0;
		store_put_job(b->store, &p->jobs[i]);
		if (b->walks[p->line].next > p->jobs[i].job.id)
			b->walks[p->line].next = p->jobs[i].job.id;
		b->held = true;
	}
	return rc;
}

/* Goes back to what was passed over, when there may be room for it. */
static void go_back(struct backlog *b)
{
	struct backlog_walk *w;

	for (w = b->walks; b->eased && w < b->walks + BACKLOG_LINES; w++) {
		if (w->first && w->first < w->next)
			w->next = w->first;
		w->first = 0;
	}
	b->eased = false;
}

int backlog_pump(struct backlog *b)
{
	static struct pump p; /* too big for the stack */
	int rc = 0;

	p = (struct pump){ .b = b, .now = mono_now() };
	if (!may_probe(b, p.now) || p.now < b->settled)
		return 0;
	/* A second's worth may go at once after a quiet time. */
	if (b->may_send < p.now - MONO_SECOND)
		b->may_send = p.now - MONO_SECOND;
	b->held = false;
	go_back(b);
	for (p.line = 0; p.line < BACKLOG_LINES && rc >= 0; p.line++) {
		/* None of the others before all that are urgent have been found. */
		if (p.more)
			break;
		p.count = 0;
		rc = store_walk_jobs(b->store, b->walks[p.line].next, pick, &p);
		if (rc >= 0 && (rc = send_all(&p)) > 0)
			rc = 0;
		b->held |= b->walks[p.line].first != 0;
	}
	ipc_flush(b->verify);
	return rc < 0 ? rc : 0;
}

/* The job is as if it had never been sent. */
static void take_back(struct backlog *b, struct store_job *j)
{
	struct backlog_walk *w = &b->walks[j->job.urgent ? BACKLOG_URGENT : BACKLOG_OTHERS];

	j->sent_us = 0;
	store_put_job(b->store, j);
	if (j->job.id < w->next)
		w->next = j->job.id;
}

int backlog_done(struct backlog *b, const struct probe *probe)
{
	struct store_job j;
	int rc = store_get_job(b->store, probe->job, &j);

	if (rc < 0)
		return rc;
	b->eased |= flights_of(&b->flights, &probe->service.host) >= b->host_most;
	if (!flights_remove(&b->flights, probe->job) && probe->given_up)
		return 0;
	audit_probe(b->store, rc ? &j : NULL, probe);
	if (!probe->given_up)
		return 1;
	if (rc)
		take_back(b, &j);
	return 0;
}

void backlog_restart(struct backlog *b)
{
	struct backlog_walk *w;

	for (w = b->walks; w < b->walks + BACKLOG_LINES; w++)
		*w = (struct backlog_walk){ .next = 0 };
	flights_clear(&b->flights);
	b->settled = 0;
	tell_verify(b);
}

unsigned backlog_under_way(const struct backlog *b)
{
	return b->flights.count;
}
