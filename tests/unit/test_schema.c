/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of earlier schemas are read, and become what is written now. */
#include "base/err.h"
#include "store/key.h"
#include "store/outbox/letters.h"
#include "store/policy/groups.h"
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
	const struct store_letter letter = { .number = 1, .time_us = alert.time_us };
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
	assert_int_equal(letters_alert(store, &letter, &found), 1);
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

static int keep_letter(void *arg, const struct store_letter *row)
{
	*(struct store_letter *)arg = *row;
	return 0;
}

static int keep_dead(void *arg, const struct store_dead *row)
{
	*(struct store_dead *)arg = *row;
	return 0;
}

/* The schema after that: alerts, letters and windows are shorter. */
static void before_growth(void **state)
{
	const uint32_t before[2] = { 11, 16 };
	struct store_letter letter = { .number = 3, .time_us = 5, .sinks = "soc" };
	struct store_dead dead = { .number = 4, .time_us = 6, .error = "no" };
	struct store_window window = { .key = 9, .alert = 3, .kept = 7 };
	struct alert alert = { .number = 2, .time_us = 8, .rule_file = "part.rules" }, found;
	struct store *store = open_store(dir);
	char error[STORE_ERROR_MAX];
	struct rocks *rocks;
	uint8_t key[KEY_NUMBER], at[KEY_OUTBOX], when[KEY_NUMBERED];

	(void)state;
	store_close(store);
	assert_int_equal(rocks_open(dir, &rocks, error), 0);
	rocks_put(rocks, ROCKS_META, (struct rocks_key){ "version", 7 }, before, sizeof(before));
	key_numbered(alert.time_us, alert.number, when);
	rocks_put(rocks, ROCKS_ALERTS, (struct rocks_key){ when, sizeof(when) }, &alert,
		  offsetof(struct alert, asset));
	key_number(letter.number, key);
	rocks_put(rocks, ROCKS_LETTERS, (struct rocks_key){ key, sizeof(key) }, &letter,
		  offsetof(struct store_letter, growth));
	key_outbox("soc", dead.number, at);
	rocks_put(rocks, ROCKS_DEAD, (struct rocks_key){ at, sizeof(at) }, &dead,
		  offsetof(struct store_dead, growth));
	key_number(window.key, key);
	rocks_put(rocks, ROCKS_WINDOWS, (struct rocks_key){ key, sizeof(key) }, &window,
		  offsetof(struct store_window, told));
	assert_int_equal(rocks_commit(rocks, false), 0);
	rocks_close(rocks);
	store = open_store(dir);
	memset(&found, 0xff, sizeof(found));
	assert_int_equal(store_walk_alerts(store, 0, keep_first, &found), 1);
	assert_memory_equal(&found, &alert, sizeof(alert));
	memset(&letter.growth, 0xff, sizeof(letter.growth));
	assert_int_equal(letters_walk(store, 0, keep_letter, &letter), 0);
	assert_string_equal(letter.sinks, "soc");
	assert_int_equal(letter.growth.alert, 0);
	memset(&dead.growth, 0xff, sizeof(dead.growth));
	assert_int_equal(letters_walk_dead(store, "soc", keep_dead, &dead), 0);
	assert_string_equal(dead.error, "no");
	assert_int_equal(dead.growth.alert, 0);
	memset(&window.told, 0xff, sizeof(window) - offsetof(struct store_window, told));
	assert_int_equal(store_get_window(store, 9, &window), 1);
	assert_int_equal(window.kept, 7);
	assert_int_equal(window.revision, 0);
	assert_string_equal(window.sinks, "");
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
		cmocka_unit_test_setup_teardown(before_growth, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
