/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "web/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 4096 /* notes kept at most, with room to spare */

struct listener {
	struct http_answer answer;
	char *text;
	size_t len;
	ssize_t rc; /* of the last read */
};

static void put_event(struct stream *s, uint64_t number)
{
	struct event_row row = { .number = number, .time_us = (wall_t)number * MONO_SECOND };

	row.finding.event = EVENT_NEW;
	row.finding.service.proto = PROTO_TCP;
	stream_put_event(s, &row);
}

static void put_alert(struct stream *s, uint64_t number)
{
	struct alert row = { .number = number, .level = LEVEL_LOW };

	stream_put_alert(s, &row);
}

static void join(struct stream *s, const char *last, struct listener *out)
{
	const struct http_request request = { .last_event_id = last };

	*out = (struct listener){ .answer = { 0 } };
	stream_join(s, &request, &out->answer);
}

/* Reads what there is, `step` bytes at a time. */
static void listen_on(struct listener *l, size_t step)
{
	free(l->text);
	l->text = malloc(ROOM * 1024);
	assert_non_null(l->text);
	for (l->len = 0;; l->len += (size_t)l->rc) {
		assert_true(l->len + step < ROOM * 1024);
		l->rc = l->answer.source.read(l->answer.source.arg, l->text + l->len, step);
		if (l->rc <= 0)
			break;
	}
	l->text[l->len] = '\0';
}

static void leave(struct listener *l)
{
	l->answer.source.end(l->answer.source.arg);
	free(l->text);
}

static size_t count(const struct listener *l, const char *what)
{
	const char *at = l->text;
	size_t n = 0;

	while ((at = strstr(at, what))) {
		n++;
		at++;
	}
	return n;
}

static bool has(const struct listener *l, const char *what)
{
	return count(l, what) == 1;
}

/* A stream whose store was empty. */
static struct stream *open_empty(void **state)
{
	struct stream *s = stream_new();
	struct store *store;
	char error[STORE_ERROR_MAX];

	(void)state;
	assert_non_null(s);
	assert_int_equal(store_open(NULL, &store, error), 0);
	assert_int_equal(stream_load(s, store), 0);
	store_close(store);
	return s;
}

static void news(void **state)
{
	struct stream *s = open_empty(state);
	struct listener l, slow;

	put_event(s, 1);
	stream_publish(s);
	join(s, NULL, &l);
	join(s, NULL, &slow);
	listen_on(&l, 100);
	assert_int_equal(l.len, 0);
	assert_int_equal(l.rc, 0);
	put_event(s, 2);
	put_alert(s, 1);
	listen_on(&l, 100);
	assert_int_equal(l.len, 0); /* not yet: it is not in the store for sure */
	stream_publish(s);
	listen_on(&l, 100);
	assert_true(has(&l, "id: 2.0\nevent: event\ndata: {\"type\":\"event\",\"number\":2,"));
	assert_true(has(&l, "id: 2.1\nevent: alert\ndata: {\"type\":\"alert\",\"number\":1,"));
	assert_int_equal(count(&l, "\n\n"), 2);
	listen_on(&slow, 1);
	assert_string_equal(slow.text, l.text);
	stream_pulse(s, "{}");
	stream_pulse(s, NULL);
	listen_on(&l, 7);
	assert_string_equal(l.text, ":\n\n"); /* only the latest: nobody piles them up */
	leave(&l);
	leave(&slow);
	stream_free(s);
}

static void going_on(void **state)
{
	struct stream *s = open_empty(state);
	struct stream_figures figures;
	struct listener l;
	uint64_t i;

	for (i = 1; i <= 10; i++)
		put_event(s, i);
	put_alert(s, 1);
	stream_publish(s);
	join(s, "8.1", &l);
	listen_on(&l, 1000);
	assert_int_equal(count(&l, "\n\n"), 2);
	assert_true(has(&l, "id: 9.0\n") && has(&l, "id: 10.0\n"));
	leave(&l);
	join(s, "0.0", &l);
	listen_on(&l, 1000);
	assert_int_equal(count(&l, "\n\n"), 11);
	assert_int_equal(count(&l, "event: gap"), 0);
	leave(&l);
	join(s, "11.0", &l); /* of another store */
	listen_on(&l, 1000);
	assert_int_equal(count(&l, "event: gap"), 1);
	assert_int_equal(count(&l, "\n\n"), 12);
	leave(&l);
	join(s, "1", &l);
	assert_int_equal(l.answer.status, 400);
	free(l.answer.body);
	put_event(s, 10); /* known */
	put_event(s, 14); /* three are missing */
	stream_count(s, &figures);
	assert_true(figures.lost == 3 && figures.event == 14 && figures.alert == 1);
	assert_int_equal(figures.readers, 0);
	stream_free(s);
}

static void falling_behind(void **state)
{
	struct stream *s = open_empty(state);
	struct stream_figures figures;
	struct listener slow, quick, late;
	uint64_t i;

	join(s, NULL, &slow);
	join(s, NULL, &quick);
	quick.text = NULL;
	for (i = 1; i <= 3000; i++) {
		put_event(s, i);
		if (i % 500)
			continue;
		stream_publish(s);
		listen_on(&quick, 4096);
		assert_int_equal(count(&quick, "event: event"), 500);
	}
	listen_on(&slow, 4096);
	assert_int_equal(slow.rc, -1);
	join(s, "1.0", &late);
	listen_on(&late, 4096);
	assert_int_equal(count(&late, "event: gap"), 1);
	assert_int_equal(count(&late, "event: event"), 2048);
	assert_true(has(&late, "id: 3000.0\n"));
	stream_count(s, &figures);
	assert_int_equal(figures.dropped, 1);
	assert_int_equal(figures.readers, 3);
	leave(&slow);
	leave(&quick);
	leave(&late);
	stream_free(s);
}

/* A reader in the middle of a note keeps it while the ring moves on. */
static void in_the_middle(void **state)
{
	struct stream *s = open_empty(state);
	struct listener l;
	char some[10];
	uint64_t i;

	join(s, NULL, &l);
	put_event(s, 1);
	stream_publish(s);
	assert_int_equal(l.answer.source.read(l.answer.source.arg, some, sizeof(some)), 10);
	assert_memory_equal(some, "id: 1.0\nev", 10);
	for (i = 2; i <= 5000; i++)
		put_event(s, i);
	stream_publish(s);
	listen_on(&l, 100);
	assert_memory_equal(l.text, "ent: event\n", 11);
	assert_int_equal(l.rc, -1);
	leave(&l);
	stream_free(s);
}

/* Readers that want some of it only, and still hear a sign of life. */
static void wishes(void **state)
{
	const struct http_parameter alerts[] = { { "only", "alert", 5 }, { "level", "high", 4 } };
	const struct http_parameter wrong = { "only", "alert,nothing", 13 };
	struct http_request request = { .parameters = alerts, .count = 2 };
	struct stream *s = open_empty(state);
	struct alert alert = { .number = 1, .level = LEVEL_HIGH };
	struct http_answer answer = { 0 };
	struct listener l = { .answer = { 0 } };

	stream_join(s, &request, &l.answer);
	put_event(s, 1);
	stream_put_alert(s, &alert);
	alert.number = 2;
	alert.level = LEVEL_MEDIUM;
	stream_put_alert(s, &alert);
	stream_publish(s);
	stream_pulse(s, "{}");
	listen_on(&l, 100);
	assert_int_equal(count(&l, "event: alert"), 1);
	assert_int_equal(count(&l, "event: event"), 0);
	assert_int_equal(count(&l, "event: health"), 0);
	assert_true(l.len > 3 && !strcmp(l.text + l.len - 3, ":\n\n"));
	request = (struct http_request){ .parameters = &wrong, .count = 1 };
	stream_join(s, &request, &answer);
	assert_int_equal(answer.status, 400);
	free(answer.body);
	leave(&l);
	stream_free(s);
}

static void before_the_store(void **state)
{
	struct stream *s = stream_new();
	char error[STORE_ERROR_MAX], folder[] = "test_web_stream.XXXXXX", command[64];
	struct listener fresh, back;
	struct alert alert = { .level = LEVEL_LOW };
	struct event_row event = { .time_us = 0 };
	struct store *store;
	int i;

	(void)state;
	join(s, NULL, &fresh);
	join(s, "2.1", &back);
	put_event(s, 3);
	stream_publish(s);
	listen_on(&fresh, 100);
	listen_on(&back, 100);
	assert_true(!fresh.len && !back.len);
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, &store, error), 0);
	for (i = 0; i < 3; i++) {
		event.number = alert.number = 0;
		event.time_us = alert.time_us = (i + 1) * MONO_SECOND;
		store_put_event(store, &event, NULL);
		store_put_alert(store, &alert);
	}
	store_commit(store, false);
	assert_int_equal(stream_load(s, store), 0);
	listen_on(&fresh, 100);
	listen_on(&back, 100);
	assert_int_equal(fresh.len, 0);
	assert_int_equal(count(&back, "\n\n"), 3);
	assert_true(has(&back, "id: 2.2\n") && has(&back, "id: 3.2\n") && has(&back, "id: 3.3\n"));
	leave(&fresh);
	leave(&back);
	store_close(store);
	stream_free(s);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(news),		  cmocka_unit_test(going_on),
		cmocka_unit_test(falling_behind), cmocka_unit_test(in_the_middle),
		cmocka_unit_test(wishes),	  cmocka_unit_test(before_the_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
