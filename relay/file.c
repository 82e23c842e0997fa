/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of lines, one alert each, that begins anew when it is too large or too old. What stands at
 * its end says what it has already: an alert that comes again is not written twice.
 */
#include "base/err.h"
#include "relay/form.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL (64 << 10) /* longer than any line */
#define STORE_DIGITS 17 /* of a key: those of the store, and the dash */

struct file {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	const char *path;
	int fd;
	off_t size;
	wall_t begun;  /* about */
	uint64_t last; /* the number of the latest alert of this store in it */
	bool looked;   /* for it */
};

static void close_file(void *self)
{
	struct file *f = self;

	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

static int reopen(struct file *f)
{
	struct stat st;

	if (f->fd >= 0)
		close(f->fd);
	f->fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (f->fd < 0 || fstat(f->fd, &st))
		return -errno;
	f->size = st.st_size;
	f->begun = st.st_size ? (wall_t)st.st_ctim.tv_sec * MONO_SECOND : mono_wall();
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

static int open_file(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		     char *error)
{
	struct file *f = calloc(1, sizeof(*f));
	int rc = f ? 0 : -ENOMEM;

	if (!rc) {
		f->conf = conf;
		f->secrets = secrets;
		f->path = secrets->url + (strncmp(secrets->url, "file://", 7) ? 0 : 7);
		f->fd = -1;
		rc = reopen(f);
	}
	if (!rc) {
		*out = f;
		return 0;
	}
	snprintf(error, OUTBOX_ERROR_MAX, "%.70s: %s", secrets->url, err_text(rc));
	if (f)
		close_file(f);
	return rc;
}

/* The number in the last key of this store in `text`; 0 none. */
static uint64_t last_number(const char *text, size_t len, const char *store)
{
	uint64_t number = 0, one;
	const char *at = text, *end = text + len;

	while ((at = memmem(at, (size_t)(end - at), store, STORE_DIGITS))) {
		at += STORE_DIGITS;
		for (one = 0; at < end && *at >= '0' && *at <= '9' && one < UINT64_MAX / 10 - 1;
		     at++)
			one = one * 10 + (uint64_t)(*at - '0');
		/* Digits that the end of the file cut off are of a line that is half. */
		number = at < end && one > number ? one : number;
	}
	return number;
}

/* Looks at the end of a file; half a line there is cut off when it is one of ours. */
static int look(struct file *f, int fd, const char *store, bool ours)
{
	off_t size = lseek(fd, 0, SEEK_END), from = size > TAIL ? size - TAIL : 0;
	char *tail = malloc(TAIL), *end, *rest;
	ssize_t n = tail && size >= 0 ? pread(fd, tail, TAIL, from) : -1;
	int rc = n < 0 ? -errno : 0;

	if (!rc && n) {
		end = memrchr(tail, '\n', (size_t)n);
		rest = end ? end + 1 : tail;
		f->last = last_number(tail, (size_t)(rest - tail), store);
		if (ours && rest < tail + n && (f->last || *rest == '{')) {
			f->size = from + (rest - tail);
			rc = ftruncate(fd, f->size) ? -errno : 0;
		}
	}
	free(tail);
	return rc;
}

/* The name of the n-th old one. */
static char *old_name(const struct file *f, unsigned n, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, n ? "%s.%u" : "%s", f->path, n);
	return out;
}

/* What was written last stands in this one or, when it has just begun, in the one before. */
static int find_last(struct file *f, const char *key)
{
	char path[PATH_MAX];
	int fd, rc = look(f, f->fd, key, true);

	if (rc || f->last)
		return rc;
	fd = open(old_name(f, 1, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	rc = look(f, fd, key, false);
	close(fd);
	return rc;
}

static bool is_full(const struct file *f, size_t more)
{
	mono_t age = f->conf->rotate_age;

	return f->size && ((uint64_t)f->size + more > f->conf->rotate_size ||
			   (age && mono_wall() - f->begun > age));
}

static int rotate(struct file *f)
{
	char from[PATH_MAX], to[PATH_MAX];
	unsigned n = (unsigned)f->conf->rotate_keep;

	if (!n && unlink(f->path))
		return -errno;
	for (; n; n--)
		if (rename(old_name(f, n - 1, from), old_name(f, n, to)) && errno != ENOENT)
			return -errno;
	return reopen(f);
}

static int put(struct file *f, const struct sink_letter *letter)
{
	char *text = form_text(f->conf->form, letter, f->secrets->text), *at;
	size_t len = text ? strlen(text) : 0;
	int rc = text ? 0 : -ENOMEM;
	ssize_t n;

	for (at = text; at && *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	if (!rc && is_full(f, len + 1))
		rc = rotate(f);
	if (!rc) {
		text[len] = '\n';
		n = write(f->fd, text, len + 1);
		rc = n < 0 ? -errno : n != (ssize_t)len + 1 ? -ENOSPC : 0;
		/* Half a line is worse than none. */
		if (n > 0 && rc && ftruncate(f->fd, f->size))
			rc = -errno;
	}
	f->size += rc ? 0 : (off_t)len + 1;
	free(text);
	return rc;
}

static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	struct file *f = self;
	size_t written = 0;
	int rc = 0;

	if (!f->looked)
		rc = find_last(f, letters[0].key);
	f->looked = !rc;
	while (!rc && written < count) {
		const struct sink_letter *l = &letters[written];

		rc = !l->again && l->number <= f->last ? 0 : put(f, l);
		if (!rc && !l->again && l->number > f->last)
			f->last = l->number;
		written += !rc;
	}
	/* What core forgets must be on the disk. */
	if (fdatasync(f->fd))
		rc = -errno;
	else
		result->done = written;
	if (rc)
		snprintf(result->error, sizeof(result->error), "%.70s: %s", f->path, err_text(rc));
}

const struct sink_driver file_driver = { open_file, deliver, close_file };
