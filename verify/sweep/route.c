/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/route.h"

#include "base/err.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#define ANSWER_MAX 8192

/* A request with room for a few attributes. */
struct question {
	struct nlmsghdr head;
	union {
		struct rtmsg route;
		struct ndmsg neighbour;
		struct ifinfomsg link;
		char space[96];
	};
};

struct answer {
	_Alignas(struct nlmsghdr) char bytes[ANSWER_MAX];
	const struct nlmsghdr *head; /* in `bytes` */
};

static const uint8_t *bytes_of(const struct addr *a, size_t *len)
{
	*len = addr_is_v4(a) ? 4 : 16;
	return a->b + 16 - *len;
}

static unsigned char family_of(const struct addr *a)
{
	return addr_is_v4(a) ? AF_INET : AF_INET6;
}

int route_open(struct route *r, const struct source *source)
{
	struct route fresh = { .fd = -1 };
	struct timeval wait = { 1, 0 }; /* the kernel answers at once, or never */

	if (source->interface[0]) {
		fresh.interface = (int)if_nametoindex(source->interface);
		if (!fresh.interface)
			return -errno;
	}
	fresh.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fresh.fd < 0)
		return -errno;
	setsockopt(fresh.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	*r = fresh;
	return 0;
}

void route_close(struct route *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

static void question_open(struct question *q, unsigned short kind, size_t body)
{
	memset(q, 0, sizeof(*q));
	q->head.nlmsg_type = kind;
	q->head.nlmsg_flags = NLM_F_REQUEST;
	q->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
}

static void question_add(struct question *q, unsigned short kind, const void *bytes, size_t len)
{
	struct rtattr *a = (struct rtattr *)((char *)q + NLMSG_ALIGN(q->head.nlmsg_len));

	a->rta_type = kind;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), bytes, len);
	q->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->head.nlmsg_len) + RTA_SPACE(len));
}

/* Asks and waits for the answer, which the kernel has ready. 0 or -errno. */
static int ask(struct route *r, struct question *q, struct answer *out)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)out->bytes;
	const struct nlmsgerr *error;
	ssize_t n;

	q->head.nlmsg_seq = ++r->sequence;
	if (send(r->fd, q, q->head.nlmsg_len, 0) < 0)
		return -errno;
	do {
		n = recv(r->fd, out->bytes, sizeof(out->bytes), 0);
		if (n < 0)
			return -errno;
		if (!NLMSG_OK(h, (size_t)n))
			return -EPROTO;
	} while (h->nlmsg_seq != r->sequence);
	if (h->nlmsg_type == NLMSG_ERROR) {
		error = NLMSG_DATA(h);
		return error->error ? error->error : -EPROTO;
	}
	out->head = h;
	return 0;
}

/* The attribute of an answer behind a body of `body` bytes; NULL: there is none. */
static const struct rtattr *attribute(const struct answer *a, size_t body, unsigned short kind)
{
	size_t left = NLMSG_PAYLOAD(a->head, body);
	const struct rtattr *at =
		(const struct rtattr *)((const char *)NLMSG_DATA(a->head) + NLMSG_ALIGN(body));

	for (; RTA_OK(at, left); at = RTA_NEXT(at, left))
		if (at->rta_type == kind)
			return at;
	return NULL;
}

static bool read_addr(const struct rtattr *a, struct addr *out)
{
	if (!a || (RTA_PAYLOAD(a) != 4 && RTA_PAYLOAD(a) != 16))
		return false;
	*out = RTA_PAYLOAD(a) == 4 ? addr_v4(RTA_DATA(a)) : addr_v6(RTA_DATA(a));
	return true;
}

int route_find(struct route *r, const struct addr *to, struct route_way *out)
{
	struct route_way way = { .interface = 0 };
	const struct rtattr *a;
	const struct rtmsg *said;
	struct question q;
	struct answer answer;
	const uint8_t *bytes;
	size_t len;
	int rc;

	question_open(&q, RTM_GETROUTE, sizeof(q.route));
	bytes = bytes_of(to, &len);
	q.route.rtm_family = family_of(to);
	q.route.rtm_dst_len = (unsigned char)(8 * len);
	question_add(&q, RTA_DST, bytes, len);
	if (r->interface)
		question_add(&q, RTA_OIF, &r->interface, sizeof(r->interface));
	rc = ask(r, &q, &answer);
	if (rc)
		return rc;
	said = NLMSG_DATA(answer.head);
	way.is_local = said->rtm_type == RTN_LOCAL;
	if (said->rtm_type != RTN_UNICAST && !way.is_local)
		return -ENETUNREACH;
	a = attribute(&answer, sizeof(*said), RTA_OIF);
	if (!a || RTA_PAYLOAD(a) != sizeof(way.interface))
		return -ENETUNREACH;
	memcpy(&way.interface, RTA_DATA(a), sizeof(way.interface));
	way.has_gateway = read_addr(attribute(&answer, sizeof(*said), RTA_GATEWAY), &way.gateway);
	/* An IPv4 route by way of an IPv6 neighbour, or none of our addresses: others' business. */
	if ((!way.has_gateway && attribute(&answer, sizeof(*said), RTA_VIA)) ||
	    !read_addr(attribute(&answer, sizeof(*said), RTA_PREFSRC), &way.from))
		return -ENETUNREACH;
	*out = way;
	return 0;
}

enum route_state route_neighbour(struct route *r, int interface, const struct addr *to,
				 uint8_t mac[6])
{
	const struct rtattr *a;
	const struct ndmsg *said;
	struct question q;
	struct answer answer;
	const uint8_t *bytes;
	size_t len;

	question_open(&q, RTM_GETNEIGH, sizeof(q.neighbour));
	bytes = bytes_of(to, &len);
	q.neighbour.ndm_family = family_of(to);
	q.neighbour.ndm_ifindex = interface;
	question_add(&q, NDA_DST, bytes, len);
	if (ask(r, &q, &answer))
		return ROUTE_UNKNOWN;
	said = NLMSG_DATA(answer.head);
	if (said->ndm_state & NUD_FAILED)
		return ROUTE_FAILED;
	a = attribute(&answer, sizeof(*said), NDA_LLADDR);
	if (!(said->ndm_state &
	      (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)) ||
	    !a || RTA_PAYLOAD(a) != 6)
		return ROUTE_UNKNOWN;
	memcpy(mac, RTA_DATA(a), 6);
	return ROUTE_KNOWN;
}

int route_link(struct route *r, int interface, uint8_t mac[6])
{
	const struct ifinfomsg *said;
	const struct rtattr *a;
	struct question q;
	struct answer answer;
	int rc;

	question_open(&q, RTM_GETLINK, sizeof(q.link));
	q.link.ifi_index = interface;
	rc = ask(r, &q, &answer);
	if (rc)
		return rc;
	said = NLMSG_DATA(answer.head);
	a = attribute(&answer, sizeof(*said), IFLA_ADDRESS);
	if (said->ifi_type != ARPHRD_ETHER || said->ifi_flags & IFF_NOARP || !a ||
	    RTA_PAYLOAD(a) != 6)
		return ERR_UNKNOWN;
	memcpy(mac, RTA_DATA(a), 6);
	return 0;
}
