/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/worker.h"

#include "base/err.h"
#include "base/ipc.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/flow/flow.h"
#include "flowd/sensor/flow/sctp.h"
#include "flowd/sensor/flow/udp.h"

#include <stdlib.h>

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
	struct udp *udp;
	struct sctp *sctp;
	struct tally tally;
	wall_t now;	/* of the latest packet */
	uint64_t frame; /* number of the latest frame in its capture */
	int link;	/* of the capture being read */
	struct capture *captures[CAPTURE_MOST];
	size_t capture_count;
	uint64_t kernel_drops, interface_drops; /* of captures that are closed */
};

static int say(void *arg, const struct sighting *sighting)
{
	struct worker *w = arg;

	return ipc_send(w->core, IPC_SIGHTING, sighting);
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
	learn_enter(plan->learnt, w->known);
	w->watch = (struct watch){ .conf = plan->conf,
				   .own = plan->own,
				   .known = w->known,
				   .hosts = w->hosts,
				   .classify = w->classify,
				   .explain = &w->explain,
				   .tally = &w->tally,
				   .say = say,
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
	for (i = 0; i < w->capture_count; i++)
		capture_close(w->captures[i]);
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
	if (w->capture_count == CAPTURE_MOST)
		return false;
	w->captures[w->capture_count++] = capture;
	return true;
}

size_t worker_captures(const struct worker *w)
{
	return w->capture_count;
}

struct capture *worker_capture(const struct worker *w, size_t i)
{
	return i < w->capture_count ? w->captures[i] : NULL;
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
		w->tally.undecoded++;
		break;
	}
}

static void take_frame(void *arg, const struct capture_frame *frame)
{
	struct worker *w = arg;
	struct packet packet;

	w->frame++;
	w->tally.packets++;
	w->tally.bytes += frame->length;
	w->tally.truncated += frame->captured < frame->length;
	w->now = packet.time_us = frame->time_us;
	if (!decode_frame(w->decode, w->link, frame->bytes, frame->captured, &packet))
		take_packet(w, &packet);
	while (decode_has_more(w->decode)) {
		packet.time_us = frame->time_us;
		if (!decode_more(w->decode, &packet))
			take_packet(w, &packet);
	}
}

int worker_read(struct worker *w, size_t i, int most, char *error)
{
	w->link = capture_link(w->captures[i]);
	return capture_read(w->captures[i], most, take_frame, w, error);
}

uint64_t worker_frames(const struct worker *w)
{
	return w->tally.packets;
}

uint64_t worker_frame(const struct worker *w)
{
	return w->frame;
}

static void add_drops(struct worker *w, size_t i, uint64_t *kernel, uint64_t *interface)
{
	uint64_t k, n;

	capture_drops(w->captures[i], &k, &n);
	*kernel += k;
	/* All workers have the same interfaces: the first one counts for all. */
	*interface += w->number ? 0 : n;
}

void worker_drop(struct worker *w, size_t i)
{
	add_drops(w, i, &w->kernel_drops, &w->interface_drops);
	capture_close(w->captures[i]);
	w->captures[i] = NULL;
	w->frame = 0;
}

void worker_flush(struct worker *w)
{
	watch_flush(&w->watch);
}

void worker_count(struct worker *w, wall_t now)
{
	size_t i;

	w->tally.time_us = now ? now : w->now;
	w->tally.kernel_drops = w->kernel_drops;
	w->tally.interface_drops = w->interface_drops;
	for (i = 0; i < w->capture_count; i++)
		if (w->captures[i])
			add_drops(w, i, &w->tally.kernel_drops, &w->tally.interface_drops);
	w->tally.records_dropped = ipc_drops(w->core);
	ipc_send(w->core, IPC_TALLY, &w->tally);
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
