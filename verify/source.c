/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/source.h"

#include "base/err.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

static int family(const struct addr *a)
{
	return addr_is_v4(a) ? AF_INET : AF_INET6;
}

static bool is_loopback(const struct addr *a)
{
	static const struct addr one = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } };

	return addr_is_v4(a) ? a->b[12] == 127 : addr_is_same(a, &one);
}

static int read_given(struct source *s, const char *text)
{
	struct addr a;
	size_t len;
	int rc, six;

	for (text += strspn(text, ", \t"); *text; text += strspn(text, ", \t")) {
		len = strcspn(text, ", \t");
		rc = addr_parse(text, len, &a);
		if (rc)
			return rc;
		six = !addr_is_v4(&a);
		if (s->is_given[six])
			return ERR_SYNTAX;
		s->given[six] = a;
		s->is_given[six] = true;
		text += len;
	}
	return 0;
}

int source_open(struct source *s, const struct conf *conf)
{
	struct source fresh = { .ports = conf->verify_ports };
	int rc;

	if (!fresh.ports.low || fresh.ports.low > fresh.ports.high)
		return ERR_RANGE;
	if (strlen(conf->verify_interface) >= sizeof(fresh.interface))
		return ERR_RANGE;
	strcpy(fresh.interface, conf->verify_interface);
	rc = read_given(&fresh, conf->verify_source);
	if (rc)
		return rc;
	/* Not always the same first port: a restart must not meet its own TIME_WAIT. */
	while (getrandom(&fresh.turn, sizeof(fresh.turn), 0) != sizeof(fresh.turn))
		;
	*s = fresh;
	return 0;
}

/* What the kernel would put as source of a datagram to `to`; nothing is sent. */
static int ask_route(const struct source *s, const struct addr *to, struct addr *out)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd, rc = 0;

	fd = socket(family(to), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (s)
		rc = source_bind_interface(s, fd);
	if (!rc && (connect(fd, (struct sockaddr *)&ss, addr_to_socket(to, 9, &ss)) ||
		    getsockname(fd, (struct sockaddr *)&ss, &len)))
		rc = -errno;
	if (!rc)
		rc = addr_from_socket(&ss, out, NULL);
	close(fd);
	return rc;
}

int source_find(const struct source *s, const struct addr *to, uint16_t port,
		struct source_way *out)
{
	struct source_way way = { .to = *to, .port = port };
	int rc, six = !addr_is_v4(to);

	rc = ask_route(NULL, to, &way.from);
	way.self = is_loopback(to) || (!rc && addr_is_same(&way.from, to));
	if (!way.self && s->is_given[six]) {
		way.from = s->given[six];
		rc = 0;
	} else if (!way.self && s->interface[0]) {
		rc = ask_route(s, to, &way.from);
	}
	if (!rc)
		*out = way;
	return rc;
}

int source_bind_interface(const struct source *s, int fd)
{
	if (s->interface[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->interface,
					  (socklen_t)strlen(s->interface) + 1))
		return -errno;
	return 0;
}

uint32_t source_sweep_ports(const struct source *s)
{
	return s->ports.high - s->ports.low < 16 * SOURCE_SWEEP_PORTS ? 0 : SOURCE_SWEEP_PORTS;
}

unsigned source_repeats(int fd)
{
	struct tcp_info info = { .tcpi_state = 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 : info.tcpi_total_retrans;
}

uint32_t source_port_count(const struct source *s)
{
	return (uint32_t)(s->ports.high - s->ports.low) + 1 - source_sweep_ports(s);
}

uint16_t source_port_next(struct source *s)
{
	return (uint16_t)(s->ports.low + s->turn++ % source_port_count(s));
}

static int bind_next(struct source *s, const struct source_way *way, int fd)
{
	struct sockaddr_storage ss;
	uint32_t left;
	uint16_t port;

	for (left = source_port_count(s); left; left--) {
		port = source_port_next(s);
		/* To oneself from the same port would be a connection with itself. */
		if (way->self && port == way->port)
			continue;
		if (!bind(fd, (struct sockaddr *)&ss, addr_to_socket(&way->from, port, &ss)))
			return 0;
		if (errno != EADDRINUSE)
			return -errno;
	}
	return -EADDRINUSE;
}

int source_socket(struct source *s, const struct source_way *way)
{
	int fd, on = 1, rc = 0;

	fd = socket(family(&way->to), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)))
		rc = -errno;
	if (!rc && !way->self)
		rc = source_bind_interface(s, fd);
	if (!rc)
		rc = bind_next(s, way, fd);
	if (rc) {
		close(fd);
		return rc;
	}
	return fd;
}
