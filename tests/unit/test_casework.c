/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/casework.h"
#include "store/book/cases.h"
#include "store/book/trail.h"
#include "store/expire.h"
#include "tests/unit/life.h"

#define HOUR (3600 * MONO_SECOND)

/* The alert that a service over TCP got another name. */
static void change(struct world *w, uint16_t port, const char *app, wall_t at)
{
	struct store_service row = { .service = sighting(port, 0, 0).service };
	struct finding f;
	struct alert alert;
	struct rules_verdict verdict;

	w->life.now = at;
	store_get_service(w->store, &row.service, &row);
	f = (struct finding){ .service = row.service, .event = EVENT_CHANGED, .time_us = at };
	record_text_set(f.app, sizeof(f.app), app);
	rules_judge(w->rules, &f, &verdict);
	alert = (struct alert){ .time_us = at, .finding = f, .level = (uint8_t)verdict.level };
	record_text_set(alert.rule, sizeof(alert.rule), verdict.rule);
	if (!casework_admits(&w->life, &alert))
		return;
	store_put_alert(w->store, &alert);
	casework_begin(&w->life, &alert);
	w->life.act(w->life.arg, &(struct lifecycle_act){ .alert = &alert });
}

static void order(struct world *w, uint64_t alert, enum triage_status status, const char *comment)
{
	struct triage t = { .alert = alert, .time_us = w->life.now, .status = (uint8_t)status };

	record_text_set(t.by, sizeof(t.by), "ann");
	record_text_set(t.comment, sizeof(t.comment), comment);
	assert_int_equal(casework_order(&w->life, &t, INT64_MAX / 2), 0);
	assert_int_equal(store_commit(w->store, false), 0);
}

static struct store_case case_of(struct world *w, uint64_t alert)
{
	struct store_case row;

	assert_int_equal(store_get_case(w->store, alert, &row), 1);
	return row;
}

static void start(struct world *w)
{
	w->life.alert_repeat = HOUR;
	assert_int_equal(jobs(w), 0);
}

static void says_it_once(void **state)
{
	struct world *w = *state;

	start(w);
	change(w, 22, "ssh", T0);
	change(w, 22, "ssh", T0 + HOUR / 2);
	change(w, 23, "ssh", T0 + HOUR / 2);
	change(w, 22, "redis", T0 + HOUR / 2);
	change(w, 22, "ssh", T0 + HOUR - 1);
	expect(w, "alert-low:22#1 alert-low:23#2 alert-low:22#3 ");
	assert_int_equal(case_of(w, 1).repeats, 2);
	assert_int_equal(case_of(w, 3).repeats, 0);
	change(w, 22, "ssh", T0 + HOUR);
	expect(w, "alert-low:22#4 ");
	w->life.alert_repeat = 0;
	change(w, 22, "ssh", T0 + HOUR);
	expect(w, "alert-low:22#5 ");
}

static void opens_again(void **state)
{
	struct world *w = *state;

	start(w);
	change(w, 22, "ssh", T0);
	order(w, 1, TRIAGE_RESOLVED, "");
	change(w, 22, "ssh", T0 + 1);
	expect(w, "alert-low:22#1 alert-low:22#2 ");
	assert_int_equal(case_of(w, 1).status, TRIAGE_NEW);
	assert_int_equal(case_of(w, 1).reopened_by, 2);
	assert_int_equal(case_of(w, 2).reopens, 1);
}

/* What was called false is silent as long as it says the same, whatever the time. */
static void false_positive(void **state)
{
	struct world *w = *state;

	start(w);
	change(w, 22, "ssh", T0);
	order(w, 1, TRIAGE_FALSE_POSITIVE, "ours");
	change(w, 22, "ssh", T0 + 1);
	change(w, 22, "ssh", T0 + 1000 * HOUR);
	expect(w, "alert-low:22#1 ");
	assert_int_equal(case_of(w, 1).repeats, 2);
	reopen(w, "");
	start(w);
	change(w, 22, "ssh", T0 + 2000 * HOUR);
	expect(w, "");
	change(w, 22, "redis", T0 + 2000 * HOUR);
	expect(w, "alert-low:22#2 ");
	assert_int_equal(case_of(w, 1).status, TRIAGE_NEW);
}

struct entries {
	char said[512];
};

static int add_entry(void *arg, const struct triage *e)
{
	struct entries *all = arg;
	size_t n = strlen(all->said);

	snprintf(all->said + n, sizeof(all->said) - n, "%llu:%s>%s:%s:%s:%s ",
		 (unsigned long long)e->number, record_triage_text(e->was),
		 record_triage_text(e->status), e->by, e->assignee, e->comment);
	return 0;
}

static int add_trail(void *arg, const struct trail_row *row)
{
	struct entries *all = arg;
	size_t n = strlen(all->said);

	snprintf(all->said + n, sizeof(all->said) - n, "%s:%s:%s ", row->by, row->what, row->about);
	return 0;
}

static void history(void **state)
{
	struct entries entries = { "" }, trail = { "" };
	struct world *w = *state;
	struct triage t = { .alert = 1, .assigns = 1, .assignee = "bob", .by = "ann" };

	start(w);
	change(w, 22, "ssh", T0);
	order(w, 1, TRIAGE_ACKNOWLEDGED, "");
	assert_int_equal(casework_order(&w->life, &t, INT64_MAX / 2), 0);
	order(w, 1, TRIAGE_NONE, "hm");
	order(w, 1, TRIAGE_RESOLVED, "gone");
	t = (struct triage){ .alert = 99, .status = TRIAGE_RESOLVED };
	assert_int_equal(casework_order(&w->life, &t, INT64_MAX / 2), 0);
	t = (struct triage){ .alert = 1, .status = TRIAGE_END };
	assert_int_equal(casework_order(&w->life, &t, INT64_MAX / 2), 1);
	t = (struct triage){ .alert = 1 };
	assert_int_equal(casework_order(&w->life, &t, INT64_MAX / 2), 1);
	assert_int_equal(store_walk_triage(w->store, 1, add_entry, &entries), 0);
	assert_string_equal(entries.said,
			    "1:new>acknowledged:ann:: 2:acknowledged>assigned:ann:bob: "
			    "3:assigned>assigned:ann:bob:hm "
			    "4:assigned>resolved:ann:bob:gone ");
	assert_int_equal(case_of(w, 1).comments, 2);
	assert_int_equal(store_walk_trail(w->store, 0, add_trail, &trail), 0);
	assert_string_equal(trail.said,
			    "ann:alert resolved:alert 1 ann:alert commented:alert 1 "
			    "ann:alert assigned:alert 1 ann:alert acknowledged:alert 1 ");
}

/* A case goes with its alert, and nothing of it stays. */
static void expires(void **state)
{
	const struct store_keep keep = { .alerts = HOUR };
	const struct service service = sighting(22, 0, 0).service;
	struct entries entries = { "" };
	struct world *w = *state;
	struct store_case row;

	start(w);
	change(w, 22, "ssh", T0);
	order(w, 1, TRIAGE_RESOLVED, "gone");
	change(w, 23, "ssh", T0 + HOUR);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_expire(w->store, &keep, T0 + HOUR + HOUR / 2), 0);
	assert_int_equal(store_commit(w->store, false), 0);
	assert_int_equal(store_get_case(w->store, 1, &row), 0);
	assert_int_equal(store_get_case_of(w->store, &service, &row), 0);
	assert_int_equal(store_walk_triage(w->store, 1, add_entry, &entries), 0);
	assert_string_equal(entries.said, "");
	assert_int_equal(store_get_case(w->store, 2, &row), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(says_it_once), CASE(opens_again), CASE(false_positive),
		CASE(history),	    CASE(expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
