/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup/copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256 << 10)
#define LAST "CURRENT"

bool copy_is_file(const char *name)
{
	static const char *const names[] = { LAST,    "IDENTITY", "MANIFEST-[0-9]*",
					     "*.sst", "*.log",	  "OPTIONS-[0-9]*" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!fnmatch(names[i], name, FNM_PERIOD))
			return true;
	return false;
}

static int complain(char *error, const char *folder, const char *name)
{
	int rc = -errno;

	snprintf(error, COPY_ERROR_MAX, "%s%s%s: %s", folder, *name ? "/" : "", name,
		 strerror(-rc));
	return rc;
}

static bool write_all(int fd, const char *bytes, ssize_t len)
{
	ssize_t n;

	for (; len > 0; bytes += n, len -= n)
		if ((n = write(fd, bytes, (size_t)len)) <= 0)
			return false;
	return true;
}

/* Both folders of a copy. */
struct way {
	const char *from, *to;
	int from_fd, to_fd;
	bool links;
	struct copy_figures figures;
	char *error;
};

static int copy_bytes(struct way *w, const char *name)
{
	static char piece[PIECE];
	int in = openat(w->from_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), out, rc = 0;
	ssize_t n;

	if (in < 0)
		return complain(w->error, w->from, name);
	out = openat(w->to_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (out < 0) {
		rc = complain(w->error, w->to, name);
		close(in);
		return rc;
	}
	while ((n = read(in, piece, sizeof(piece))) > 0) {
		if (!write_all(out, piece, n))
			break;
		w->figures.bytes += (uint64_t)n;
	}
	if (n < 0)
		rc = complain(w->error, w->from, name);
	else if (n || fsync(out))
		rc = complain(w->error, w->to, name);
	close(in);
	if (close(out) && !rc)
		rc = complain(w->error, w->to, name);
	return rc;
}

static int copy_file(struct way *w, const char *name)
{
	struct stat st;

	if (unlinkat(w->to_fd, name, 0) && errno != ENOENT)
		return complain(w->error, w->to, name);
	w->figures.files++;
	if (w->links && !fnmatch("*.sst", name, 0) &&
	    !linkat(w->from_fd, name, w->to_fd, name, 0)) {
		w->figures.linked++;
		if (!fstatat(w->to_fd, name, &st, 0))
			w->figures.bytes += (uint64_t)st.st_size;
		return 0;
	}
	return copy_bytes(w, name);
}

static int copy_all(struct way *w)
{
	const struct dirent *entry;
	DIR *dir = opendir(w->from);
	int rc = 0;

	if (!dir)
		return complain(w->error, w->from, "");
	while (!rc && (entry = readdir(dir)))
		if (copy_is_file(entry->d_name) && strcmp(entry->d_name, LAST))
			rc = copy_file(w, entry->d_name);
	closedir(dir);
	if (!rc && fsync(w->to_fd))
		rc = complain(w->error, w->to, "");
	if (!rc)
		rc = copy_file(w, LAST);
	if (!rc && fsync(w->to_fd))
		rc = complain(w->error, w->to, "");
	return rc;
}

int copy_store(const char *from, const char *to, bool links, struct copy_figures *out, char *error)
{
	struct way w = { .from = from, .to = to, .links = links, .error = error };
	int rc;

	if (mkdir(to, 0750) && errno != EEXIST)
		return complain(error, to, "");
	w.from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.from_fd < 0)
		return complain(error, from, "");
	w.to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = w.to_fd < 0 ? complain(error, to, "") : copy_all(&w);
	if (w.to_fd >= 0)
		close(w.to_fd);
	close(w.from_fd);
	if (!rc)
		*out = w.figures;
	return rc;
}

int copy_clear(const char *folder, char *error)
{
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int rc = 0;

	if (!dir)
		return complain(error, folder, "");
	/* Without it there is no store, whatever else is left. */
	if (unlinkat(dirfd(dir), LAST, 0) && errno != ENOENT)
		rc = complain(error, folder, LAST);
	while (!rc && (entry = readdir(dir)))
		if (copy_is_file(entry->d_name) && unlinkat(dirfd(dir), entry->d_name, 0) &&
		    errno != ENOENT)
			rc = complain(error, folder, entry->d_name);
	closedir(dir);
	return rc;
}

int copy_settle(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = fsync(fd) ? -errno : 0;
	close(fd);
	return rc;
}
