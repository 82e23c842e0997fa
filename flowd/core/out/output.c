/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct output {
	int fd;
	size_t limit, len; /* bytes that wait */
	uint64_t dropped;
	char bytes[];
};

struct output *output_new(int fd, size_t limit)
{
	struct output *o = calloc(1, sizeof(*o) + limit);

	if (!o)
		return NULL;
	o->fd = fd;
	o->limit = limit;
	return o;
}

void output_free(struct output *o)
{
	free(o);
}

void output_put(struct output *o, const char *lines, size_t len)
{
	const char *end = lines + len, *next;
	size_t size;

	for (; lines < end; lines = next) {
		next = memchr(lines, '\n', (size_t)(end - lines));
		next = next ? next + 1 : end;
		size = (size_t)(next - lines);
		if (size > o->limit - o->len) {
			o->dropped++;
			continue;
		}
		memcpy(o->bytes + o->len, lines, size);
		o->len += size;
	}
}

static void drop(struct output *o)
{
	size_t i;

	for (i = 0; i < o->len; i++)
		o->dropped += o->bytes[i] == '\n';
	o->len = 0;
}

/* The descriptor may be shared with others, so it is asked before, not made non-blocking: a pipe
 * that says yes has room for PIPE_BUF. */
static ssize_t write_some(const struct output *o, size_t from, int patience_ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	size_t len = o->len - from;
	int rc = poll(&p, 1, patience_ms);
	ssize_t n;

	if (rc <= 0)
		return rc && errno != EINTR ? -errno : -EAGAIN;
	n = write(o->fd, o->bytes + from, len < PIPE_BUF ? len : PIPE_BUF);
	return n < 0 ? -errno : n;
}

int output_flush(struct output *o, int patience_ms)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < o->len && (n = write_some(o, done, patience_ms)) >= 0)
		done += (size_t)n;
	memmove(o->bytes, o->bytes + done, o->len - done);
	o->len -= done;
	if (n == -EINTR)
		n = -EAGAIN;
	if (n < 0 && n != -EAGAIN)
		drop(o);
	return n < 0 ? (int)n : 0;
}

uint64_t output_dropped(const struct output *o)
{
	return o->dropped;
}
