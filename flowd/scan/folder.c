/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/folder.h"

#include "base/cage.h"
#include "flowd/scan/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_AT_ONCE 16 /* folders of a walk */

int folder_take(const char *state, const char *user, struct folder *out)
{
	struct flock whole = { .l_type = F_WRLCK };
	char lock[PATH_MAX + 8];
	int i, rc;

	for (i = 0; i < SCAN_AT_ONCE; i++) {
		rc = snprintf(out->path, sizeof(out->path), "%s/scan-%d", state, i);
		if (rc < 0 || (size_t)rc >= sizeof(out->path))
			return -ENAMETOOLONG;
		if (mkdir(out->path, 0700) && errno != EEXIST)
			return -errno;
		snprintf(lock, sizeof(lock), "%s.lock", out->path);
		out->lock = open(lock, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (out->lock < 0)
			return -errno;
		if (!fcntl(out->lock, F_SETLK, &whole))
			return cage_give(user, out->path);
		close(out->lock);
	}
	return -EBUSY;
}

static int drop(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	/* What can't be removed stays, and the rest goes. */
	if (place->level && remove(path))
		(void)kind;
	return 0;
}

void folder_clear(const struct folder *f)
{
	nftw(f->path, drop, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
