/* SPDX-License-Identifier: Apache-2.0 */
/* A sensor that asks without end, and one that does not read. */
#include "flowd/core/greet.h"
#include "tests/unit/unit.h"

#include <unistd.h>

#define MANY 1000

struct pair {
	struct store *store;
	struct ipc *sensor;
	struct greet greet;
};

static int setup(void **state)
{
	static struct pair p;
	char error[STORE_ERROR_MAX];
	int fds[2];

	if (store_open(NULL, &p.store, error) || ipc_pair(fds, 4096))
		return -1;
	p.sensor = ipc_new(fds[1], 0, false);
	p.greet = (struct greet){ .store = p.store, .sensor = ipc_new(fds[0], 0, false) };
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	ipc_free(p->sensor);
	ipc_free(p->greet.sensor);
	store_close(p->store);
	return 0;
}

/* How many greetings wait. */
static int heard(struct pair *p)
{
	struct ipc_message m;
	int count = 0;

	while (ipc_recv(p->sensor, false, &m) == 1) {
		assert_int_equal(m.kind, IPC_KNOWN);
		close(m.fd);
		count++;
	}
	return count;
}

static void answers_once(void **state)
{
	struct pair *p = *state;

	assert_int_equal(greet_pump(&p->greet), 0);
	assert_int_equal(heard(p), 0);
	p->greet.due = true;
	assert_int_equal(greet_pump(&p->greet), 0);
	assert_int_equal(greet_pump(&p->greet), 0);
	assert_int_equal(heard(p), 1);
}

static void has_other_work(void **state)
{
	struct pair *p = *state;
	mono_t until = mono_now() + 200 * MONO_MS;
	int count = 0;

	while (mono_now() < until) {
		p->greet.due = true;
		assert_int_equal(greet_pump(&p->greet), 0);
		count += heard(p);
	}
	assert_in_range(count, 2, 12);
}

static void waits_for_room(void **state)
{
	struct pair *p = *state;
	int i;

	for (i = 0; i < MANY; i++) {
		p->greet.due = true;
		p->greet.next = 0;
		assert_int_equal(greet_pump(&p->greet), 0);
	}
	assert_true(p->greet.due);
	assert_in_range(heard(p), 1, MANY - 1);
	p->greet.next = 0;
	assert_int_equal(greet_pump(&p->greet), 0);
	assert_false(p->greet.due);
	assert_int_equal(heard(p), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_once, setup, teardown),
		cmocka_unit_test_setup_teardown(has_other_work, setup, teardown),
		cmocka_unit_test_setup_teardown(waits_for_room, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
