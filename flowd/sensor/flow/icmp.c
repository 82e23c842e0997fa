/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/icmp.h"

#include "base/err.h"
#include "base/wire.h"

#define V4_UNREACHABLE 3
#define V4_TOO_BIG 4 /* code: not about the port */
#define V4_PORT 3
#define V6_UNREACHABLE 1
#define V6_PORT 4
/* Protocol numbers (IANA). */
#define ICMP_V4 1
#define ICMP_V6 58

bool icmp_is(const struct packet *p)
{
	return p->proto == ICMP_V4 || p->proto == ICMP_V6;
}

static int read_v4(struct wire *w, struct icmp_quote *q)
{
	const uint8_t *h = wire_take(w, 20);
	size_t header = h ? (size_t)(h[0] & 15) * 4 : 0;

	if (!h || header < 20 || !wire_take(w, header - 20))
		return ERR_SHORT;
	/* Only the first fragment has ports. */
	if (h[0] >> 4 != 4 || wire_be16_at(h + 6) & 0x1fff)
		return ERR_UNKNOWN;
	q->service.proto = h[9];
	q->asker = addr_v4(h + 12);
	q->service.host = addr_v4(h + 16);
	return 0;
}

static int read_v6(struct wire *w, struct icmp_quote *q)
{
	const uint8_t *h = wire_take(w, 40);

	if (!h)
		return ERR_SHORT;
	if (h[0] >> 4 != 6)
		return ERR_UNKNOWN;
	q->service.proto = h[6];
	q->asker = addr_v6(h + 8);
	q->service.host = addr_v6(h + 24);
	return 0;
}

int icmp_read(const struct packet *p, struct icmp_quote *out)
{
	struct wire w = wire_open(p->ip + p->ip_len - p->payload_len, p->payload_len);
	bool v4 = p->proto == ICMP_V4;
	struct icmp_quote q = { .asker_port = 0 };
	const uint8_t *ports;
	int rc;

	if (p->icmp_type != (v4 ? V4_UNREACHABLE : V6_UNREACHABLE) ||
	    (v4 && p->icmp_code == V4_TOO_BIG))
		return ERR_UNKNOWN;
	rc = v4 ? read_v4(&w, &q) : read_v6(&w, &q);
	if (rc)
		return rc;
	if (q.service.proto != PROTO_TCP && q.service.proto != PROTO_UDP &&
	    q.service.proto != PROTO_SCTP)
		return ERR_UNKNOWN;
	ports = wire_take(&w, 4);
	if (!ports)
		return ERR_SHORT;
	q.asker_port = wire_be16_at(ports);
	q.service.port = wire_be16_at(ports + 2);
	*out = q;
	return 0;
}

bool icmp_is_prohibition(const struct packet *p)
{
	if (p->proto == ICMP_V4)
		return p->icmp_code == 9 || p->icmp_code == 10 || p->icmp_code == 13;
	return p->icmp_code == 1 || p->icmp_code == 5 || p->icmp_code == 6;
}

/* Does the host itself say that nobody listens there? */
static bool is_shut(const struct packet *p, const struct icmp_quote *q)
{
	return p->icmp_code == (p->proto == ICMP_V4 ? V4_PORT : V6_PORT) &&
	       addr_is_same(&p->src, &q->service.host);
}

void icmp_take(struct watch *w, const struct packet *p)
{
	struct known_entry *entry;
	struct icmp_quote q;

	/* Who asked is told; anything else would be about somebody else's packets. */
	if (icmp_read(p, &q) || !addr_is_same(&q.asker, &p->dst) ||
	    !watch_has(w, &q.service.host, &q.asker, q.asker_port))
		return;
	w->tally->unreachables++;
	/* A port that only ever turned people away is no service: nothing is made for it. */
	entry = known_get(w->known, &q.service);
	if (entry && q.service.proto == PROTO_UDP && is_shut(p, &q))
		watch_deny(w, entry);
	if (!icmp_is_prohibition(p))
		return;
	w->tally->prohibitions++;
	if (!entry)
		return;
	entry->sighting.filtered++;
	known_mark(w->known, entry);
}
