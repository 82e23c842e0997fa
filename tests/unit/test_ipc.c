/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/ipc.h"
#include "base/record.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct link {
	struct ipc *from, *to;
};

static struct link link_new(bool block)
{
	struct link l;
	int fds[2];

	assert_int_equal(ipc_pair(fds, 1 << 16), 0);
	l.from = ipc_new(fds[0], 7, block);
	l.to = ipc_new(fds[1], 0, false);
	assert_non_null(l.from);
	assert_non_null(l.to);
	return l;
}

static void link_free(struct link *l)
{
	ipc_free(l->from);
	ipc_free(l->to);
}

static void batches(void **state)
{
	struct link l = link_new(true);
	struct sighting s = { .handshakes = 3 };
	struct ipc_message m;
	int i;

	(void)state;
	assert_int_equal(ipc_recv(l.to, false, &m), 0);
	for (i = 0; i < 5; i++) {
		s.service.port = (uint16_t)(1000 + i);
		assert_int_equal(ipc_send(l.from, IPC_SIGHTING, &s), 0);
	}
	/* Nothing has gone out before the batch is full or flushed. */
	assert_int_equal(ipc_recv(l.to, false, &m), 0);
	assert_int_equal(ipc_flush(l.from), 0);
	for (i = 0; i < 5; i++) {
		assert_int_equal(ipc_recv(l.to, true, &m), 1);
		assert_int_equal(m.kind, IPC_SIGHTING);
		assert_int_equal(m.origin, 7);
		assert_int_equal(m.sequence, i);
		assert_int_equal(m.fd, -1);
		assert_int_equal(((const struct sighting *)m.record)->service.port, 1000 + i);
		assert_int_equal(ipc_has_more(l.to), i < 4);
	}
	assert_int_equal(ipc_recv(l.to, false, &m), 0);
	link_free(&l);
}

static void bulk(void **state)
{
	struct link l = link_new(true);
	char bytes[100000], back[100000];
	struct ipc_message m;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(ipc_send(l.from, IPC_HELLO, NULL), 0);
	assert_int_equal(ipc_send_bulk(l.from, IPC_KNOWN, bytes, sizeof(bytes)), 0);
	assert_int_equal(ipc_recv(l.to, true, &m), 1);
	assert_int_equal(m.kind, IPC_HELLO);
	assert_int_equal(ipc_recv(l.to, true, &m), 1);
	assert_int_equal(m.kind, IPC_KNOWN);
	assert_true(m.fd >= 0);
	assert_int_equal(pread(m.fd, back, sizeof(back), 0), sizeof(back));
	assert_memory_equal(back, bytes, sizeof(bytes));
	/* Sealed: the sender cannot change it under the reader. */
	assert_int_equal(pwrite(m.fd, "y", 1, 0), -1);
	close(m.fd);
	link_free(&l);
}

/* A full queue drops and counts, and the hole shows in the sequence. */
static void full_queue(void **state)
{
	struct link l = link_new(false);
	struct sighting s = { .handshakes = 1 };
	struct ipc_message m;
	uint64_t sent = 0, taken = 0, holes = 0, next = 0;
	int rc;

	(void)state;
	while (sent < 100000) {
		rc = ipc_send(l.from, IPC_SIGHTING, &s);
		sent++;
		if (rc)
			break;
	}
	assert_int_equal(rc, -EAGAIN);
	assert_int_equal(ipc_drops(l.from), 1);
	while (ipc_recv(l.to, false, &m) == 1) {
		taken++;
		next = m.sequence + 1;
	}
	assert_int_equal(ipc_send(l.from, IPC_SIGHTING, &s), 0);
	assert_int_equal(ipc_flush(l.from), 0);
	while (ipc_recv(l.to, false, &m) == 1) {
		holes += m.sequence - next;
		next = m.sequence + 1;
		taken++;
	}
	assert_int_equal(holes, 1);
	assert_int_equal(taken, sent);
	link_free(&l);
}

static void closed_end(void **state)
{
	struct link l = link_new(false);
	struct sighting s = { .handshakes = 1 };
	struct ipc_message m;

	(void)state;
	ipc_free(l.to);
	l.to = NULL;
	assert_int_equal(ipc_send(l.from, IPC_SIGHTING, &s), 0);
	assert_int_equal(ipc_flush(l.from), -EPIPE);
	assert_int_equal(ipc_recv(l.from, false, &m), -EPIPE);
	link_free(&l);
}

static void bad_packets(void **state)
{
	struct ipc_header header = { .kind = IPC_HELLO, .version = RECORD_VERSION + 1 };
	struct ipc_message m;
	struct ipc *to;
	int fds[2];

	(void)state;
	assert_int_equal(ipc_pair(fds, 1 << 16), 0);
	to = ipc_new(fds[0], 0, false);
	send(fds[1], &header, sizeof(header), 0);
	assert_int_equal(ipc_recv(to, true, &m), ERR_VERSION);
	header.version = RECORD_VERSION;
	header.kind = IPC_KIND_END;
	send(fds[1], &header, sizeof(header), 0);
	assert_int_equal(ipc_recv(to, true, &m), ERR_UNKNOWN);
	header.kind = IPC_SIGHTING;
	header.length = sizeof(struct sighting);
	send(fds[1], &header, sizeof(header), 0);
	assert_int_equal(ipc_recv(to, true, &m), ERR_SHORT);
	/* A bulk message without its descriptor. */
	header.kind = IPC_KNOWN;
	header.length = 0;
	send(fds[1], &header, sizeof(header), 0);
	assert_int_equal(ipc_recv(to, true, &m), ERR_SHORT);
	header.kind = IPC_END;
	send(fds[1], &header, sizeof(header), 0);
	assert_int_equal(ipc_recv(to, true, &m), 1);
	assert_int_equal(m.kind, IPC_END);
	close(fds[1]);
	ipc_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches),     cmocka_unit_test(bulk),
		cmocka_unit_test(full_queue),  cmocka_unit_test(closed_end),
		cmocka_unit_test(bad_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
