/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the capture of a busy border, the same bytes from the same options, and the truth about it.
 *
 * Outside clients (198.18.0.0/15, 2001:db8:ffff::/48) use inside services (10.0.0.0/8,
 * 2001:db8:10::/48); inside clients go out; scans of closed ports are answered with RST or not at
 * all; some ARP, ICMP and fragments lie between. The truth has a line for each service whose
 * SYN-ACK (TCP) or first answer (UDP) is in the file: proto, address, port, application, VLAN, time
 * in microseconds, connections.
 */
#include "base/wire.h"
#include "bench/frame.h"
#include "bench/hosts.h"

#include <math.h>
#include <stdlib.h>

#define START_US (1700000000 * 1000000ULL)
#define SEGMENT 1400 /* of what is said first */
#define BULK_BYTES (1 << 16)

/* X(member, name, default, help) */
#define OPTION_LIST(X)                                                                    \
	X(seed, "seed", 1, "of all that looks random")                                    \
	X(services, "services", 3000, "inside services")                                  \
	X(flows, "flows", 40000, "connections of all kinds")                              \
	X(per_flow, "packets-per-flow", 30, "mean bulk packets of a connection")          \
	X(active, "active", 2000, "connections open at once")                             \
	X(pps, "pps", 100000, "packets a second by their time stamps")                    \
	X(clients, "clients", 50000, "outside clients")                                   \
	X(ipv6, "ipv6", 0.10, "share of hosts that speak IPv6")                           \
	X(vlan, "vlan", 0.10, "share of hosts behind an 802.1Q tag")                      \
	X(out, "out", 0.20, "share of connections that go out")                           \
	X(scan, "scan", 0.10, "share of connections that are scans")                      \
	X(udp, "udp", 0.08, "share of services that are DNS over UDP")                    \
	X(unknown, "unknown", 0.06, "share of services that nobody can name")             \
	X(odd_port, "odd-port", 0.25, "share of services on a port of their own")         \
	X(noise, "noise", 0.003, "share of packets that are ARP, ICMP, fragments")        \
	X(repeat, "repeat", 0.002, "share of TCP segments with data that are sent twice") \
	X(max_packets, "max-packets", 0, "stop after so many; 0: when all connections have ended")

static struct {
#define OPTION_MEMBER(member, name, value, help) double member;
	OPTION_LIST(OPTION_MEMBER)
	bool small;
} options = {
#define OPTION_VALUE(member, name, value, help) .member = (value),
	OPTION_LIST(OPTION_VALUE)
};

enum flow_kind { FLOW_IN, FLOW_OUT, FLOW_SCAN };
enum flow_step { STEP_SYN, STEP_SYN_ACK, STEP_ACK, STEP_TALK, STEP_BULK, STEP_CLOSE };

struct flow {
	struct addr client, server;
	uint16_t client_port, server_port, vlan;
	enum flow_kind kind;
	enum flow_step step;
	const struct talk *talk;
	struct service *service; /* FLOW_IN only */
	uint32_t client_seq, server_seq;
	uint32_t bulk;	  /* packets still to come */
	unsigned message; /* of the talk, or of the three that close */
	size_t offset;	  /* in that message */
	unsigned unacked; /* segments the other side has not acknowledged */
	bool by_server;	  /* who sent those */
	bool stamps, is_udp, is_reset;
};

static struct rng rng;
static struct frame_file file;
static struct service *services;
static uint32_t service_count, met_count; /* met: used so far, the first of the table */
static uint32_t flows_begun, flows_in;
static uint8_t bulk[BULK_BYTES];

/* How many bulk packets a connection has: few mostly, very many seldom (Lomax, shape 1.5). */
static uint32_t pick_length(void)
{
	double u = 1 - rng_unit(&rng), n = options.per_flow * 0.55 * (1 / cbrt(u * u) - 1);

	return (uint32_t)fmin(n, options.per_flow * 100);
}

/* The service of the next connection from outside: at an even pace a new one, else a known one,
 * rather an old one than a young one. */
static struct service *pick_service(void)
{
	double due = options.flows * (1 - options.out - options.scan) * 0.98;
	double u = rng_unit(&rng);

	if (met_count < service_count && flows_in++ * (double)service_count >= met_count * due)
		return &services[met_count++];
	return &services[(uint32_t)(u * u * u * met_count)];
}

static void begin_in(struct flow *f)
{
	struct service *s = f->service = pick_service();

	s->flows++;
	f->server = s->host;
	f->server_port = s->port;
	f->vlan = s->vlan;
	f->is_udp = s->kind == TALK_DNS;
	f->talk = talk_get(s->kind, (unsigned)(s - services));
	f->client =
		hosts_outside(rng_below(&rng, (uint32_t)options.clients), !addr_is_v4(&s->host));
}

static void begin_out(struct flow *f)
{
	static const enum talk_kind kinds[] = { TALK_TLS,  TALK_TLS, TALK_TLS,
						TALK_HTTP, TALK_SSH, TALK_DNS };
	enum talk_kind kind = kinds[rng_below(&rng, 6)];
	bool six = rng_is(&rng, options.ipv6);

	f->client = hosts_inside(rng_below(&rng, service_count), six);
	f->server = hosts_outside(rng_below(&rng, 1000), six);
	f->server_port = talk_ports[kind][0];
	f->vlan = rng_is(&rng, options.vlan) ? (uint16_t)(100 + rng_below(&rng, 16)) : 0;
	f->is_udp = kind == TALK_DNS;
	f->talk = talk_get(kind, rng_below(&rng, TALK_VARIANTS));
}

static void begin_scan(struct flow *f)
{
	bool six = rng_is(&rng, options.ipv6);

	f->client = hosts_outside(rng_below(&rng, (uint32_t)options.clients), six);
	f->server = hosts_inside(rng_below(&rng, service_count), six);
	f->server_port =
		(uint16_t)(61024 + rng_below(&rng, 4000)); /* beyond those of the services */
	f->is_reset = rng_below(&rng, 3);
}

static void begin(struct flow *f)
{
	double share = rng_unit(&rng);

	*f = (struct flow){ .client_port = (uint16_t)(32768 + rng_below(&rng, 28000)),
			    .client_seq = (uint32_t)rng_next(&rng),
			    .server_seq = (uint32_t)rng_next(&rng),
			    .stamps = !options.small && rng_is(&rng, 0.7),
			    .is_reset = rng_is(&rng, 0.05) };
	flows_begun++;
	if (share < options.out) {
		f->kind = FLOW_OUT;
		begin_out(f);
	} else if (share < options.out + options.scan) {
		f->kind = FLOW_SCAN;
		begin_scan(f);
	} else {
		begin_in(f);
	}
	f->bulk = f->is_udp ? rng_below(&rng, 3) : pick_length();
}

static void tick(void)
{
	file.now_us += (uint64_t)(rng_unit(&rng) * 2e6 / options.pps + 0.5);
}

/* Sends `len` bytes of one side; the numbers go on. */
static void send_part(struct flow *f, bool by_server, uint8_t flags, const uint8_t *data,
		      size_t len)
{
	uint32_t *mine = by_server ? &f->server_seq : &f->client_seq;
	struct frame frame = {
		.src = by_server ? f->server : f->client,
		.dst = by_server ? f->client : f->server,
		.sport = by_server ? f->server_port : f->client_port,
		.dport = by_server ? f->client_port : f->server_port,
		.vlan = f->vlan,
		.proto = f->is_udp ? 17 : 6,
		.flags = flags,
		.stamps = f->stamps,
		.leaves = by_server != (f->kind == FLOW_OUT),
		.seq = *mine,
		.ack = by_server ? f->client_seq : f->server_seq,
		.data = data,
		.len = len,
	};

	frame_send(&file, &frame);
	tick();
	if (len && !f->is_udp && rng_is(&rng, options.repeat)) {
		frame_send(&file, &frame);
		tick();
	}
	*mine += (uint32_t)len + !!(flags & (FRAME_SYN | FRAME_FIN));
}

static void note_answer(struct flow *f)
{
	if (f->service && !f->service->first_us)
		f->service->first_us = file.now_us;
}

/* A question or an answer of DNS. False when it was the last. */
static bool step_udp(struct flow *f)
{
	const struct talk_message *m = &f->talk->messages[f->message];
	uint8_t text[512];

	if (m->by_server)
		note_answer(f);
	memcpy(text, m->bytes, m->len);
	wire_put_be16(text, (uint16_t)(f->bulk * 977 + f->client_port));
	send_part(f, m->by_server, 0, text, m->len);
	f->message ^= 1;
	return f->message || f->bulk--;
}

/* The next segment of what is said first, or the other side's acknowledgement. */
static void step_talk(struct flow *f)
{
	const struct talk_message *m = &f->talk->messages[f->message];
	size_t len = m->len - f->offset < SEGMENT ? m->len - f->offset : SEGMENT;

	if (f->unacked) {
		send_part(f, !f->by_server, FRAME_ACK, NULL, 0);
		f->unacked = 0;
		return;
	}
	send_part(f, m->by_server, FRAME_PSH | FRAME_ACK, m->bytes + f->offset, len);
	f->offset += len;
	if (f->offset < m->len)
		return;
	f->by_server = m->by_server;
	f->offset = 0;
	if (++f->message == f->talk->count) {
		f->step = STEP_BULK;
		f->message = 0;
	} else {
		/* An answer at once acknowledges by itself. */
		f->unacked = f->talk->messages[f->message].by_server == m->by_server ||
			     rng_is(&rng, 0.3);
	}
}

static size_t pick_size(const struct flow *f)
{
	size_t most = f->vlan || !addr_is_v4(&f->server) ? 1428 : f->stamps ? 1448 : 1460;
	uint32_t share = rng_below(&rng, 100);

	if (options.small)
		return rng_below(&rng, 11);
	if (share < 60)
		return most;
	return share < 79 ? 300 + rng_below(&rng, 1100) : 20 + rng_below(&rng, 280);
}

/* Bulk: mostly downwards, each second segment acknowledged. */
static void step_bulk(struct flow *f)
{
	size_t len;

	if (f->unacked == 2) {
		send_part(f, !f->by_server, FRAME_ACK, NULL, 0);
		f->unacked = 0;
	} else if (!f->bulk) {
		f->step = STEP_CLOSE;
	} else {
		len = pick_size(f);
		f->bulk--;
		f->unacked++;
		f->by_server = rng_below(&rng, 100) < 85;
		send_part(f, f->by_server, len ? FRAME_PSH | FRAME_ACK : FRAME_ACK,
			  bulk + rng_below(&rng, BULK_BYTES - 2048), len);
	}
}

/* FIN, FIN, ACK, or one RST of either side. False when it was the last. */
static bool step_close(struct flow *f)
{
	if (f->is_reset) {
		send_part(f, rng_below(&rng, 2), FRAME_RST | FRAME_ACK, NULL, 0);
		return false;
	}
	send_part(f, f->message == 1, f->message < 2 ? FRAME_FIN | FRAME_ACK : FRAME_ACK, NULL, 0);
	return ++f->message < 3;
}

/* The next packet of a connection. False when it was the last. */
static bool step(struct flow *f)
{
	if (f->is_udp)
		return step_udp(f);
	switch (f->step) {
	case STEP_SYN:
		send_part(f, false, FRAME_SYN, NULL, 0);
		f->step = STEP_SYN_ACK;
		return f->kind != FLOW_SCAN || f->is_reset;
	case STEP_SYN_ACK:
		if (f->kind == FLOW_SCAN) {
			f->server_seq = 0;
			send_part(f, true, FRAME_RST | FRAME_ACK, NULL, 0);
			return false;
		}
		note_answer(f);
		send_part(f, true, FRAME_SYN | FRAME_ACK, NULL, 0);
		f->step = STEP_ACK;
		return true;
	case STEP_ACK:
		send_part(f, false, FRAME_ACK, NULL, 0);
		f->step = STEP_TALK;
		return true;
	case STEP_TALK:
		step_talk(f);
		return true;
	case STEP_BULK:
		step_bulk(f);
		return true;
	default:
		return step_close(f);
	}
}

static void send_noise(void)
{
	struct frame frame = { .src = hosts_outside(rng_below(&rng, (uint32_t)options.clients),
						    false),
			       .dst = hosts_inside(rng_below(&rng, 5000), false),
			       .seq = (uint32_t)rng_next(&rng),
			       .data = bulk,
			       .len = 56 };

	switch (rng_below(&rng, 4)) {
	case 0:
		frame_send_arp(&file, (uint16_t)rng_next(&rng));
		break;
	case 1:
		frame.proto = 255;
		frame.len = 512;
		frame_send(&file, &frame);
		break;
	default:
		frame.proto = 1;
		frame_send(&file, &frame);
	}
	tick();
}

static void make_flows(void)
{
	uint32_t count = (uint32_t)fmin(options.active, options.flows), i;
	struct flow *flows = calloc(count, sizeof(*flows));

	if (!flows)
		exit(1);
	for (i = 0; i < count; i++)
		begin(&flows[i]);
	while (count && (!options.max_packets || (double)file.packets < options.max_packets)) {
		i = rng_below(&rng, count);
		if (rng_is(&rng, options.noise))
			send_noise();
		if (step(&flows[i]))
			continue;
		if (flows_begun < options.flows)
			begin(&flows[i]);
		else
			flows[i] = flows[--count];
	}
	free(flows);
}

/* Takes --name=value. */
static bool set_option(const char *word)
{
	const char *value = strchr(word, '=');
	char *end;
	double v;

	if (!strcmp(word, "--small"))
		return options.small = true;
	if (strncmp(word, "--", 2) || !value)
		return false;
	v = strtod(value + 1, &end);
	if (*end || end == value + 1 || !(v >= 0 && v <= 1e9))
		return false;
#define OPTION_SET(member, name, ...)                                                              \
	if (strlen(name) == (size_t)(value - word - 2) && !memcmp(word + 2, name, strlen(name))) { \
		options.member = v;                                                                \
		return true;                                                                       \
	}
	OPTION_LIST(OPTION_SET)
	return false;
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s [--small] [--name=value ...] TRACE.pcap TRUTH.tsv\n", program);
#define OPTION_HELP(member, name, value, help) \
	fprintf(stderr, "  --%-18s %-8g %s\n", name, (double)(value), help);
	OPTION_LIST(OPTION_HELP)
	fprintf(stderr, "  --small                     bulk packets of 0-10 bytes\n");
	return 2;
}

int main(int argc, char **argv)
{
	int i = 1;

	while (i < argc && set_option(argv[i]))
		i++;
	if (argc - i != 2 || options.services < 1 || options.flows < 1 || options.clients < 1 ||
	    options.pps < 1)
		return usage(argv[0]);
	rng.state = (uint64_t)options.seed;
	service_count = (uint32_t)options.services;
	rng_fill(&rng, bulk, sizeof(bulk));
	talk_open(&rng);
	services = hosts_services(&rng, service_count,
				  &(struct hosts_mix){ .ipv6 = options.ipv6,
						       .vlan = options.vlan,
						       .udp = options.udp,
						       .unknown = options.unknown,
						       .odd_port = options.odd_port });
	if (frame_open(&file, argv[i], START_US)) {
		perror(argv[i]);
		return 1;
	}
	make_flows();
	if (frame_close(&file) || hosts_truth(argv[i + 1], services, service_count)) {
		perror("write");
		return 1;
	}
	fprintf(stderr, "%llu packets of %.0f bytes, %u of %u services\n",
		(unsigned long long)file.packets, (double)file.bytes / (double)file.packets - 16,
		met_count, service_count);
	return 0;
}
