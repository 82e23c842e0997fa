/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/link.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int link_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The name in a message about a link that is up; NULL: no such message. The kernel's word. */
static const char *name_of(const struct nlmsghdr *m)
{
	const struct ifinfomsg *link = NLMSG_DATA(m);
	const struct rtattr *a = IFLA_RTA(link);
	int left = (int)m->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*link));

	if (m->nlmsg_type != RTM_NEWLINK || !(link->ifi_flags & IFF_UP))
		return NULL;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_IFNAME && memchr(RTA_DATA(a), 0, (size_t)RTA_PAYLOAD(a)))
			return RTA_DATA(a);
	return NULL;
}

bool link_take(int fd, link_fn fn, void *arg)
{
	_Alignas(struct nlmsghdr) char buffer[16384];
	struct iovec iov = { buffer, sizeof(buffer) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const struct nlmsghdr *m;
	const char *name;
	bool up = false;
	ssize_t n;

	while ((n = recvmsg(fd, &msg, MSG_DONTWAIT)) > 0)
		for (m = (const void *)buffer; NLMSG_OK(m, (size_t)n); m = NLMSG_NEXT(m, n)) {
			name = name_of(m);
			up |= name && fn(arg, name);
		}
	return up;
}
