/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/handover/handovers.h"

#include "base/conf.h"
#include "base/conf/tools.h"
#include "base/err.h"
#include "base/log.h"
#include "flowd/core/handover/record.h"
#include "flowd/core/wish/wishes.h"
#include "store/book/runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK (100 * MONO_MS) /* how often it is somebody's turn */
#define AT_ONCE_MOST 4	     /* as flowd/scan allows */
#define INTERRUPTED_MOST 64  /* rows that are put right at once, at a start */

/* One that is under way. */
struct place {
	struct handovers *h;
	struct tool_run run; /* id 0: the place is free */
	struct ipc *scan;
	struct loop_event *event;
};

struct handovers {
	const struct conf *conf;
	struct loop *loop;
	struct announce *announce;
	struct lifecycle *life;
	struct crew *crew;
	struct backlog *backlog;
	struct tools tools;
	struct loop_event *timer;
	struct place places[AT_ONCE_MOST];
	size_t waiting;
	uint64_t last; /* the highest id that was taken */
};

static bool is_known_tool(const struct handovers *h, const struct tool_run *run)
{
	return tools_find(&h->tools, run->tool) != NULL;
}

/* ---- rows ---- */

static void put(struct handovers *h, const struct tool_run *run, const char *output)
{
	store_put_run(h->life->store, run, output);
	announce_run(h->announce, run);
}

/* It is over, for better or worse. */
static void conclude(struct handovers *h, struct tool_run *run, const char *output)
{
	char what[32];

	run->finished_us = mono_wall();
	put(h, run, output);
	snprintf(what, sizeof(what), "hand-over %s", record_run_text(run->state));
	record_trail(h->life, run, what);
	record_case(h->life, run);
}

static void conclude_as(struct handovers *h, struct tool_run *run, enum run_state state,
			const char *why)
{
	run->state = (uint8_t)state;
	snprintf(run->reason, sizeof(run->reason), "%s", why);
	conclude(h, run, NULL);
}

/* ---- those under way ---- */

static struct place *find_place(struct handovers *h, uint64_t id)
{
	size_t i;

	for (i = 0; i < h->conf->handover_at_once && i < AT_ONCE_MOST; i++)
		if (h->places[i].run.id == id)
			return &h->places[i];
	return NULL;
}

/* The role sees its socket end, and ends what it has started. */
static void leave(struct place *p)
{
	loop_event_free(p->event);
	ipc_free(p->scan);
	p->event = NULL;
	p->scan = NULL;
	p->run = (struct tool_run){ .id = 0 };
}

/* Of what the role says only how it went is believed. */
static void take_result(struct place *p, const char *bytes, size_t len)
{
	struct tool_run *run = &p->run, said;

	if (len >= sizeof(said))
		memcpy(&said, bytes, sizeof(said));
	if (len < sizeof(said) || !record_mend_run(&said, mono_wall()) || said.id != run->id ||
	    len != sizeof(said) + said.output || !run_is_over(said.state)) {
		conclude_as(p->h, run, RUN_FAILED, "its answer made no sense");
		return;
	}
	run->state = said.state;
	run->exit_status = said.exit_status;
	run->signal = said.signal;
	run->output = said.output;
	run->truncated = said.truncated;
	run->http_status = said.http_status;
	run->command = said.command;
	run->words_len = said.words_len;
	run->cut = said.cut;
	memcpy(run->words, said.words, sizeof(run->words));
	memcpy(run->reason, said.reason, sizeof(run->reason));
	memcpy(run->ticket, said.ticket, sizeof(run->ticket));
	memcpy(run->link, said.link, sizeof(run->link));
	conclude(p->h, run, bytes + sizeof(said));
}

static void scan_speaks(void *arg, int what)
{
	struct place *p = arg;
	struct ipc_message m;
	char *bytes;
	size_t len;
	int rc = ipc_recv(p->scan, false, &m);

	(void)what;
	if (!rc)
		return;
	if (rc == 1 && m.kind == IPC_RAN &&
	    !ipc_read_bulk(m.fd, sizeof(struct tool_run) + RUN_OUTPUT_MOST, &bytes, &len)) {
		take_result(p, bytes, len);
		free(bytes);
	} else {
		conclude_as(p->h, &p->run, RUN_INTERRUPTED, "its process ended");
	}
	if (rc == 1 && m.fd >= 0)
		close(m.fd);
	leave(p);
}

/* ---- turns ---- */

/* It is said to be under way before it is: what a crash leaves behind is never begun twice. */
static int begin(struct handovers *h, struct place *p, const struct tool_run *row)
{
	struct handover order;
	int rc;

	*p = (struct place){ .h = h, .run = *row };
	h->waiting--;
	p->run.started_us = mono_wall();
	rc = record_facts(h->life, &p->run, &order);
	if (rc) {
		conclude_as(h, &p->run, RUN_REFUSED,
			    rc > 0 ? "the service or its alert is gone" : err_text(rc));
		leave(p);
		return rc < 0 ? rc : 0;
	}
	p->run.state = order.run.state = RUN_RUNNING;
	put(h, &p->run, NULL);
	if ((rc = store_commit(h->life->store, h->conf->store_sync)))
		return rc;
	p->scan = crew_errand(h->crew, IPC_SCAN);
	if (p->scan && !ipc_send_bulk(p->scan, IPC_HANDOVER, &order, sizeof(order)))
		p->event = loop_fd_new(h->loop, ipc_fd(p->scan), LOOP_READ, scan_speaks, p);
	if (!p->event) {
		conclude_as(h, &p->run, RUN_FAILED, "it could not be started");
		leave(p);
	}
	return 0;
}

/* The kill switch and quiet hours hold for what talks to services. */
static bool may_probe(const struct handovers *h)
{
	return h->backlog->now.enabled && !hours_until(&h->backlog->quiet, mono_wall());
}

struct turn {
	struct handovers *h;
	struct tool_run row;
	bool may, found;
};

static int pick(void *arg, const struct tool_run *row)
{
	struct turn *t = arg;
	const struct tool_conf *tool = tools_find(&t->h->tools, row->tool);

	if (row->state != RUN_QUEUED || (tool && tool->probes && !t->may))
		return 0;
	t->row = *row;
	t->found = true;
	return 1;
}

static int take_turns(struct handovers *h)
{
	struct turn t = { .h = h, .may = may_probe(h) };
	struct place *p;
	int rc = 0;

	while (h->waiting && (p = find_place(h, 0)) && !rc) {
		t.found = false;
		rc = store_walk_open_runs(h->life->store, pick, &t);
		if (rc < 0 || !t.found)
			return rc < 0 ? rc : 0;
		rc = begin(h, p, &t.row);
	}
	return rc;
}

/* Somebody has pulled the switch: what talks to services  */
static void obey_switch(struct handovers *h)
{
	const struct tool_conf *tool;
	size_t i;

	for (i = 0; i < AT_ONCE_MOST && !h->backlog->now.enabled; i++) {
		tool = tools_find(&h->tools, h->places[i].run.tool);
		if (!h->places[i].run.id || !tool || !tool->probes)
			continue;
		conclude_as(h, &h->places[i].run, RUN_INTERRUPTED, "probing was stopped");
		leave(&h->places[i]);
	}
}

static void look(void *arg, int what)
{
	struct handovers *h = arg;
	int rc;

	(void)what;
	obey_switch(h);
	rc = store_commit(h->life->store, false);
	if (!rc)
		rc = take_turns(h);
	if (rc)
		log_error("hand-over: %s", err_text(rc));
	loop_timer_set(h->timer, LOOK);
}

/* ---- orders ---- */

static int cancel(struct handovers *h, const struct tool_run *order)
{
	char who[TOKEN_NAME_MAX + 8] = "";
	struct place *p = find_place(h, order->id);
	struct tool_run row;
	int rc;

	if (*order->by)
		snprintf(who, sizeof(who), "by %s", order->by);
	if (p) {
		conclude_as(h, &p->run, RUN_CANCELLED, who);
		leave(p);
		return 0;
	}
	rc = store_get_run(h->life->store, order->id, &row);
	if (rc <= 0 || row.state != RUN_QUEUED)
		return rc < 0 ? rc : 0;
	h->waiting--;
	conclude_as(h, &row, RUN_CANCELLED, who);
	return 0;
}

/* Why a run is not to be; NULL: it is. */
static const char *objection(const struct handovers *h, const struct tool_run *run)
{
	const struct tool_conf *tool = tools_find(&h->tools, run->tool);

	if (!tool)
		return "there is no such tool";
	if (tool->probes && (!prefix_set_has(h->life->targets, &run->service.host) ||
			     !rules_may_probe(h->life->rules, &run->service, NULL)))
		return "it is not to be probed: targets, exclude or noprobe";
	if (h->waiting >= h->conf->handover_queue)
		return "too many wait already (handover.queue)";
	return NULL;
}

static void enlist(struct handovers *h, const struct tool_run *order)
{
	const struct tool_conf *tool = tools_find(&h->tools, order->tool);
	struct tool_run run = { .id = order->id,
				.service = order->service,
				.alert = order->alert,
				.made_us = order->made_us,
				.exit_status = -1,
				.state = RUN_QUEUED,
				.command = tool && tool->kind == TOOL_COMMAND,
				.by_rule = order->by_rule };
	const char *why = objection(h, order);

	memcpy(run.tool, order->tool, sizeof(run.tool));
	memcpy(run.by, order->by, sizeof(run.by));
	if (h->last < run.id)
		h->last = run.id;
	if (why) {
		conclude_as(h, &run, RUN_REFUSED, why);
		return;
	}
	h->waiting++;
	put(h, &run, NULL);
	record_trail(h->life, &run, "handed over");
}

int handovers_order(struct handovers *h, const struct tool_run *order)
{
	struct tool_run run = *order, old;
	int rc;

	if (!h || !record_mend_run(&run, mono_wall() + MONO_SECOND))
		return 1;
	if (run.state == RUN_CANCELLED)
		return cancel(h, &run);
	if (run.state != RUN_QUEUED)
		return 1;
	rc = store_get_run(h->life->store, run.id, &old);
	if (rc)
		return rc < 0 ? rc : 1;
	run.by_rule = 0;
	enlist(h, &run);
	return 0;
}

void handovers_by_rule(struct handovers *h, const struct alert *alert)
{
	struct tool_run run = { .service = alert->finding.service,
				.alert = alert->number,
				.state = RUN_QUEUED,
				.by_rule = 1 };
	size_t i;

	if (!h || alert->finding.event == EVENT_HEALTH)
		return;
	for (i = 0; i < h->tools.count; i++) {
		if (!(h->tools.list[i].levels & 1U << alert->level))
			continue;
		run.made_us = mono_wall();
		run.id = (uint64_t)run.made_us > h->last ? (uint64_t)run.made_us : h->last + 1;
		record_text_set(run.tool, sizeof(run.tool), h->tools.list[i].name);
		enlist(h, &run);
	}
}

/* ---- birth ---- */

struct left {
	struct handovers *h;
	struct tool_run rows[INTERRUPTED_MOST];
	size_t count;
};

static int count_left(void *arg, const struct tool_run *row)
{
	struct left *l = arg;

	if (row->id > l->h->last)
		l->h->last = row->id;
	if (row->state == RUN_QUEUED && is_known_tool(l->h, row))
		l->h->waiting++;
	else if (l->count < INTERRUPTED_MOST)
		l->rows[l->count++] = *row;
	return 0;
}

/* What an earlier core had begun is gone with it: nobody knows how far it came. */
static int put_right(struct handovers *h)
{
	struct left *left = calloc(1, sizeof(*left));
	int rc = left ? 0 : -ENOMEM;
	size_t i, again = left != NULL;

	while (!rc && again) {
		left->h = h;
		left->count = h->waiting = 0;
		rc = store_walk_open_runs(h->life->store, count_left, left);
		again = left->count;
		for (i = 0; !rc && i < left->count; i++)
			if (left->rows[i].state == RUN_QUEUED)
				conclude_as(h, &left->rows[i], RUN_REFUSED,
					    "there is no such tool any more");
			else
				conclude_as(h, &left->rows[i], RUN_INTERRUPTED,
					    "flowd ended while it was under way");
		if (!rc)
			rc = store_commit(h->life->store, false);
	}
	free(left);
	return rc;
}

struct handovers *handovers_new(const struct conf *conf, struct loop *loop,
				struct announce *announce, const struct wishes *others)
{
	struct handovers *h = others->crew && conf_hands_over(conf) ? calloc(1, sizeof(*h)) : NULL;
	char error[SECTION_ERROR_MAX];
	int rc;

	if (!h)
		return NULL;
	h->conf = conf;
	h->loop = loop;
	h->announce = announce;
	h->life = others->life;
	h->crew = others->crew;
	h->backlog = others->backlog;
	h->life->now = h->life->now ? h->life->now : mono_wall();
	rc = tools_parse(conf->tools, &h->tools, error);
	if (!rc)
		rc = put_right(h);
	h->timer = loop_timer_new(loop, look, h);
	if (rc || !h->timer) {
		log_error("hand-over: %s", err_text(rc ? rc : -ENOMEM));
		handovers_free(h);
		return NULL;
	}
	loop_timer_set(h->timer, LOOK);
	h->life->handovers = h;
	return h;
}

void handovers_free(struct handovers *h)
{
	size_t i;

	if (!h)
		return;
	/* What is under way ends with us; the next core says so. */
	for (i = 0; i < AT_ONCE_MOST; i++)
		leave(&h->places[i]);
	loop_event_free(h->timer);
	tools_free(&h->tools);
	free(h);
}
