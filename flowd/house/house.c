/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/house/house.h"

#include "base/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool house_is_end(const struct parent_link *link, const char *role, int side)
{
	return !strcmp(side ? link->to : link->from, role);
}

static int open_links(struct parent *p)
{
	int i, rc = 0;

	for (i = 0; p->plan->links[i].from && !rc; i++)
		rc = ipc_pair(p->ends[i], p->conf->queue);
	return rc;
}

static bool is_there(const struct parent *p, const char *name)
{
	const struct parent_role *role;

	for (role = p->plan->roles; role->name; role++)
		if (!strcmp(role->name, name))
			return !role->wanted || role->wanted(p->conf);
	return false;
}

/*
 * The parent's own link: how the roles fare, and back the kinds of errands. A signal says that
 * there are some. 0, -errno.
 */
static int open_news(struct parent *p)
{
	int i, fd;

	for (i = 0; p->plan->links[i].from; i++)
		if (!strcmp(p->plan->links[i].from, "parent") && is_there(p, p->plan->links[i].to))
			break;
	if (!p->plan->links[i].from)
		return 0;
	p->listener = &p->plan->links[i];
	fd = fcntl(p->ends[i][0], F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	if (fd < 0 || fcntl(fd, F_SETOWN, p->birth.parent) || fcntl(fd, F_SETFL, O_ASYNC))
		return -errno;
	sigaddset(&p->signals, SIGIO);
	p->news = ipc_new(fd, 0, false);
	return p->news ? 0 : -ENOMEM;
}

void house_close_links(struct parent *p)
{
	int i;

	for (i = 0; p->plan->links[i].from; i++) {
		close(p->ends[i][0]);
		close(p->ends[i][1]);
	}
}

/* This program, out of the way of the descriptors that roles are given. */
static int open_self(struct parent *p)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	p->birth.self = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	if (p->birth.self < 0)
		return -errno;
	close(fd);
	return 0;
}

int house_open(struct parent *p)
{
	int rc = open_self(p);

	if (!rc)
		rc = open_links(p);
	if (!rc && conf_lives(p->conf))
		rc = open_news(p);
	return rc;
}
