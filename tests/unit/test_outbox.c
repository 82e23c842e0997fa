/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/out/outbox.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LIMIT 16

struct waiting {
	uint64_t first, last, count;
};

static int count(void *arg, const struct alert *alert)
{
	struct waiting *w = arg;

	w->first = w->count++ ? w->first : alert->number;
	w->last = alert->number;
	return 0;
}

static struct waiting waiting(struct store *store)
{
	struct waiting w = { .count = 0 };

	assert_int_equal(store_walk_outbox(store, OUTBOX_FILE, count, &w), 0);
	return w;
}

static void alerts(struct store *store, unsigned n)
{
	struct alert a;

	while (n--) {
		a = (struct alert){ .time_us = 1, .level = LEVEL_LOW };
		store_put_alert(store, &a);
		store_put_outbox(store, OUTBOX_FILE, &a);
	}
	assert_int_equal(store_commit(store, false), 0);
}

static void let_files_grow(bool may)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = may ? limit.rlim_max : 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A file that takes nothing; then one that takes all. */
static void gives_up(void **state)
{
	char dir[] = "/tmp/flowd-outbox-XXXXXX", path[64], error[STORE_ERROR_MAX], command[80];
	struct outbox o = { .file = NULL };
	uint64_t undelivered = 0;
	struct store *store;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/alerts", dir);
	/* In memory, since files may not grow while the limit holds. */
	assert_int_equal(store_open(NULL, &store, error), 0);
	assert_int_equal(alertfile_open(path, &o.file), 0);
	let_files_grow(false);
	assert_int_equal(outbox_open(&o, store, LIMIT, &undelivered), 0);
	alerts(store, LIMIT);
	assert_int_equal(outbox_pump(&o, true), OUTBOX_WAITS);
	assert_int_equal(waiting(store).count, LIMIT);
	assert_int_equal(undelivered, 0);
	alerts(store, 5);
	assert_int_equal(outbox_pump(&o, true), OUTBOX_GIVES_UP);
	assert_int_equal(undelivered, 5);
	assert_int_equal(waiting(store).count, LIMIT);
	assert_int_equal(waiting(store).first, 6);
	/* It is said once. */
	alerts(store, 1);
	assert_int_equal(outbox_pump(&o, true), 0);
	assert_int_equal(undelivered, 6);
	assert_int_equal(waiting(store).first, 7);
	assert_int_equal(waiting(store).last, LIMIT + 6);
	let_files_grow(true);
	assert_int_equal(outbox_pump(&o, true), 0);
	assert_int_equal(waiting(store).count, 0);
	assert_int_equal(alertfile_last(o.file), LIMIT + 6);
	assert_int_equal(undelivered, 6);
	alertfile_close(o.file);
	store_close(store);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(gives_up) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
