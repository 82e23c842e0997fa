/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/alertfile.h"

#include "base/err.h"
#include "store/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#define TAIL (64 << 10) /* more than any line */

struct alertfile {
	int fd;
	uint64_t last; /* number of the alert written last */
	char *line;    /* its text, as found when opened; NULL none */
};

/* Can this, which no line end follows, be what a crash left of an alert? */
static bool is_rest(const char *bytes, size_t len)
{
	static const char start[] = "{\"type\":\"alert\",";

	return !memcmp(bytes, start, len < sizeof(start) - 1 ? len : sizeof(start) - 1);
}

/* Finds the last whole line in the tail; half an alert after it is cut off. */
static int read_tail(struct alertfile *f)
{
	off_t size = lseek(f->fd, 0, SEEK_END), from = size > TAIL ? size - TAIL : 0;
	char *tail = malloc(TAIL), *end, *start;
	ssize_t n;
	int rc = 0;

	if (!tail)
		return -ENOMEM;
	n = size < 0 ? -1 : pread(f->fd, tail, TAIL, from);
	end = n > 0 ? memrchr(tail, '\n', (size_t)n) : NULL;
	start = end ? end + 1 : tail;
	if (n < 0) {
		rc = -errno;
	} else if (!is_rest(start, (size_t)(tail + n - start))) {
		rc = ERR_SYNTAX; /* somebody else's file: hands off */
	} else if (!end) {
		if (ftruncate(f->fd, from))
			rc = -errno;
	} else {
		start = memrchr(tail, '\n', (size_t)(end - tail));
		start = start ? start + 1 : tail;
		f->last = report_alert_number(start, (size_t)(end - start));
		f->line = strndup(start, (size_t)(end - start));
		if (!f->line)
			rc = -ENOMEM;
		else if (ftruncate(f->fd, from + (end - tail) + 1))
			rc = -errno;
	}
	free(tail);
	return rc;
}

int alertfile_open(const char *path, struct alertfile **out)
{
	struct alertfile *f = calloc(1, sizeof(*f));
	int rc;

	if (!f)
		return -ENOMEM;
	f->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
	rc = f->fd < 0 ? -errno : read_tail(f);
	if (rc) {
		alertfile_close(f);
		return rc;
	}
	*out = f;
	return 0;
}

void alertfile_close(struct alertfile *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->line);
	free(f);
}

uint64_t alertfile_last(const struct alertfile *f)
{
	return f->last;
}

void alertfile_confirm(struct alertfile *f, const struct alert *alert)
{
	char *line = alert ? report_alert(alert) : NULL;

	if (!line || !f->line || strcmp(line, f->line))
		f->last = 0;
	free(line);
}

int alertfile_put(struct alertfile *f, const struct alert *alert)
{
	char newline[] = "\n";
	struct iovec parts[2] = { { NULL, 0 }, { newline, 1 } };
	off_t size;
	ssize_t n;
	int rc = 0;

	if (alert->number <= f->last)
		return 0;
	parts[0].iov_base = report_alert(alert);
	if (!parts[0].iov_base)
		return -ENOMEM;
	parts[0].iov_len = strlen(parts[0].iov_base);
	size = lseek(f->fd, 0, SEEK_END);
	n = writev(f->fd, parts, 2);
	if (n != (ssize_t)parts[0].iov_len + 1) {
		rc = n < 0 ? -errno : -ENOSPC;
		/* Half a line is worse than none. */
		if (n > 0 && size >= 0 && ftruncate(f->fd, size))
			rc = -errno;
	}
	free(parts[0].iov_base);
	if (!rc)
		f->last = alert->number;
	return rc;
}

int alertfile_sync(struct alertfile *f)
{
	/* A pipe or a device cannot and need not. */
	return fdatasync(f->fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}
