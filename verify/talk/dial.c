/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS_TRIED 16

/* The source port of a connection in TIME_WAIT can be bound but not used for the same target. */
int dial_open(struct budget *budget, struct source *source, const struct source_way *way,
	      int *early)
{
	struct sockaddr_storage ss;
	unsigned len = addr_to_socket(&way->to, way->port, &ss);
	int fd, left, on = 1, rc;

	rc = budget_take(budget, &way->to, mono_now());
	for (left = PORTS_TRIED; !rc && left; left--) {
		fd = source_socket(source, way);
		if (fd < 0)
			return fd;
		if (addr_is_v4(&way->to))
			setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
		else
			setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
		*early = connect(fd, (struct sockaddr *)&ss, len) ? errno : EISCONN;
		if (*early == EINPROGRESS || *early == EISCONN || *early == ECONNREFUSED ||
		    *early == ECONNRESET || *early == EHOSTUNREACH)
			return fd;
		close(fd);
		if (*early != EADDRNOTAVAIL)
			return -*early;
	}
	return rc ? rc : -EADDRINUSE;
}

void dial_hasten(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}
