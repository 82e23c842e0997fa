/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/hold.h"
#include "store/book/baseline.h"
#include "store/book/cases.h"
#include "store/expire.h"
#include "store/policy/groups.h"
#include "tests/unit/life.h"

#define SECOND MONO_SECOND
#define HOUR (3600 * SECOND)
#define MIDNIGHT (1704067200 * SECOND) /* 2024-01-01 */

static const struct policy settings = {
	.group_for = HOUR, .verdict_for = 600 * SECOND, .waiting_limit = 4, .windows_limit = 4
};

static void settle_in(struct world *w)
{
	struct policy *p = &w->life.policy;

	p->group_for = settings.group_for;
	p->verdict_for = settings.verdict_for;
	p->waiting_limit = settings.waiting_limit;
	p->windows_limit = settings.windows_limit;
	w->life.vantages.near = "inside";
	w->life.alert_repeat = HOUR;
}

/* kill -9, and born again with these rules. */
static void crash(struct world *w, const char *rules)
{
	assert_int_equal(store_commit(w->store, false), 0);
	reopen(w, rules);
	settle_in(w);
}

static void begin(struct world *w, const char *rules)
{
	assert_int_equal(jobs(w), 0);
	reopen(w, rules);
	settle_in(w);
}

static void tick(struct world *w, wall_t at)
{
	assert_int_equal(lifecycle_tick(&w->life, at), 0);
	assert_int_equal(store_commit(w->store, false), 0);
}

/* A service whose probe says open at once. */
static void found(struct world *w, uint16_t port, wall_t at)
{
	see(w, port, EVIDENCE_FULL, at, "ssh");
	answer(w, row_of(w, port).job, port, STATE_OPEN, at);
}

/* What was said but for events. */
static void expect_alerts(struct world *w, const char *want)
{
	char got[65536] = "", *word, *rest = NULL;

	assert_int_equal(store_commit(w->store, false), 0);
	for (word = strtok_r(w->said, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!strncmp(word, "alert", 5))
			strcat(strcat(got, word), " ");
	assert_string_equal(got, want);
	w->said[0] = 0;
}

static struct store_case case_of(struct world *w, uint64_t alert)
{
	struct store_case row;

	assert_int_equal(store_get_case(w->store, alert, &row), 1);
	return row;
}

static void set_status(struct world *w, uint64_t alert, enum triage_status status)
{
	struct store_case row = case_of(w, alert);

	row.status = (uint8_t)status;
	store_put_case(w->store, &row, false);
	assert_int_equal(store_commit(w->store, false), 0);
}

static int count_member(void *arg, const struct store_member *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

static int members(struct world *w, uint64_t alert)
{
	int n = 0;

	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_walk_members(w->store, alert, count_member, &n), 0);
	return n;
}

static int count_waiting(void *arg, const struct store_waiting *row)
{
	(void)row;
	++*(int *)arg;
	return 0;
}

static int waiting(struct world *w)
{
	int n = 0;

	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_walk_waiting(w->store, count_waiting, &n), 0);
	return n;
}

/* Two hundred ports of a host: one alert, which counts through a crash. */
static void group(void **state)
{
	const char *rules = "alert high group by host";
	struct world *w = *state;
	uint16_t port;

	begin(w, rules);
	for (port = 1; port <= 200; port++) {
		found(w, port, T0 + port * SECOND);
		if (port == 100) {
			expect_alerts(w, "alert-high-verified:1#1 ");
			crash(w, rules);
		}
	}
	expect_alerts(w, "");
	assert_int_equal(case_of(w, 1).findings, 200);
	assert_int_equal(case_of(w, 1).members, 200);
	assert_int_equal(members(w, 1), 200);
	assert_int_equal(w->life.policy.grouped, 100);
	/* It takes no more after its time. */
	found(w, 201, T0 + HOUR + 1000 * SECOND);
	expect_alerts(w, "alert-high-verified:201#2 ");
}

/* The list has an end, the count has not. */
static void group_is_bounded(void **state)
{
	struct world *w = *state;
	uint16_t port;

	begin(w, "alert high group by host");
	for (port = 1; port <= GROUPS_MEMBERS_MAX + 5; port++)
		found(w, port, T0 + port);
	expect_alerts(w, "alert-high-verified:1#1 ");
	assert_int_equal(case_of(w, 1).findings, GROUPS_MEMBERS_MAX + 5);
	assert_int_equal(members(w, 1), GROUPS_MEMBERS_MAX);
}

/* More groups than are remembered: each finding is an alert, none is lost. */
static void windows_are_bounded(void **state)
{
	struct world *w = *state;
	uint16_t port;

	begin(w, "alert high group by port");
	for (port = 1; port <= 6; port++)
		found(w, port, T0 + port);
	expect_alerts(w,
		      "alert-high-verified:1#1 alert-high-verified:2#2 alert-high-verified:3#3 "
		      "alert-high-verified:4#4 alert-high-verified:5#5 alert-high-verified:6#6 ");
	assert_int_equal(w->life.policy.refused, 2);
	/* When they are over, there is room again. */
	tick(w, T0 + 2 * HOUR);
	assert_int_equal(w->life.policy.windows, 0);
}

/* What people say of the group holds for it: closed it takes no more, false its members are silent.
 */
static void group_is_closed(void **state)
{
	struct world *w = *state;
	struct alert alert;
	struct store_case row;

	begin(w, "alert high group by host");
	found(w, 1, T0);
	set_status(w, 1, TRIAGE_RESOLVED);
	found(w, 2, T0 + SECOND);
	expect_alerts(w, "alert-high-verified:1#1 alert-high-verified:2#2 ");
	row = case_of(w, 2);
	assert_int_equal(store_get_alert(w->store, &row, &alert), 1);
	assert_int_equal(alert.reopens, 1);
	assert_int_equal(case_of(w, 1).status, TRIAGE_NEW);
	found(w, 3, T0 + 2 * SECOND);
	set_status(w, 2, TRIAGE_FALSE_POSITIVE);
	tick(w, T0 + 3 * HOUR);
	assert_int_equal(w->life.policy.windows, 1);
	see(w, 3, EVIDENCE_FULL, T0 + 3 * HOUR, "redis");
	answer(w, row_of(w, 3).job, 3, STATE_OPEN, T0 + 3 * HOUR);
	expect_alerts(w, "");
	found(w, 4, T0 + 3 * HOUR);
	expect_alerts(w, "alert-high-verified:4#3 ");
}

static void throttle(void **state)
{
	const char *rules = "alert high throttle 2/m";
	struct world *w = *state;
	struct store_case row;
	struct alert alert;
	uint16_t port;

	begin(w, rules);
	for (port = 1; port <= 9; port++)
		found(w, port, T0 + port * SECOND);
	expect_alerts(w, "alert-high-verified:1#1 alert-high-verified:2#2 ");
	assert_int_equal(case_of(w, 2).findings, 7);
	assert_int_equal(waiting(w), 1);
	crash(w, rules);
	tick(w, T0 + 60 * SECOND);
	expect_alerts(w, "");
	tick(w, T0 + 61 * SECOND);
	expect_alerts(w, "alert-high-verified:9#3 ");
	row = case_of(w, 3);
	assert_int_equal(store_get_alert(w->store, &row, &alert), 1);
	assert_int_equal(alert.policy.throttled, 6);
	assert_int_equal(alert.policy.wait, WAIT_THROTTLE);
	/* It is the first of the next minute. */
	found(w, 10, T0 + 62 * SECOND);
	found(w, 11, T0 + 63 * SECOND);
	expect_alerts(w, "alert-high-verified:10#4 ");
}

/* The verdict decides, also when it is the other one; a crash in between changes nothing. */
static void delay(void **state)
{
	const char *rules = "ignore state closed\nalert high delay until verified";
	struct world *w = *state;

	begin(w, rules);
	see(w, 1, EVIDENCE_FULL, T0, "ssh");
	see(w, 2, EVIDENCE_FULL, T0, "ssh");
	see(w, 3, EVIDENCE_FULL, T0, "ssh");
	tick(w, T0 + 20 * SECOND);
	expect_alerts(w, "");
	assert_int_equal(waiting(w), 3);
	crash(w, rules);
	answer(w, row_of(w, 1).job, 1, STATE_OPEN, T0 + 100 * SECOND);
	answer(w, row_of(w, 2).job, 2, STATE_CLOSED, T0 + 100 * SECOND);
	tick(w, T0 + 599 * SECOND);
	expect_alerts(w, "alert-high-verified:1#1 ");
	assert_int_equal(waiting(w), 1);
	tick(w, T0 + 600 * SECOND);
	expect_alerts(w, "alert-high:3#2 ");
	/* It was told: the verdict is no second alert. */
	answer(w, row_of(w, 3).job, 3, STATE_OPEN, T0 + 700 * SECOND);
	tick(w, T0 + 2000 * SECOND);
	expect_alerts(w, "");
	assert_int_equal(waiting(w), 0);
}

/* A verdict that will never come is not waited for; nor is one of what may not be probed. */
static void delay_in_vain(void **state)
{
	struct world *w = *state;
	struct probe none = { .state = STATE_CANDIDATE, .finished_us = T0 + 30 * SECOND };

	begin(w, "noprobe port 2\nalert high delay until verified");
	see(w, 1, EVIDENCE_FULL, T0, "ssh");
	see(w, 2, EVIDENCE_FULL, T0, "ssh");
	tick(w, T0 + 20 * SECOND);
	expect_alerts(w, "alert-high:2#1 ");
	none.job = row_of(w, 1).job;
	none.service = row_of(w, 1).service;
	assert_int_equal(lifecycle_probe(&w->life, &none), 0);
	tick(w, T0 + 31 * SECOND);
	expect_alerts(w, "alert-high:1#2 ");
}

static void quiet(void **state)
{
	const char *rules = "alert critical port 9\nalert low quiet 22:00-06:00";
	struct world *w = *state;
	struct store_case row;
	struct alert alert;

	begin(w, rules);
	found(w, 1, MIDNIGHT + 21 * HOUR);
	expect_alerts(w, "alert-low-verified:1#1 ");
	found(w, 2, MIDNIGHT + 22 * HOUR);
	found(w, 3, MIDNIGHT + 23 * HOUR);
	found(w, 9, MIDNIGHT + 24 * HOUR);
	found(w, 4, MIDNIGHT + 30 * HOUR - 1);
	expect_alerts(w, "alert-critical-verified:9#2 ");
	assert_int_equal(waiting(w), 3);
	crash(w, rules);
	tick(w, MIDNIGHT + 30 * HOUR - 1);
	expect_alerts(w, "");
	tick(w, MIDNIGHT + 30 * HOUR);
	expect_alerts(w, "alert-low-verified:2#3 alert-low-verified:3#4 alert-low-verified:4#5 ");
	row = case_of(w, 3);
	assert_int_equal(store_get_alert(w->store, &row, &alert), 1);
	assert_true(alert.policy.waited_us == MIDNIGHT + 22 * HOUR);
	found(w, 5, MIDNIGHT + 30 * HOUR);
	expect_alerts(w, "alert-low-verified:5#6 ");
}

/* What there is no room for is made at once. */
static void waiting_is_bounded(void **state)
{
	struct world *w = *state;
	uint16_t port;

	begin(w, "alert low quiet 22:00-06:00");
	for (port = 1; port <= 6; port++)
		found(w, port, MIDNIGHT + 23 * HOUR + port);
	expect_alerts(w, "alert-low-verified:5#1 alert-low-verified:6#2 ");
	assert_int_equal(w->life.policy.hurried, 2);
	assert_int_equal(waiting(w), 4);
}

/* A group in the night is one alert in the morning. */
static void together(void **state)
{
	struct world *w = *state;
	uint16_t port;

	begin(w, "alert low group by host quiet 22:00-06:00");
	for (port = 1; port <= 4; port++)
		found(w, port, MIDNIGHT + 23 * HOUR + port);
	tick(w, MIDNIGHT + 30 * HOUR);
	expect_alerts(w, "alert-low-verified:1#1 ");
	assert_int_equal(case_of(w, 1).findings, 4);
}

/* The rule's text and what the baseline said are those of then, whatever both say today. */
static void frozen(void **state)
{
	struct world *w = *state;
	struct baseline b = { .state = APPROVAL_VOID };
	struct store_case row;
	struct alert alert;

	begin(w, "alert high port 1 tag old");
	b.service = sighting(1, 0, 0).service;
	record_text_set(b.app, sizeof(b.app), "redis");
	record_text_set(b.owner, sizeof(b.owner), "ann");
	assert_true(store_put_baseline(w->store, &b));
	found(w, 1, T0);
	expect_alerts(w, "alert-high-verified:1#1 ");
	record_text_set(b.owner, sizeof(b.owner), "bob");
	b.state = APPROVAL_OPEN;
	store_put_baseline(w->store, &b);
	crash(w, "alert low tag new");
	row = case_of(w, 1);
	assert_int_equal(store_get_alert(w->store, &row, &alert), 1);
	assert_string_equal(alert.rule, "alert high port 1 tag old");
	assert_int_equal(alert.rule_line, 1);
	assert_string_equal(alert.policy.tags, "old");
	assert_string_equal(alert.expected.owner, "ann");
	assert_string_equal(alert.expected.app, "redis");
	assert_int_equal(alert.expected.state, APPROVAL_VOID);
}

static int tags_of(struct world *w, uint16_t port, char *out)
{
	const struct service key = sighting(port, 0, 0).service;

	return store_get_tags(w->store, &key, out);
}

static void tags(void **state)
{
	struct world *w = *state;
	char text[POLICY_NAMES_MAX];

	begin(w, "alert high port 1 tag { pci dmz }\nalert low");
	found(w, 1, T0);
	found(w, 2, T0);
	assert_int_equal(tags_of(w, 1, text), 1);
	assert_string_equal(text, "dmz,pci");
	assert_int_equal(tags_of(w, 2, text), 0);
}

static void exception(void **state)
{
	const char *rules = "ignore port 1-600 until 2023-12-31 because \"migration\"\n"
			    "ignore port 601-700 until 2024-01-31\nalert high port 1\nalert low";
	struct world *w = *state;
	uint16_t port;

	begin(w, rules);
	w->life.policy.windows_limit = 0;
	for (port = 1; port <= 602; port++)
		found(w, port, MIDNIGHT - HOUR);
	answer(w, row_of(w, 3).job, 3, STATE_OPEN, MIDNIGHT - HOUR);
	tick(w, MIDNIGHT - 1);
	expect_alerts(w, "");
	/* It is down when the exception ends, and killed while it looks after it. */
	crash(w, rules);
	tick(w, MIDNIGHT);
	assert_non_null(strstr(w->said, "alert-high-verified:1#1 "));
	assert_non_null(strstr(w->said, ":256#256 "));
	assert_null(strstr(w->said, ":300#"));
	crash(w, rules);
	for (port = 0; port < 5; port++)
		tick(w, MIDNIGHT + 2 + port);
	assert_non_null(strstr(w->said, "alert-low-verified:257#257 "));
	crash(w, rules);
	tick(w, MIDNIGHT + HOUR);
	expect_alerts(w, "");
	assert_int_equal(case_of(w, 600).alert, 600);
	assert_int_equal(store_last_alert(w->store), 600);
}

/* Who is gone, or approved, is not told of; nor what another rule keeps silent. */
static void exception_of_nothing(void **state)
{
	const char *rules = "ignore port 1-3 until 2023-12-31\nignore port 3\nalert low";
	struct world *w = *state;
	struct baseline b = { .state = APPROVAL_OPEN };

	begin(w, rules);
	found(w, 1, MIDNIGHT - HOUR);
	found(w, 2, MIDNIGHT - HOUR);
	found(w, 3, MIDNIGHT - HOUR);
	b.service = row_of(w, 2).service;
	store_put_baseline(w->store, &b);
	tick(w, MIDNIGHT - 1);
	tick(w, MIDNIGHT);
	tick(w, MIDNIGHT + 1);
	expect_alerts(w, "alert-low-verified:1#1 ");
}

/* Members go with their alert. */
static void expires(void **state)
{
	const struct store_keep keep = { .alerts = HOUR };
	struct world *w = *state;

	begin(w, "alert high group by host");
	found(w, 1, T0);
	found(w, 2, T0);
	assert_int_equal(members(w, 1), 2);
	assert_int_equal(store_expire(w->store, &keep, T0 + 3 * HOUR), 0);
	assert_int_equal(members(w, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(group),
		CASE(group_is_bounded),
		CASE(group_is_closed),
		CASE(windows_are_bounded),
		CASE(throttle),
		CASE(delay),
		CASE(delay_in_vain),
		CASE(quiet),
		CASE(waiting_is_bounded),
		CASE(together),
		CASE(frozen),
		CASE(tags),
		CASE(exception),
		CASE(exception_of_nothing),
		CASE(expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
