/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "store/expire.h"
#include "store/hints.h"
#include "store/rocks.h"
#include "store/store.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY(n) ((n)*MONO_DAY)

static char dir[64];

static struct store *open_store(const char *path)
{
	char error[STORE_ERROR_MAX];
	struct store *store;

	assert_int_equal(store_open(path, &store, error), 0);
	return store;
}

static struct service service(uint8_t last, uint16_t port)
{
	return (struct service){ .host = addr_v4((const uint8_t[]){ 192, 0, 2, last }),
				 .port = port,
				 .proto = PROTO_TCP };
}

/* A start that is killed early leaves parts of a store; anybody's files are left alone. */
static void may_be(void **state)
{
	static const char *const rests[] = {
		"LOCK", "LOG", "LOG.old.1700000000", "IDENTITY", "MANIFEST-000001", "000001.dbtmp"
	};
	char path[128];
	size_t i;
	FILE *file;

	(void)state;
	assert_true(store_may_be(dir));
	for (i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, rests[i]);
		file = fopen(path, "w");
		assert_non_null(file);
		fclose(file);
		assert_true(store_may_be(dir));
	}
	snprintf(path, sizeof(path), "%s/thesis.tex", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_false(store_may_be(dir));
}

static int collect(void *arg, const struct store_service *row)
{
	char *text = arg;

	snprintf(text + strlen(text), 256 - strlen(text), "%u:%u ", row->service.host.b[15],
		 row->service.port);
	return strlen(text) > 200;
}

static void pages(void **state)
{
	struct store *store = open_store(dir);
	static const struct {
		uint8_t host;
		uint16_t port;
	} rows[] = { { 9, 80 }, { 1, 443 }, { 1, 22 }, { 9, 22 }, { 5, 65535 }, { 5, 256 } };
	struct service from = service(5, 300);
	struct store_service row;
	char text[256] = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row = (struct store_service){ .service = service(rows[i].host, rows[i].port) };
		store_put_service(store, &row);
	}
	/* A getter sees what is put, a walk what is committed. */
	assert_int_equal(store_get_service(store, &row.service, &row), 1);
	assert_int_equal(store_walk_services(store, NULL, collect, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(store_commit(store, false), 0);
	assert_int_equal(store_walk_services(store, NULL, collect, text), 0);
	assert_string_equal(text, "1:22 1:443 5:256 5:65535 9:22 9:80 ");
	text[0] = 0;
	assert_int_equal(store_walk_services(store, &from, collect, text), 0);
	assert_string_equal(text, "5:65535 9:22 9:80 ");
	store_close(store);
}

static int newest(void *arg, const struct event_row *row)
{
	uint64_t *out = arg;

	out[0]++;
	if (!out[1])
		out[1] = row->number;
	out[2] = row->number;
	return 0;
}

static void put_events(struct store *store, int days)
{
	struct event_row e;
	struct probe p;
	int i;

	for (i = 1; i <= days; i++) {
		e = (struct event_row){ .time_us = DAY(i) };
		store_put_event(store, &e, NULL);
		assert_int_equal(e.number, i);
		p = (struct probe){ .service = service(1, 22),
				    .finished_us = DAY(i),
				    .vantage = "x" };
		store_put_probe(store, &p, p.finished_us);
	}
	assert_int_equal(store_commit(store, false), 0);
}

static void expires(void **state)
{
	struct store_keep keep = { .events = DAY(10) };
	struct store *store = open_store(dir);
	struct probe p;
	uint64_t seen[3] = { 0, 0, 0 };
	struct service key = service(1, 22);

	(void)state;
	put_events(store, 30);
	assert_int_equal(store_walk_events(store, 0, newest, seen), 0);
	assert_int_equal(seen[0], 30);
	assert_int_equal(seen[1], 30);
	assert_int_equal(store_expire(store, &keep, DAY(30)), 0);
	memset(seen, 0, sizeof(seen));
	assert_int_equal(store_walk_events(store, 0, newest, seen), 0);
	assert_int_equal(seen[0], 11); /* days 20 to 30 */
	assert_int_equal(seen[2], 20);
	/* The latest probe of a service stays, whatever its age. */
	keep.probes = DAY(1);
	assert_int_equal(store_expire(store, &keep, DAY(300)), 0);
	assert_int_equal(store_get_probe(store, &key, "x", &p), 1);
	assert_int_equal(p.finished_us, DAY(30));
	assert_int_equal(store_get_probe(store, &key, "y", &p), 0);
	/* Nothing is kept for ever unless it is said: 0. */
	keep = (struct store_keep){ .alerts = 0 };
	assert_int_equal(store_expire(store, &keep, DAY(3000)), 0);
	store_close(store);
}

static uint64_t bytes_of(struct store *store)
{
	struct store_figures figures;

	store_measure(store, &figures);
	return figures.bytes;
}

static int count_alerts(void *arg, const struct alert *row)
{
	uint64_t *out = arg;

	out[0]++;
	out[1] = row->number;
	return 0;
}

static void put_many(struct store *store, int from, int to, bool alerts)
{
	int i;

	for (i = from; i < to; i++) {
		struct event_row e = { .time_us = DAY(i) };
		struct alert a = { .time_us = DAY(i) };

		/* Rows that do not compress to nothing. */
		e.finding.service = service((uint8_t)(i * 7919 >> 8), (uint16_t)(i * 7919));
		a.finding.service = e.finding.service;
		if (alerts)
			store_put_alert(store, &a);
		else
			store_put_event(store, &e, NULL);
	}
	assert_int_equal(store_commit(store, false), 0);
}

/* Over the cap the oldest history goes, as much as must; the newest and the alerts stay. */
static void disk_cap(void **state)
{
	struct store_keep keep = { .disk_cap = 0 };
	struct store *store = open_store(dir);
	uint64_t seen[3] = { 0 }, again[3] = { 0 }, alerts[3] = { 0 }, full;

	(void)state;
	put_many(store, 1, 200, true);
	put_many(store, 1, 20001, false);
	/* In a file, where it has a size. */
	store_close(store);
	store = open_store(dir);
	full = bytes_of(store);
	keep.disk_cap = full / 2;
	assert_int_equal(store_expire(store, &keep, DAY(20001)), 0);
	assert_true(bytes_of(store) <= keep.disk_cap);
	assert_int_equal(store_walk_events(store, 0, newest, seen), 0);
	assert_true(seen[0] > 20000 * 3 / 10 && seen[0] < 20000 / 2);
	assert_int_equal(seen[1], 20000);
	assert_int_equal(store_walk_alerts(store, 0, count_alerts, alerts), 0);
	assert_int_equal(alerts[0], 199);
	assert_int_equal(store_given_up(store)->alerts, 0);
	assert_true(store_given_up(store)->history >= full / 2);
	assert_false(store_given_up(store)->over);
	/* What was deleted has been given back: now there is no more reason. */
	assert_int_equal(store_expire(store, &keep, DAY(20001)), 0);
	assert_int_equal(store_walk_events(store, 0, newest, again), 0);
	assert_int_equal(again[0], seen[0]);
	store_close(store);
}

/* Alerts give way beyond half of the room. */
static void disk_cap_alerts(void **state)
{
	struct store_keep keep = { .disk_cap = 0 };
	struct store *store = open_store(dir);
	uint64_t seen[3] = { 0 }, alerts[3] = { 0 };

	(void)state;
	put_many(store, 1, 20001, true);
	put_many(store, 20001, 20101, false);
	keep.disk_cap = 1ULL << 40;
	assert_int_equal(store_expire(store, &keep, DAY(30000)), 0);
	store_close(store);
	store = open_store(dir);
	keep.disk_cap = bytes_of(store);
	assert_int_equal(store_expire(store, &keep, DAY(30000)), 0);
	assert_int_equal(store_walk_alerts(store, 0, count_alerts, alerts), 0);
	assert_int_equal(alerts[0], 20000);
	keep.disk_cap = bytes_of(store) * 3 / 4;
	assert_int_equal(store_expire(store, &keep, DAY(30000)), 0);
	memset(alerts, 0, sizeof(alerts));
	assert_int_equal(store_walk_alerts(store, 0, count_alerts, alerts), 0);
	assert_true(alerts[0] > 20000 / 4 && alerts[0] < 20000 / 2);
	assert_int_equal(alerts[1], 20001 - alerts[0]); /* the oldest that is left */
	assert_true(store_given_up(store)->alerts > 0);
	assert_int_equal(store_walk_events(store, 0, newest, seen), 0);
	assert_int_equal(seen[0], 100);
	/* Nothing helps against what is no history: here the meta rows. */
	keep.disk_cap = 1;
	assert_int_equal(store_expire(store, &keep, DAY(30000)), 0);
	assert_true(store_given_up(store)->over);
	store_close(store);
}

static void outbox(void **state)
{
	struct store *store = open_store(dir);
	uint64_t seen[2] = { 0, 0 };
	struct alert a;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		a = (struct alert){ .time_us = DAY(1) };
		store_put_alert(store, &a);
		store_put_outbox(store, "file", &a);
		store_put_outbox(store, "filer", &a);
	}
	store_delete_outbox(store, "file", 2);
	assert_int_equal(store_commit(store, true), 0);
	store_close(store);
	store = open_store(dir);
	assert_int_equal(store_walk_outbox(store, "file", count_alerts, seen), 0);
	assert_int_equal(seen[0], 2);
	assert_int_equal(seen[1], 3);
	/* Numbers go on after a restart. */
	a = (struct alert){ .time_us = DAY(1) };
	store_put_alert(store, &a);
	assert_int_equal(a.number, 4);
	store_close(store);
}

static void keeps_its_key(void **state)
{
	struct store *store = open_store(dir);
	struct hash_key key = store_peer_key(store), again;

	(void)state;
	assert_true(key.k[0] || key.k[1]);
	store_close(store);
	store = open_store(dir);
	again = store_peer_key(store);
	assert_memory_equal(&key, &again, sizeof(key));
	store_close(store);
	store = open_store(NULL);
	again = store_peer_key(store);
	assert_true(!again.k[0] && !again.k[1]);
	store_close(store);
}

static void other_schema(void **state)
{
	const uint32_t version[2] = { 9999, 1 };
	char error[STORE_ERROR_MAX];
	struct store *store = open_store(dir);
	struct rocks *rocks;

	(void)state;
	/* Two at once would be two writers. */
	assert_int_equal(store_open(dir, &(struct store *){ NULL }, error), ERR_STORE);
	store_close(store);
	assert_int_equal(rocks_open(dir, &rocks, error), 0);
	rocks_put(rocks, ROCKS_META, (struct rocks_key){ "version", 7 }, version, sizeof(version));
	assert_int_equal(rocks_commit(rocks, false), 0);
	rocks_close(rocks);
	assert_int_equal(store_open(dir, &store, error), ERR_VERSION);
	assert_non_null(strstr(error, "9999"));
}

static void damaged(void **state)
{
	struct store_service row = { .service = service(1, 22) };
	struct store *store = open_store(dir);
	char error[STORE_ERROR_MAX], text[256] = "";
	struct rocks *rocks;

	(void)state;
	store_close(store);
	assert_int_equal(rocks_open(dir, &rocks, error), 0);
	rocks_put(rocks, ROCKS_SERVICES, (struct rocks_key){ "short", 5 }, "x", 1);
	assert_int_equal(rocks_commit(rocks, false), 0);
	rocks_close(rocks);
	store = open_store(dir);
	assert_int_equal(store_walk_services(store, NULL, collect, text), ERR_CORRUPT);
	assert_int_equal(store_get_service(store, &row.service, &row), 0);
	store_close(store);
}

static int chain(void *arg, const struct event_row *row)
{
	char *text = arg;

	snprintf(text + strlen(text), 256 - strlen(text), "%llu ", (unsigned long long)row->number);
	return 0;
}

/* The events of one service among those of others, as far as they are kept. */
static void history(void **state)
{
	struct store_service mine = { .service = service(1, 22) },
			     other = { .service = service(2, 22) };
	const struct store_keep keep = { .events = DAY(10) };
	struct store *store = open_store(dir);
	struct event_row e;
	char text[256] = "";
	int i;

	(void)state;
	for (i = 1; i <= 6; i++) {
		e = (struct event_row){ .time_us = DAY(5 * i) };
		store_put_event(store, &e, i % 2 ? &mine : &other);
	}
	assert_int_equal(store_commit(store, false), 0);
	assert_int_equal(store_walk_history(store, &mine, chain, text), 0);
	assert_string_equal(text, "5 3 1 ");
	assert_int_equal(store_expire(store, &keep, DAY(25)), 0);
	text[0] = 0;
	assert_int_equal(store_walk_history(store, &mine, chain, text), 0);
	assert_string_equal(text, "5 3 ");
	text[0] = 0;
	assert_int_equal(store_walk_events(store, 6, chain, text), 0);
	assert_string_equal(text, "5 4 3 ");
	store_close(store);
}

/* A reader beside the writer sees what is committed, when it asks. */
static void reader(void **state)
{
	struct store_service row = { .service = service(1, 22) };
	char scratch[96], error[STORE_ERROR_MAX];
	struct store *writer, *reader;

	(void)state;
	snprintf(scratch, sizeof(scratch), "%s/reader", dir);
	assert_int_equal(store_open_reader(dir, scratch, &reader, error), ERR_STORE);
	writer = open_store(dir);
	assert_int_equal(store_open_reader(dir, scratch, &reader, error), 0);
	store_put_service(writer, &row);
	assert_int_equal(store_commit(writer, false), 0);
	assert_int_equal(store_get_service(reader, &row.service, &row), 0);
	assert_int_equal(store_catch_up(reader), 0);
	assert_int_equal(store_get_service(reader, &row.service, &row), 1);
	store_close(reader);
	store_close(writer);
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/flowd-store-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static int hint(struct store *store, enum hint_kind kind, const char *text, wall_t time)
{
	struct hint h = { .service = service(1, 22), .kind = (uint8_t)kind, .time_us = time };

	record_text_set(h.text, sizeof(h.text), text);
	return store_take_hint(store, &h, DAY(9));
}

/* The latest four of a kind; none without a service, and none left behind by one. */
static void hints(void **state)
{
	struct store_service row = { .service = service(1, 22) };
	struct store *store = open_store(dir);
	struct store_hints all;
	struct hint endless = { .service = row.service, .kind = HINT_SNI };

	(void)state;
	assert_int_equal(hint(store, HINT_SNI, "early", 1), 0);
	assert_int_equal(store_get_service(store, &row.service, &row), 0);
	store_put_service(store, &row);
	assert_int_equal(hint(store, HINT_NONE, "x", 1), 1);
	assert_int_equal(hint(store, HINT_END, "x", 1), 1);
	assert_int_equal(hint(store, HINT_SNI, "", 1), 1);
	assert_int_equal(hint(store, HINT_SNI, "a", 10), 0);
	assert_int_equal(hint(store, HINT_SNI, "b", 20), 0);
	assert_int_equal(hint(store, HINT_SNI, "c", 30), 0);
	assert_int_equal(hint(store, HINT_SNI, "d", 40), 0);
	assert_int_equal(hint(store, HINT_SNI, "a", 50), 0);
	assert_int_equal(hint(store, HINT_SNI, "e", DAY(10)), 0);
	assert_int_equal(hint(store, HINT_HASSH_SERVER, "f", 60), 0);
	assert_int_equal(store_commit(store, false), 0);
	assert_int_equal(store_get_service(store, &row.service, &row), 1);
	assert_int_equal(store_get_hints(store, &row, &all), 0);
	assert_int_equal(all.count, 2);
	assert_int_equal(all.rows[0].kind, HINT_SNI);
	assert_int_equal(all.rows[0].count, STORE_HINT_TEXTS);
	assert_string_equal(all.rows[0].texts[0].text, "e");
	assert_int_equal(all.rows[0].texts[0].last_us, DAY(9));
	assert_string_equal(all.rows[0].texts[1].text, "a");
	assert_int_equal(all.rows[0].texts[1].first_us, 10);
	assert_int_equal(all.rows[0].texts[1].last_us, 50);
	assert_string_equal(all.rows[0].texts[2].text, "d");
	assert_string_equal(all.rows[0].texts[3].text, "c");
	assert_string_equal(all.rows[1].texts[0].text, "f");
	/* A text without an end is cut. */
	memset(endless.text, 'x', sizeof(endless.text));
	assert_int_equal(store_take_hint(store, &endless, DAY(9)), 0);
	assert_int_equal(store_get_hints(store, &row, &all), 0);
	assert_int_equal(strlen(all.rows[0].texts[0].text), RECORD_HINT_MAX - 1);
	store_delete_service(store, &row.service);
	assert_int_equal(store_commit(store, false), 0);
	assert_int_equal(store_get_hints(store, &row, &all), 0);
	assert_int_equal(all.count, 0);
	store_close(store);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(may_be),	       CASE(pages),	   CASE(expires), CASE(disk_cap),
		CASE(disk_cap_alerts), CASE(outbox),	   CASE(history), CASE(reader),
		CASE(keeps_its_key),   CASE(other_schema), CASE(damaged), CASE(hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
