/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/raw.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Behind the C library's headers, or these leave struct in6_pktinfo out. */
#include <linux/filter.h>
#include <linux/icmp.h>

#define PACKETS_AT_ONCE 256 /* before others get a turn */

#define LOAD_BYTE(at) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at)
#define LOAD_HALF(at) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at)
#define LOAD_BYTE_X(at) BPF_STMT(BPF_LD | BPF_B | BPF_IND, at)
#define LOAD_HALF_X(at) BPF_STMT(BPF_LD | BPF_H | BPF_IND, at)
#define HEADER_TO_X BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define PASS BPF_STMT(BPF_RET | BPF_K, 0xffff)
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

/* Segments to our port, not to the other one. */
static int filter_tcp4(int fd, uint16_t port, uint16_t other)
{
	struct sock_filter code[] = { HEADER_TO_X, LOAD_HALF_X(2), UNLESS(port, 1), PASS, DROP };
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	(void)other;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int filter_tcp6(int fd, uint16_t port, uint16_t other)
{
	struct sock_filter code[] = { LOAD_HALF(2), UNLESS(port, 1), PASS, DROP };
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	(void)other;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* ICMP errors that quote a TCP segment from our port, or from the other one. */
static int filter_icmp4(int fd, uint16_t port, uint16_t other)
{
	struct sock_filter code[] = {
		HEADER_TO_X,
		LOAD_BYTE_X(8 + 9),
		UNLESS(IPPROTO_TCP, 9),
		/* The quoted header's length comes on top. */
		LOAD_BYTE_X(8),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 15),
		BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 2),
		BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		LOAD_HALF_X(8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 1, 0),
		UNLESS(other, 1),
		PASS,
		DROP,
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	struct icmp_filter types = { ~(1u << ICMP_DEST_UNREACH | 1u << ICMP_TIME_EXCEEDED |
				       1u << ICMP_PARAMETERPROB) };

	if (setsockopt(fd, SOL_RAW, ICMP_FILTER, &types, sizeof(types)))
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int filter_icmp6(int fd, uint16_t port, uint16_t other)
{
	struct sock_filter code[] = { LOAD_BYTE(8 + 6),
				      UNLESS(IPPROTO_TCP, 4),
				      LOAD_HALF(8 + 40),
				      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 1, 0),
				      UNLESS(other, 1),
				      PASS,
				      DROP };
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	struct icmp6_filter types;

	ICMP6_FILTER_SETBLOCKALL(&types);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &types);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &types);
	ICMP6_FILTER_SETPASS(ICMP6_PARAM_PROB, &types);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof(types)))
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static const struct {
	int family, protocol;
	int (*filter)(int fd, uint16_t port, uint16_t other);
} kinds[RAW_SOCKETS] = {
	[RAW_TCP4] = { AF_INET, IPPROTO_TCP, filter_tcp4 },
	[RAW_TCP6] = { AF_INET6, IPPROTO_TCP, filter_tcp6 },
	[RAW_ICMP4] = { AF_INET, IPPROTO_ICMP, filter_icmp4 },
	[RAW_ICMP6] = { AF_INET6, IPPROTO_ICMPV6, filter_icmp6 },
};

static int hold_port(int family, uint16_t port)
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

static void let_go(struct raw *raw)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (raw->held[i] >= 0)
			close(raw->held[i]);
		raw->held[i] = -1;
	}
}

/* A port that is free in both families. */
static int hold_next(struct raw *raw, struct source *source)
{
	static const int families[2] = { AF_INET, AF_INET6 };
	uint32_t left;
	int i, rc = -EADDRINUSE;

	for (left = source_port_count(source); left; left--) {
		raw->port = source_port_next(source);
		for (i = 0, rc = 0; i < 2 && rc >= 0; i++) {
			rc = hold_port(families[i], raw->port);
			raw->held[i] = rc < 0 ? -1 : rc;
			if (rc == -EAFNOSUPPORT)
				rc = 0;
		}
		if (rc >= 0)
			return 0;
		let_go(raw);
		if (rc != -EADDRINUSE)
			break;
	}
	return rc;
}

static int open_one(const struct raw *raw, const struct source *source, enum raw_socket which)
{
	int fd, rc, on = 1;

	fd = socket(kinds[which].family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    kinds[which].protocol);
	if (fd < 0)
		return -errno;
	rc = kinds[which].filter(fd, raw->port, raw->port) ? -errno : 0;
	if (!rc && kinds[which].family == AF_INET6 &&
	    (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) ||
	     setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on))))
		rc = -errno;
	/* ICMP errors may come back by any interface. */
	if (!rc && kinds[which].protocol == IPPROTO_TCP)
		rc = source_bind_interface(source, fd);
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int raw_open(struct raw *raw, struct source *source)
{
	struct raw fresh = { .fd = { -1, -1, -1, -1 }, .held = { -1, -1 } };
	int i, rc;

	fresh.key = hash_key_new();
	rc = hold_next(&fresh, source);
	for (i = 0; i < RAW_SOCKETS && rc >= 0; i++) {
		rc = open_one(&fresh, source, i);
		fresh.fd[i] = rc < 0 ? -1 : rc;
		if (rc == -EAFNOSUPPORT)
			rc = 0;
	}
	if (rc < 0) {
		raw_close(&fresh);
		return rc;
	}
	*raw = fresh;
	return 0;
}

void raw_close(struct raw *raw)
{
	int i;

	for (i = 0; i < RAW_SOCKETS; i++) {
		if (raw->fd[i] >= 0)
			close(raw->fd[i]);
		raw->fd[i] = -1;
	}
	let_go(raw);
}

bool raw_has(const struct raw *raw, const struct addr *to)
{
	return raw->fd[addr_is_v4(to) ? RAW_TCP4 : RAW_TCP6] >= 0;
}

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
};

/* The source address the checksum was made with must be the one the kernel puts into the header. */
static void put_source(struct msghdr *msg, const struct addr *from)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct in_pktinfo four = { .ipi_ifindex = 0 };
	struct in6_pktinfo six = { .ipi6_ifindex = 0 };

	if (addr_is_v4(from)) {
		memcpy(&four.ipi_spec_dst, from->b + 12, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(four));
		memcpy(CMSG_DATA(c), &four, sizeof(four));
		msg->msg_controllen = CMSG_SPACE(sizeof(four));
	} else {
		memcpy(&six.ipi6_addr, from->b, 16);
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(six));
		memcpy(CMSG_DATA(c), &six, sizeof(six));
		msg->msg_controllen = CMSG_SPACE(sizeof(six));
	}
}

int raw_send(struct raw *raw, struct budget *budget, const struct source_way *way, mono_t now)
{
	struct syn_path path = { way->from, way->to, raw->port, way->port };
	struct sockaddr_storage ss;
	uint8_t segment[SYN_LEN];
	struct iovec iov = { segment, sizeof(segment) };
	union control control = { .space = { 0 } };
	struct msghdr msg = { .msg_name = &ss,
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	int rc;

	rc = budget_take(budget, &way->to, now);
	if (rc)
		return rc;
	syn_print(&path, syn_cookie(&raw->key, &path), segment);
	/* A raw socket of IPv6 takes only its protocol, or 0, as port. */
	msg.msg_namelen = addr_to_socket(&way->to, 0, &ss);
	put_source(&msg, &way->from);
	if (sendmsg(raw->fd[addr_is_v4(&way->to) ? RAW_TCP4 : RAW_TCP6], &msg, 0) >= 0)
		return 0;
	return errno == EAGAIN || errno == ENOMEM ? -ENOBUFS : -errno;
}

/* The address an IPv6 packet was sent to, and its hop limit. */
static void take_control(struct msghdr *msg, struct syn_packet *packet)
{
	struct in6_pktinfo info;
	struct cmsghdr *c;
	int hops;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_PKTINFO && c->cmsg_len >= CMSG_LEN(sizeof(info))) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			packet->to = addr_v6(info.ipi6_addr.s6_addr);
		} else if (c->cmsg_type == IPV6_HOPLIMIT && c->cmsg_len >= CMSG_LEN(sizeof(hops))) {
			memcpy(&hops, CMSG_DATA(c), sizeof(hops));
			packet->ttl = (uint8_t)hops;
		}
	}
}

static int read_packet(const struct raw *raw, enum raw_socket which, const struct syn_packet *in,
		       struct syn_answer *out)
{
	switch (which) {
	case RAW_TCP4:
		return syn_read_tcp4(&raw->key, in, out);
	case RAW_TCP6:
		return syn_read_tcp6(&raw->key, in, out);
	case RAW_ICMP4:
		return syn_read_icmp4(&raw->key, in, out);
	default:
		return syn_read_icmp6(&raw->key, in, out);
	}
}

int raw_hear_also(struct raw *raw, uint16_t port)
{
	int which, rc = 0;

	for (which = RAW_ICMP4; which <= RAW_ICMP6 && !rc; which++)
		if (raw->fd[which] >= 0 && kinds[which].filter(raw->fd[which], raw->port, port))
			rc = -errno;
	return rc;
}

int raw_recv(struct raw *raw, enum raw_socket which, struct syn_answer *out)
{
	uint8_t bytes[2048];
	union control control;
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	struct iovec iov = { bytes, sizeof(bytes) };
	struct syn_packet packet;
	struct msghdr msg;
	ssize_t n;
	int left;

	for (left = PACKETS_AT_ONCE; left; left--) {
		msg = (struct msghdr){ .msg_name = &ss,
				       .msg_namelen = sizeof(ss),
				       .msg_iov = &iov,
				       .msg_iovlen = 1,
				       .msg_control = &control,
				       .msg_controllen = sizeof(control) };
		n = recvmsg(raw->fd[which], &msg, MSG_DONTWAIT);
		if (n < 0)
			return 0;
		packet = (struct syn_packet){ .bytes = bytes, .len = (size_t)n };
		take_control(&msg, &packet);
		if (!addr_from_socket(&ss, &packet.from, NULL) &&
		    !read_packet(raw, which, &packet, out))
			return 1;
	}
	return 0;
}
