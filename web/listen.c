/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listen.h"

#include "base/addr.h"
#include "base/err.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define SEND_BUFFER 65536 /* of each connection: a reader that is behind is to be noticed */

static bool is_loopback(const struct addr *a)
{
	static const struct addr six = { { [15] = 1 } };

	return addr_is_same(a, &six) || (addr_is_v4(a) && a->b[12] == 127);
}

int listen_open(const char *address, uint16_t port, int *out)
{
	struct sockaddr_storage ss;
	struct addr a;
	socklen_t len;
	int fd, on = 1, size = SEND_BUFFER, rc;

	if ((rc = addr_parse(address, strlen(address), &a)))
		return rc;
	if (!is_loopback(&a))
		return ERR_DENIED;
	len = addr_to_socket(&a, port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&ss, len) || listen(fd, BACKLOG)) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*out = fd;
	return 0;
}
