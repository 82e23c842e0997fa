/* SPDX-License-Identifier: Apache-2.0 */
/* What receivers hear of a group after its alert. */
#include "flowd/core/policy/growth.h"
#include "store/book/cases.h"
#include "store/policy/groups.h"
#include "tests/unit/life.h"

#define SECOND MONO_SECOND
#define HOUR (3600 * SECOND)

static void settle_in(struct world *w)
{
	w->life.policy.group_for = HOUR;
	w->life.policy.waiting_limit = w->life.policy.windows_limit = 4;
	w->life.vantages.near = "inside";
	w->life.alert_repeat = HOUR;
	w->life.letters = true;
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

static void resolve(struct world *w, uint64_t alert)
{
	struct store_case row;

	assert_int_equal(store_get_case(w->store, alert, &row), 1);
	row.status = TRIAGE_RESOLVED;
	store_put_case(w->store, &row, false);
	assert_int_equal(store_commit(w->store, false), 0);
}

static int note_letter(void *arg, const struct store_letter *row)
{
	const struct outbox_growth *g = &row->growth;
	char *said = arg;

	snprintf(said + strlen(said), 64, "%d:%d.%u=%u/%u>%s ", (int)row->number, (int)g->alert,
		 g->revision, g->members, g->findings, row->sinks);
	return 0;
}

static void expect_letters(struct world *w, const char *expected)
{
	char said[1024] = "";

	assert_int_equal(store_commit(w->store, false), 0);
	assert_true(letters_walk(w->store, 0, note_letter, said) >= 0);
	assert_string_equal(said, expected);
}

/* Receivers hear of a group at 1, 10 and 100 members and at its end, whatever comes in between, and
 * of nothing twice. */
static void growth(void **state)
{
	const char *rules = "alert high group by host to soc";
	struct world *w = *state;
	uint16_t port;

	begin(w, rules);
	for (port = 1; port <= 120; port++) {
		found(w, port, T0 + port * SECOND);
		if (port == 50)
			crash(w, rules);
	}
	expect_letters(w, "1:0.0=0/0>soc 2:1.2=10/10>soc 3:1.3=100/100>soc ");
	tick(w, T0 + 2 * HOUR);
	tick(w, T0 + 3 * HOUR);
	expect_letters(w, "1:0.0=0/0>soc 2:1.2=10/10>soc 3:1.3=100/100>soc 4:1.4=120/120>soc ");
}

/* What somebody has closed, and what did not grow, is not told again. */
static void growth_is_over(void **state)
{
	struct world *w = *state;
	uint16_t port;

	begin(w, "alert high group by port");
	found(w, 1, T0);
	tick(w, T0 + 2 * HOUR);
	expect_letters(w, "1:0.0=0/0> ");
	begin(w, "alert high group by host");
	for (port = 2; port <= 6; port++)
		found(w, port, T0 + 2 * HOUR + port * SECOND);
	resolve(w, 2);
	tick(w, T0 + 4 * HOUR);
	expect_letters(w, "1:0.0=0/0> 2:0.0=0/0> ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(growth),
		CASE(growth_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
