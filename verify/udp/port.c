/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/port.h"

/* Before the kernel's header, which wants its struct timespec. */
#include <time.h>

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_MAX 512
#define TRIES 16 /* of what is thrown away, in one go */

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

static int set_options(int fd, bool six)
{
	int rc = six ? set(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) : set(fd, IPPROTO_IP, IP_RECVERR, 1);

	if (!rc)
		rc = six ? set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
			 : set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	/* Sockets to different services may share a port: each is connected to its own. */
	return rc ? rc : set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
}

/* A port is as good as the next one; one that somebody else has for himself is passed over. */
static int bind_next(struct source *source, const struct source_way *way, int fd)
{
	struct sockaddr_storage ss;
	uint32_t left;
	uint16_t port;

	for (left = source_port_count(source); left; left--) {
		port = source_port_next(source);
		if (way->self && port == way->port)
			continue;
		if (!bind(fd, (struct sockaddr *)&ss, addr_to_socket(&way->from, port, &ss)))
			return 0;
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EADDRINUSE;
}

int port_open(struct source *source, const struct source_way *way, bool any_port)
{
	bool six = !addr_is_v4(&way->to);
	struct sockaddr_storage ss;
	int fd, rc;

	fd = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	rc = set_options(fd, six);
	if (!rc && !way->self)
		rc = source_bind_interface(source, fd);
	if (!rc)
		rc = bind_next(source, way, fd);
	if (!rc && !any_port &&
	    connect(fd, (struct sockaddr *)&ss, addr_to_socket(&way->to, way->port, &ss)))
		rc = -errno;
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}

int port_send(int fd, const struct source_way *way, const uint8_t *bytes, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t ss_len = addr_to_socket(&way->to, way->port, &ss);
	int tries;

	/* An error that waits is told at the next call, whatever it is: it stays in the queue. */
	for (tries = 0; tries < 2; tries++) {
		if (sendto(fd, bytes, len, 0, (struct sockaddr *)&ss, ss_len) >= 0)
			return 0;
		if (errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != ENETUNREACH)
			break;
	}
	return -errno;
}

static void read_error(const struct sock_extended_err *e, struct port_news *out)
{
	const struct sockaddr *from = SO_EE_OFFENDER(e);
	struct sockaddr_storage ss = { 0 };

	out->error = (int)e->ee_errno;
	if (e->ee_origin != SO_EE_ORIGIN_ICMP && e->ee_origin != SO_EE_ORIGIN_ICMP6)
		return;
	out->icmp_type = e->ee_type;
	out->icmp_code = e->ee_code;
	if (from->sa_family != AF_INET && from->sa_family != AF_INET6)
		return;
	memcpy(&ss, from,
	       from->sa_family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6));
	addr_from_socket(&ss, &out->icmp_from, NULL);
}

static void read_control(struct msghdr *m, struct port_news *out)
{
	struct cmsghdr *c;
	int hops;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			read_error((struct sock_extended_err *)CMSG_DATA(c), out);
		} else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
			   (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)) {
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
			out->ttl = (uint8_t)hops;
		}
	}
}

/* A socket that hears more than one peer hears strangers, too. */
static bool is_ours(const struct source_way *way, const struct sockaddr_storage *ss)
{
	struct addr from;

	return !addr_from_socket(ss, &from, NULL) && addr_is_same(&from, &way->to);
}

/* 1; 0: nothing is waiting; -EAGAIN: what came is none of ours. */
static int take(int fd, int flags, const struct source_way *way, struct iovec *to,
		struct port_news *out)
{
	struct sockaddr_storage ss = { 0 };
	char control[CONTROL_MAX];
	struct msghdr m = { .msg_name = &ss,
			    .msg_namelen = sizeof(ss),
			    .msg_iov = to,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &m, flags | MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* The error that waits: it is in the queue, too. */
	if (n < 0)
		return flags & MSG_ERRQUEUE ? -errno : -EAGAIN;
	if (!is_ours(way, &ss))
		return -EAGAIN;
	*out = (struct port_news){ .is_icmp = flags & MSG_ERRQUEUE };
	out->size = (size_t)n;
	out->len = out->size < to->iov_len ? out->size : to->iov_len;
	read_control(&m, out);
	return 1;
}

int port_recv(int fd, const struct source_way *way, uint8_t *buffer, size_t size,
	      struct port_news *out)
{
	struct iovec to = { buffer, size };
	int tries, errors, rc;

	for (tries = 0; tries < TRIES; tries++) {
		errors = take(fd, MSG_ERRQUEUE, way, &to, out);
		if (errors > 0)
			return 1;
		rc = take(fd, 0, way, &to, out);
		if (rc > 0 || (!rc && !errors))
			return rc;
	}
	return 0;
}

bool port_is_unreachable(const struct source_way *way, const struct port_news *news)
{
	if (addr_is_v4(&way->to))
		return news->icmp_type == ICMP_DEST_UNREACH && news->icmp_code == ICMP_PORT_UNREACH;
	return news->icmp_type == ICMP6_DST_UNREACH && news->icmp_code == ICMP6_DST_UNREACH_NOPORT;
}

bool port_is_lost(const struct source_way *way, const struct port_news *news)
{
	if (!news->icmp_type)
		return news->error == EHOSTUNREACH;
	if (addr_is_v4(&way->to))
		return news->icmp_type == ICMP_DEST_UNREACH && news->icmp_code == ICMP_HOST_UNREACH;
	return news->icmp_type == ICMP6_DST_UNREACH && news->icmp_code == ICMP6_DST_UNREACH_ADDR;
}

bool port_is_own_word(const struct source_way *way, const struct port_news *news)
{
	static const struct addr nobody;

	return !way->self && (addr_is_same(&news->icmp_from, &way->from) ||
			      addr_is_same(&news->icmp_from, &nobody));
}
