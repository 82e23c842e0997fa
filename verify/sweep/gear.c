/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/gear.h"

#include "base/err.h"
#include "base/record.h"

#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAX (14 + 40 + SYN_LEN)

static const int families[GEAR_EARS] = { AF_INET, AF_INET6 };

struct gear {
	struct route route;
	int frames;		/* AF_PACKET, to send by */
	int packets[GEAR_EARS]; /* raw, with our own header */
	int held[GEAR_EARS];
	struct inlet ears[GEAR_EARS];
	struct hash_key key;
	uint16_t port;
	unsigned count; /* in the batch */
	struct mmsghdr messages[GEAR_BATCH];
	struct iovec vectors[GEAR_BATCH];
	struct sockaddr_ll to[GEAR_BATCH];
	uint8_t bytes[GEAR_BATCH][PACKET_MAX];
};

/* ---- opening ---- */

static int hold(int family, uint16_t port)
{
	struct sockaddr_storage ss;
	struct addr any = { { 0 } };
	int fd, rc, on = 1;

	if (family == AF_INET)
		any = addr_v4(any.b);
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&ss, addr_to_socket(&any, port, &ss)))
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static void let_go(struct gear *g)
{
	int i;

	for (i = 0; i < GEAR_EARS; i++) {
		if (g->held[i] >= 0)
			close(g->held[i]);
		g->held[i] = -1;
	}
}

/* A port that is free in both families. */
static int hold_next(struct gear *g, struct source *source)
{
	uint32_t own = source_sweep_ports(source), left = own ? own : source_port_count(source);
	int i, rc = -EADDRINUSE;

	for (; left; left--) {
		g->port =
			own ? (uint16_t)(source->ports.high - left + 1) : source_port_next(source);
		for (i = 0, rc = 0; i < GEAR_EARS && rc >= 0; i++) {
			rc = hold(families[i], g->port);
			g->held[i] = rc < 0 ? -1 : rc;
			rc = rc == -EAFNOSUPPORT ? 0 : rc;
		}
		if (rc >= 0)
			return 0;
		let_go(g);
		if (rc != -EADDRINUSE)
			break;
	}
	return rc;
}

static int open_packets(struct gear *g, const struct source *source, unsigned which)
{
	int fd = socket(families[which], SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? 0 : -errno;
	g->packets[which] = fd;
	return source_bind_interface(source, fd);
}

static void set_up_batch(struct gear *g)
{
	size_t i;

	for (i = 0; i < GEAR_BATCH; i++) {
		g->vectors[i].iov_base = g->bytes[i];
		g->messages[i].msg_hdr = (struct msghdr){ .msg_name = &g->to[i],
							  .msg_namelen = sizeof(g->to[i]),
							  .msg_iov = &g->vectors[i],
							  .msg_iovlen = 1 };
		g->to[i].sll_family = AF_PACKET;
		g->to[i].sll_halen = 6;
	}
}

int gear_open(struct source *source, struct raw *raw, struct gear **out)
{
	struct gear *g = calloc(1, sizeof(*g));
	unsigned i;
	int rc;

	if (!g)
		return -ENOMEM;
	g->route.fd = g->frames = -1;
	for (i = 0; i < GEAR_EARS; i++)
		g->packets[i] = g->held[i] = g->ears[i].fd = -1;
	g->key = raw->key;
	set_up_batch(g);
	rc = route_open(&g->route, source);
	if (!rc)
		rc = hold_next(g, source);
	if (!rc)
		rc = raw_hear_also(raw, g->port);
	for (i = 0; i < GEAR_EARS && !rc; i++) {
		rc = inlet_open(&g->ears[i], i, g->port);
		if (!rc)
			rc = open_packets(g, source, i);
	}
	if (!rc) {
		g->frames = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		rc = g->frames < 0 ? -errno : 0;
	}
	if (rc)
		gear_close(g);
	else
		*out = g;
	return rc;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void gear_close(struct gear *g)
{
	unsigned i;

	if (!g)
		return;
	for (i = 0; i < GEAR_EARS; i++) {
		inlet_close(&g->ears[i]);
		close_one(g->packets[i]);
	}
	close_one(g->frames);
	let_go(g);
	route_close(&g->route);
	free(g);
}

struct route *gear_route(struct gear *g)
{
	return &g->route;
}

/* ---- hearing ---- */

int gear_ear(const struct gear *g, unsigned which)
{
	return g->ears[which].fd;
}

int gear_listen(struct gear *g, bool on)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < GEAR_EARS && !rc; i++)
		rc = inlet_listen(&g->ears[i], on);
	return rc;
}

int gear_hear(struct gear *g, unsigned which, struct inlet_answer *out)
{
	return inlet_hear(&g->ears[which], &g->key, out);
}

uint64_t gear_lost(struct gear *g)
{
	uint64_t lost = 0;
	unsigned i;

	for (i = 0; i < GEAR_EARS; i++)
		lost += inlet_lost(&g->ears[i]);
	return lost;
}

/* ---- sending ---- */

/* RFC 791, RFC 8200: the header in front of a SYN; how long it is. */
static size_t print_header(uint8_t *out, const struct addr *from, const struct addr *to)
{
	if (addr_is_v4(to)) {
		memset(out, 0, 20);
		out[0] = 0x45;
		wire_put_be16(out + 2, 20 + SYN_LEN);
		wire_put_be16(out + 6, 0x4000); /* whole, so that it needs no number (RFC 6864) */
		out[8] = 64;
		out[9] = PROTO_TCP;
		memcpy(out + 12, from->b + 12, 4);
		memcpy(out + 16, to->b + 12, 4);
		wire_put_be16(out + 10, wire_checksum_end(wire_checksum(out, 20, 0)));
		return 20;
	}
	memset(out, 0, 8);
	out[0] = 0x60;
	wire_put_be16(out + 4, SYN_LEN);
	out[6] = PROTO_TCP;
	out[7] = 64;
	memcpy(out + 8, from->b, 16);
	memcpy(out + 24, to->b, 16);
	return 40;
}

/* The whole packet; how long it is. */
static size_t print_packet(const struct gear *g, uint8_t *out, const struct syn_path *path)
{
	size_t head = print_header(out, &path->from, &path->to);

	syn_print(path, syn_cookie(&g->key, path), out + head);
	return head + SYN_LEN;
}

void gear_add(struct gear *g, const struct hop *hop, const struct addr *to, uint16_t port)
{
	const struct syn_path path = { hop->from, *to, g->port, port };
	struct sockaddr_ll *ll = &g->to[g->count];
	uint8_t *frame = g->bytes[g->count];

	memcpy(frame, hop->to_mac, 6);
	memcpy(frame + 6, hop->from_mac, 6);
	wire_put_be16(frame + 12, addr_is_v4(to) ? ETH_P_IP : ETH_P_IPV6);
	memcpy(&ll->sll_protocol, frame + 12, sizeof(ll->sll_protocol));
	ll->sll_ifindex = hop->interface;
	memcpy(ll->sll_addr, hop->to_mac, 6);
	g->vectors[g->count].iov_len = 14 + print_packet(g, frame + 14, &path);
	g->count++;
}

bool gear_is_full(const struct gear *g)
{
	return g->count == GEAR_BATCH;
}

unsigned gear_waiting(const struct gear *g)
{
	return g->count;
}

void gear_drop(struct gear *g)
{
	g->count = 0;
}

/* The kernel has no room now. */
static bool is_full_queue(int error)
{
	return error == EAGAIN || error == ENOBUFS;
}

int gear_flush(struct gear *g)
{
	unsigned at = 0, i;
	int n = 0;

	while (at < g->count && n >= 0) {
		n = sendmmsg(g->frames, g->messages + at, g->count - at, MSG_DONTWAIT);
		at += n > 0 ? (unsigned)n : 0;
	}
	if (at < g->count && !is_full_queue(errno)) {
		n = -errno;
		g->count = 0;
		return n;
	}
	/* The rest moves to the front; addresses and vectors have their own lengths. */
	for (i = 0; at && i + at < g->count; i++) {
		memcpy(g->bytes[i], g->bytes[i + at], PACKET_MAX);
		g->to[i] = g->to[i + at];
		g->vectors[i].iov_len = g->vectors[i + at].iov_len;
	}
	g->count -= at;
	return (int)at;
}

int gear_send(struct gear *g, const struct hop *hop, const struct addr *to, uint16_t port)
{
	const struct syn_path path = { hop->from, *to, g->port, port };
	struct sockaddr_storage ss;
	uint8_t packet[PACKET_MAX];
	size_t len = print_packet(g, packet, &path);
	unsigned which = !addr_is_v4(to);

	if (g->packets[which] < 0)
		return -EAFNOSUPPORT;
	if (sendto(g->packets[which], packet, len, MSG_DONTWAIT, (struct sockaddr *)&ss,
		   addr_to_socket(to, 0, &ss)) >= 0)
		return 0;
	return is_full_queue(errno) ? -EAGAIN : -errno;
}
