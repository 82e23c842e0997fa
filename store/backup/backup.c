/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup/backup.h"

#include "base/err.h"
#include "store/inside.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define REST ".tmp" /* RocksDB's name for one that is being made */

static bool is_rest(const char *name)
{
	size_t len = strlen(name);

	return len >= sizeof(REST) - 1 && !strcmp(name + len - (sizeof(REST) - 1), REST);
}

bool store_backup_is_name(const char *name)
{
	size_t len = strnlen(name, BACKUP_NAME_MAX), i;

	if (!len || len == BACKUP_NAME_MAX || *name == '.' || is_rest(name))
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			return false;
	return true;
}

/* The folder of copies below `state`, and `name` in it; false: it is too long. */
static bool path_of(const char *state, const char *name, char out[PATH_MAX])
{
	int len =
		snprintf(out, PATH_MAX, "%s/" STORE_BACKUPS "%s%s", state, *name ? "/" : "", name);

	return len > 0 && len < PATH_MAX;
}

/* Files of a folder without folders in it, then itself. 0 or -errno. */
static int remove_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir)
		return -errno;
	while (!rc && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
		    unlinkat(fd, entry->d_name, 0))
			rc = -errno;
	closedir(dir);
	return rc || !unlinkat(parent, name, AT_REMOVEDIR) ? rc : -errno;
}

/* Removes what a crash has left half made; how many are whole, or -errno. */
static int tidy(const char *folder)
{
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int count = 0;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.' && is_rest(entry->d_name))
			remove_folder(dirfd(dir), entry->d_name);
		else
			count += *entry->d_name != '.';
	closedir(dir);
	return count;
}

/* Makes the folder of copies, which has to be where links can reach. 0, or an error and its text.
 */
static int open_folder(const char *state, const char *folder, char *error)
{
	struct stat own, there;
	int rc = 0;

	if (mkdir(folder, 0750) && errno != EEXIST)
		rc = -errno;
	if (!rc && (stat(state, &own) || stat(folder, &there)))
		rc = -errno;
	if (!rc && own.st_dev != there.st_dev)
		rc = -EXDEV;
	if (rc)
		snprintf(error, STORE_ERROR_MAX, "%.300s: %s", folder,
			 rc == -EXDEV ? "is on another file system than the store, whose tables "
					"a copy shares"
				      : err_text(rc));
	return rc;
}

int store_backup(struct store *s, const char *name, char *error)
{
	char folder[PATH_MAX], path[PATH_MAX];
	int rc;

	*error = '\0';
	if (s->memory || !path_of(s->path, "", folder) || !path_of(s->path, name, path) ||
	    !store_backup_is_name(name))
		return -EINVAL;
	rc = open_folder(s->path, folder, error);
	if (rc)
		return rc;
	rc = tidy(folder);
	if (rc < 0)
		return rc;
	if (!access(path, F_OK))
		return -EEXIST;
	if (rc >= STORE_BACKUPS_MOST)
		return ERR_FULL;
	rc = store_commit(s, true);
	return rc ? rc : rocks_checkpoint(s->rocks, path, error);
}

int store_remove_backup(struct store *s, const char *name)
{
	char folder[PATH_MAX];
	int fd, rc;

	if (s->memory || !path_of(s->path, "", folder) || !store_backup_is_name(name))
		return ERR_NOT_FOUND;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : -errno;
	rc = remove_folder(fd, name);
	close(fd);
	return rc == -ENOENT ? ERR_NOT_FOUND : rc;
}

/* What is in one of them; false: it cannot be read. */
static bool measure(int parent, struct store_backup_row *row)
{
	int fd = openat(parent, row->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	struct stat st;

	if (!dir)
		return false;
	row->made_us = fstat(fd, &st) ? 0
				      : (wall_t)st.st_mtim.tv_sec * MONO_SECOND +
						st.st_mtim.tv_nsec / 1000;
	while ((entry = readdir(dir))) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		row->files++;
		row->bytes += (uint64_t)st.st_size;
	}
	closedir(dir);
	return true;
}

int store_walk_backups(const char *state, store_backup_fn fn, void *arg)
{
	const struct dirent *entry;
	char folder[PATH_MAX];
	DIR *dir = path_of(state, "", folder) ? opendir(folder) : NULL;
	int rc = 0;

	/* Before the first one there is no folder. */
	while (dir && !rc && (entry = readdir(dir))) {
		struct store_backup_row row = { .files = 0 };

		if (!store_backup_is_name(entry->d_name))
			continue;
		record_text_set(row.name, sizeof(row.name), entry->d_name);
		if (measure(dirfd(dir), &row))
			rc = fn(arg, &row);
	}
	if (dir)
		closedir(dir);
	return rc;
}
