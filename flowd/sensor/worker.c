/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/worker.h"

#include "base/err.h"
#include "base/ipc.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/flow/flow.h"
#include "flowd/sensor/flow/icmp.h"
#include "flowd/sensor/flow/sctp.h"
#include "flowd/sensor/flow/udp.h"

#include <stdlib.h>
#include <string.h>

#define TALLY_EVERY (1 * MONO_SECOND) /* in a replay, where packets are the clock */

/* Where frames come from, and what was counted of them. */
struct source {
	struct capture *capture; /* NULL: closed */
	struct tally tally;
	uint64_t frame; /* number of the latest */
	wall_t due;	/* replay: when to tell the tally next */
	int link;
};

struct worker {
	const struct conf *conf;
	struct ipc *core;
	unsigned number;
	struct decode *decode;
	struct known *known;
	struct host_table *hosts;
	struct classify *classify;
	struct watch watch;
	struct explain explain;
	struct flow *flow;
	const struct gate *gate; /* of the flow */
	struct udp *udp;
	struct sctp *sctp;
	struct tally tally;  /* what everybody here counts in */
	struct tally shared; /* of it, what the sources have been given */
	wall_t now;	     /* of the latest packet of the source */
	struct source sources[CAPTURE_MOST];
	size_t source_count;
	struct source *source; /* the one being read, or read last */
	bool replay;
	mono_t clock; /* live: by how much wall clock and monotonic clock differed */
};

static int say(void *arg, const struct sighting *sighting)
{
	struct worker *w = arg;

	return ipc_send(w->core, IPC_SIGHTING, sighting);
}

/* What does not fit is said again after the next look. */
static void say_hint(void *arg, const struct hint *hint)
{
	struct worker *w = arg;

	ipc_send(w->core, IPC_HINT, hint);
}

static int say_host(void *arg, const struct host_sighting *sighting)
{
	struct worker *w = arg;

	return ipc_send(w->core, IPC_HOST, sighting);
}

static bool build(struct worker *w, const struct worker_plan *plan)
{
	w->known = known_new(plan->conf->limit_known, &plan->key);
	w->classify = classify_new();
	w->decode = decode_new(&w->tally, plan->conf->limit_fragments, &plan->key,
			       plan->conf->report_tunnels);
	w->hosts = host_table_new(&(struct host_setup){ .conf = plan->conf,
							.key = plan->key,
							.port_key = learn_peer_key(plan->learnt),
							.tally = &w->tally,
							.say = say_host,
							.arg = w });
	if (!w->known || !w->classify || !w->decode || !w->hosts)
		return false;
	known_learn(w->known, learn_view(plan->learnt));
	w->watch = (struct watch){ .conf = plan->conf,
				   .own = plan->own,
				   .known = w->known,
				   .hosts = w->hosts,
				   .classify = w->classify,
				   .explain = &w->explain,
				   .tally = &w->tally,
				   .say = say,
				   .hint = say_hint,
				   .arg = w,
				   .peer_key = learn_peer_key(plan->learnt) };
	w->explain = (struct explain){ .conf = plan->conf,
				       .expect = plan->expect,
				       .known = w->known,
				       .tally = &w->tally,
				       .say = say,
				       .arg = w,
				       .worker = plan->number };
	watch_open(&w->watch);
	w->flow = flow_new(&w->watch, w->classify, &plan->key);
	w->gate = w->flow ? flow_gate(w->flow) : NULL;
	w->udp = udp_new(&w->watch, &plan->key);
	w->sctp = sctp_new(&w->watch, &plan->key);
	return w->flow && w->udp && w->sctp;
}

struct worker *worker_new(const struct worker_plan *plan)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->conf = plan->conf;
	w->number = plan->number;
	w->replay = *plan->conf->read;
	w->clock = mono_wall() - mono_now();
	w->source = w->sources;
	if (!build(w, plan)) {
		worker_free(w);
		return NULL;
	}
	w->core = plan->core;
	return w;
}

void worker_free(struct worker *w)
{
	size_t i;

	if (!w)
		return;
	for (i = 0; i < w->source_count; i++)
		capture_close(w->sources[i].capture);
	flow_free(w->flow);
	udp_free(w->udp);
	sctp_free(w->sctp);
	known_free(w->known);
	decode_free(w->decode);
	host_table_free(w->hosts);
	classify_free(w->classify);
	ipc_free(w->core);
	free(w);
}

bool worker_add(struct worker *w, struct capture *capture)
{
	struct source *source = &w->sources[w->source_count];
	const char *name = capture_name(capture), *slash = strrchr(name, '/');

	if (w->source_count == CAPTURE_MOST)
		return false;
	source->capture = capture;
	source->link = capture_link(capture);
	record_text_set(source->tally.source, sizeof(source->tally.source),
			slash && slash[1] ? slash + 1 : name);
	source->tally.capture = (uint32_t)w->source_count++;
	return true;
}

size_t worker_captures(const struct worker *w)
{
	return w->source_count;
}

struct capture *worker_capture(const struct worker *w, size_t i)
{
	return i < w->source_count ? w->sources[i].capture : NULL;
}

/* What was counted since this was done last is of the source being read. */
static void share(struct worker *w)
{
	struct tally *t = &w->source->tally;
	size_t i;

	if (w->tally.packets != w->shared.packets)
		t->packet_us = w->now;
#define SHARE(id, text) t->id += w->tally.id - w->shared.id;
	RECORD_TALLY_LIST(SHARE)
#undef SHARE
	for (i = 0; i < TALLY_UNKNOWNS && w->tally.unknown[i].kind; i++)
		if (w->tally.unknown[i].packets != w->shared.unknown[i].packets)
			record_count_unknown(
				t, w->tally.unknown[i].kind, w->tally.unknown[i].number,
				w->tally.unknown[i].packets - w->shared.unknown[i].packets);
	t->unknown_rest += w->tally.unknown_rest - w->shared.unknown_rest;
	w->shared = w->tally;
}

/* Tells core how a source fares. */
static void tell(struct worker *w, struct source *source, wall_t now)
{
	struct tally *t = &source->tally;

	t->time_us = now ? now : t->packet_us;
	if (source->capture)
		capture_drops(source->capture, &t->kernel_drops, &t->interface_drops);
	/* All workers have the same interfaces: the first one counts for all. */
	if (w->number)
		t->interface_drops = 0;
	if (source == w->sources)
		t->records_dropped = ipc_drops(w->core);
	ipc_send(w->core, IPC_TALLY, t);
}

static void step(const struct worker *w, struct tally *t, mono_t by)
{
	if (by < 0)
		by = -by;
	if (!w->conf->health_clock || by < w->conf->health_clock)
		return;
	t->clock_steps++;
	t->clock_step_us += (uint64_t)by;
}

/* In a replay packets are the clock: it may go back, and their absence is told by the next. */
static void tick(struct worker *w, wall_t now)
{
	struct source *source = w->source;

	if (now < w->now)
		step(w, &w->tally, now - w->now);
	if (now < source->due - 2 * TALLY_EVERY)
		source->due = now;
	if (now < source->due)
		return;
	watch_catch_up(&w->watch);
	share(w);
	if (source->due)
		tell(w, source, now);
	source->due = now + TALLY_EVERY;
}

static void take_packet(struct worker *w, const struct packet *p)
{
	switch (p->proto) {
	case PROTO_TCP:
		flow_take(w->flow, p);
		break;
	case PROTO_UDP:
		udp_take(w->udp, p);
		break;
	case PROTO_SCTP:
		sctp_take(w->sctp, p);
		break;
	default:
		if (icmp_is(p))
			icmp_take(&w->watch, p);
		else
			w->tally.undecoded++;
		break;
	}
}

static void take_frame(struct worker *w, const struct capture_frame *frame,
		       const struct gate_look *look)
{
	struct packet packet;

	if (w->replay && (frame->time_us >= w->source->due || frame->time_us < w->now))
		tick(w, frame->time_us);
	w->source->frame++;
	w->tally.packets++;
	w->tally.bytes += frame->length;
	w->tally.truncated += frame->captured < frame->length;
	w->now = packet.time_us = frame->time_us;
	if (look->kind == GATE_IDLE && !gate_may_follow(w->gate, look->hash))
		return;
	if (!decode_frame(w->decode, w->source->link, frame->bytes, frame->captured, &packet))
		take_packet(w, &packet);
	while (decode_has_more(w->decode)) {
		packet.time_us = frame->time_us;
		if (!decode_more(w->decode, &packet))
			take_packet(w, &packet);
	}
}

/* Memory is slow, and every packet asks another place of it: all that the packets of a batch will
 * ask is asked for before any is taken. */
static void fetch(const struct worker *w, const struct gate_look *look)
{
	if (look->kind == GATE_UDP)
		udp_fetch(w->udp, look->hash);
	else if (look->kind == GATE_TCP || gate_may_follow(w->gate, look->hash))
		flow_fetch(w->flow, look->hash);
}

static void fetch_rest(const struct worker *w, const struct gate_look *look)
{
	if (look->kind == GATE_UDP)
		udp_fetch_rest(w->udp, look->hash);
	else if (look->kind == GATE_TCP || gate_may_follow(w->gate, look->hash))
		flow_fetch_rest(w->flow, look->hash);
}

static void take_frames(void *arg, const struct capture_frame *frames, int count)
{
	struct gate_look looks[CAPTURE_BATCH];
	struct worker *w = arg;
	int i;

	for (i = 0; i < count; i++) {
		looks[i].kind = GATE_UNSEEN;
		if (w->source->link != GATE_LINK)
			continue;
		gate_look(w->gate, frames[i].bytes, frames[i].captured, &looks[i]);
		if (looks[i].kind)
			fetch(w, &looks[i]);
	}
	for (i = 0; i < count && count > 1; i++)
		if (looks[i].kind)
			fetch_rest(w, &looks[i]);
	for (i = 0; i < count; i++)
		take_frame(w, &frames[i], &looks[i]);
}

int worker_read(struct worker *w, size_t i, int most, char *error)
{
	if (w->source != &w->sources[i]) {
		share(w);
		w->source = &w->sources[i];
		w->now = w->source->tally.packet_us;
	}
	return capture_read(w->source->capture, most, take_frames, w, error);
}

uint64_t worker_frames(const struct worker *w)
{
	return w->tally.packets;
}

uint64_t worker_frame(const struct worker *w)
{
	return w->source->frame;
}

void worker_drop(struct worker *w, size_t i)
{
	struct source *source = &w->sources[i];

	capture_drops(source->capture, &source->tally.kernel_drops, &source->tally.interface_drops);
	capture_close(source->capture);
	source->capture = NULL;
}

void worker_flush(struct worker *w)
{
	watch_flush(&w->watch);
}

void worker_count(struct worker *w, wall_t now)
{
	mono_t clock = mono_wall() - mono_now();
	size_t i;

	watch_catch_up(&w->watch);
	share(w);
	for (i = 0; i < w->source_count; i++) {
		/* Somebody has set the clock since it was looked at last. */
		if (!w->replay)
			step(w, &w->sources[i].tally, clock - w->clock);
		tell(w, &w->sources[i], now);
	}
	w->clock = clock;
}

void worker_send(struct worker *w)
{
	ipc_flush(w->core);
}

void worker_unsay(struct worker *w)
{
	known_unsay(w->known);
	host_unsay(w->hosts);
	worker_flush(w);
}

void worker_finish(struct worker *w, wall_t now)
{
	flow_finish(w->flow);
	udp_finish(w->udp);
	worker_flush(w);
	worker_count(w, now);
	worker_send(w);
}
