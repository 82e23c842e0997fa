/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of earlier schemas are read, and become what is written now. */
#include "base/err.h"
#include "store/key.h"
#include "store/outbox/letters.h"
#include "store/policy/waiting.h"
#include "store/rocks.h"
#include "store/store.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[64];

static struct store *open_store(const char *path)
{
	char error[STORE_ERROR_MAX];
	struct store *store;

	assert_int_equal(store_open(path, &store, error), 0);
	return store;
}

static int keep_alert(void *arg, const struct alert *row)
{
	*(struct alert *)arg = *row;
	return 0;
}

static int keep_first(void *arg, const struct alert *row)
{
	keep_alert(arg, row);
	return 1;
}

/* A store of the schema before: its alerts are shorter, and are read as they were. */
static void before_files(void **state)
{
	const uint32_t before[2] = { 10, 15 };
	struct alert alert = { .time_us = 1000, .level = LEVEL_HIGH, .rule = "alert high" };
	struct store_waiting waiting = { .number = 7, .due_us = 9, .alert = alert };
	struct alert found;
	struct store *store = open_store(dir);
	char error[STORE_ERROR_MAX];
	struct rocks *rocks;
	uint8_t key[KEY_NUMBERED], number[KEY_NUMBER];

	(void)state;
	store_close(store);
	assert_int_equal(rocks_open(dir, &rocks, error), 0);
	alert.number = 1;
	key_numbered(alert.time_us, alert.number, key);
	key_number(waiting.number, number);
	rocks_put(rocks, ROCKS_META, (struct rocks_key){ "version", 7 }, before, sizeof(before));
	rocks_put(rocks, ROCKS_ALERTS, (struct rocks_key){ key, sizeof(key) }, &alert,
		  offsetof(struct alert, rule_file));
	rocks_put(rocks, ROCKS_WAITING, (struct rocks_key){ number, sizeof(number) }, &waiting,
		  offsetof(struct store_waiting, alert) + offsetof(struct alert, rule_file));
	assert_int_equal(rocks_commit(rocks, false), 0);
	rocks_close(rocks);
	store = open_store(dir);
	memset(&found, 0xff, sizeof(found));
	assert_int_equal(letters_alert(store, alert.number, alert.time_us, &found), 1);
	assert_memory_equal(&found, &alert, sizeof(alert));
	assert_int_equal(store_walk_alerts(store, 0, keep_alert, &found), 0);
	assert_string_equal(found.rule, "alert high");
	assert_string_equal(found.rule_file, "");
	assert_int_equal(store_get_waiting(store, 7, &waiting), 1);
	assert_int_equal(waiting.due_us, 9);
	assert_string_equal(waiting.alert.rule_file, "");
	strcpy(found.rule_file, "/etc/flowd/part.rules");
	found.number = 0;
	store_put_alert(store, &found);
	assert_int_equal(store_commit(store, false), 0);
	store_close(store);
	store = open_store(dir);
	assert_int_equal(store_walk_alerts(store, 0, keep_first, &found), 1);
	assert_string_equal(found.rule_file, "/etc/flowd/part.rules");
	store_close(store);
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/flowd-schema-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(before_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
