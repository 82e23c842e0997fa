/* SPDX-License-Identifier: Apache-2.0 */
/* A million jobs wait: the urgent ones leave first, wherever they are, and nothing grows. */
#include "base/conf.h"
#include "flowd/core/probing/backlog.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY 1000000
#define URGENT_EACH 5000 /* one of so many is urgent, the last one, too */
#define LOOKED 1000	 /* of the others, afterwards */

struct desk {
	char dir[64];
	struct store *store;
	struct ipc *core, *verify;
	struct conf conf;
	struct backlog backlog;
};

static long resident_kib(void)
{
	long pages = 0, all;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", &all, &pages), 2);
	fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Each of its own host. */
static void fill(struct desk *d)
{
	unsigned i;

	for (i = 1; i <= MANY; i++) {
		const uint8_t b[4] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
		struct store_job row = {
			.job = { .service = { .host = addr_v4(b), .port = 80, .proto = PROTO_TCP },
				 .named = 1,
				 .urgent = i % URGENT_EACH == 0 },
			.allowed = 1
		};

		store_put_job(d->store, &row);
		if (i % 1000 == 0)
			assert_int_equal(store_commit(d->store, false), 0);
	}
}

/* Takes a job and answers it; 0: none has come. */
static int take(struct desk *d, bool *urgent)
{
	struct ipc_message m;
	struct probe p = { .state = STATE_CLOSED };
	struct job job;
	int rc;

	while ((rc = ipc_recv(d->verify, false, &m)) > 0 && m.kind != IPC_JOB)
		;
	if (rc <= 0)
		return 0;
	memcpy(&job, m.record, sizeof(job));
	p.job = job.id;
	p.service = job.service;
	*urgent = job.urgent;
	assert_int_equal(backlog_done(&d->backlog, &p), 1);
	store_delete_job(d->store, job.id);
	return 1;
}

/* Until so many have gone, or for as long as it may take; how many turned up in the wrong order. */
static unsigned drain(struct desk *d, unsigned want, unsigned *gone)
{
	const mono_t until = mono_now() + 120 * MONO_SECOND;
	unsigned wrong = 0;
	bool urgent;

	while (*gone < want && mono_now() < until) {
		assert_int_equal(backlog_pump(&d->backlog), 0);
		for (; take(d, &urgent); ++*gone)
			wrong += urgent != (*gone < MANY / URGENT_EACH);
		assert_int_equal(store_commit(d->store, false), 0);
	}
	return wrong;
}

static void million(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	char error[STORE_ERROR_MAX], command[128];
	unsigned gone = 0;
	mono_t began;
	long before;
	int fds[2];

	(void)state;
	assert_non_null(d);
	snprintf(d->dir, sizeof(d->dir), "/tmp/flowd-backlog-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	assert_int_equal(conf_new(&d->conf), 0);
	d->conf.verify_rate = MONO_SECOND;
	assert_int_equal(store_open(d->dir, &d->store, error), 0);
	fill(d);
	store_close(d->store);
	assert_int_equal(store_open(d->dir, &d->store, error), 0);
	assert_int_equal(ipc_pair(fds, 1 << 20), 0);
	d->core = ipc_new(fds[0], 0, false);
	d->verify = ipc_new(fds[1], 0, false);
	d->backlog.verify = d->core;
	before = resident_kib();
	began = mono_now();
	assert_int_equal(backlog_open(&d->backlog, d->store, &d->conf), 0);
	assert_int_equal(drain(d, 1, &gone), 0);
	printf("the first job after %lld ms\n", (long long)((mono_now() - began) / MONO_MS));
	assert_int_equal(drain(d, MANY / URGENT_EACH + LOOKED, &gone), 0);
	printf("all urgent and %d others after %lld ms, %ld KiB more\n", LOOKED,
	       (long long)((mono_now() - began) / MONO_MS), resident_kib() - before);
	assert_true(gone >= MANY / URGENT_EACH + LOOKED);
	/* All jobs in memory would be 300 MB; the rest is what RocksDB reads them through. */
	assert_true(resident_kib() - before < 100 * 1024);
	ipc_free(d->core);
	ipc_free(d->verify);
	store_close(d->store);
	conf_free(&d->conf);
	snprintf(command, sizeof(command), "rm -r %s", d->dir);
	assert_int_equal(system(command), 0);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(million),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
