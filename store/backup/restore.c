/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup/restore.h"

#include "base/err.h"
#include "store/backup/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "RESTORING"
#define SCRATCH "restore" /* of the readers */

static bool path_in(const char *folder, const char *name, char out[PATH_MAX])
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len > 0 && len < PATH_MAX;
}

bool restore_is_cut(const char *state)
{
	char mark[PATH_MAX];

	return path_in(state, MARK, mark) && !access(mark, F_OK);
}

static int complain(char *error, int rc, const char *path, const char *text)
{
	snprintf(error, STORE_ERROR_MAX, "%.200s: %.300s", path, text ? text : err_text(rc));
	return rc;
}

/* ---- reading ---- */

static int count_service(void *arg, const struct store_service *row)
{
	(void)row;
	((struct restore_figures *)arg)->services++;
	return 0;
}

static int count_event(void *arg, const struct event_row *row)
{
	(void)row;
	((struct restore_figures *)arg)->events++;
	return 0;
}

static int count_alert(void *arg, const struct alert *row)
{
	(void)row;
	((struct restore_figures *)arg)->alerts++;
	return 0;
}

/* Reads all of it: the database compares its checksums. */
static int read_store(const char *path, const char *scratch, struct restore_figures *out,
		      char *error)
{
	char text[STORE_ERROR_MAX / 2];
	struct store *store;
	int rc = store_open_reader(path, scratch, &store, error);

	if (rc) {
		snprintf(text, sizeof(text), "%s", error);
		return complain(error, rc, path, text);
	}
	*out = (struct restore_figures){ .services = 0 };
	rc = store_walk_services(store, NULL, count_service, out);
	if (!rc)
		rc = store_walk_events(store, 0, count_event, out);
	if (!rc)
		rc = store_walk_alerts(store, 0, count_alert, out);
	store_close(store);
	return rc ? complain(error, rc, path, NULL) : 0;
}

static void remove_scratch(const char *scratch)
{
	const struct dirent *entry;
	DIR *dir = opendir(scratch);

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(scratch);
}

/* ---- the folder ---- */

/* The database's own lock, so that no flowd is or comes there meanwhile: a descriptor or -errno. */
static int lock_state(const char *state)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	int fd, rc;

	if (!path_in(state, "LOCK", path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	if (!fcntl(fd, F_SETLK, &whole))
		return fd;
	rc = errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
	close(fd);
	return rc;
}

static int set_mark(const char *state, bool set)
{
	char mark[PATH_MAX];
	int fd;

	if (!path_in(state, MARK, mark))
		return -ENAMETOOLONG;
	if (!set && unlink(mark))
		return -errno;
	if (set) {
		fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	return copy_settle(state);
}

/* Under the lock. */
static int restore_locked(const char *from, const char *state, const char *scratch,
			  struct restore_figures *out, char *error)
{
	struct copy_figures copied;
	struct restore_figures there;
	char current[PATH_MAX];
	int rc;

	if (!restore_is_cut(state) && path_in(state, "CURRENT", current) && !access(current, F_OK))
		return complain(error, -EEXIST, state, "there is a store: move it away first");
	if ((rc = read_store(from, scratch, out, error)))
		return rc;
	if ((rc = set_mark(state, true)))
		return complain(error, rc, state, NULL);
	if ((rc = copy_clear(state, error)) ||
	    (rc = copy_store(from, state, false, &copied, error)) ||
	    (rc = read_store(state, scratch, &there, error)))
		return rc;
	if (there.services != out->services || there.events != out->events ||
	    there.alerts != out->alerts)
		return complain(error, ERR_CORRUPT, state, "has not the rows of the copy");
	out->files = copied.files;
	out->bytes = copied.bytes;
	return (rc = set_mark(state, false)) ? complain(error, rc, state, NULL) : 0;
}

int restore_store(const char *from, const char *state, struct restore_figures *out, char *error)
{
	char scratch[PATH_MAX];
	int lock, rc;

	if (mkdir(state, 0750) && errno != EEXIST)
		return complain(error, -errno, state, NULL);
	if (!path_in(state, SCRATCH, scratch))
		return complain(error, -ENAMETOOLONG, state, NULL);
	lock = lock_state(state);
	if (lock < 0)
		return complain(error, lock, state, lock == -EBUSY ? "a flowd uses it" : NULL);
	if (mkdir(scratch, 0750) && errno != EEXIST)
		rc = complain(error, -errno, scratch, NULL);
	else
		rc = restore_locked(from, state, scratch, out, error);
	remove_scratch(scratch);
	close(lock);
	return rc;
}
