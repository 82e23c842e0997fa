/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that core keeps, and what web is told of them. */
#include "flowd/core/wish/tokens.h"
#include "store/store.h"
#include "tests/unit/unit.h"

#include <string.h>

/* Web may have read the store before the first token was in it. */
static void first_is_told(void **state)
{
	char error[STORE_ERROR_MAX], text[TOKEN_TEXT_MAX];
	const struct token *said;
	struct ipc_message m;
	struct ipc *core, *web;
	struct store *store;
	uint8_t hash[TOKEN_HASH];
	int fds[2];

	(void)state;
	assert_int_equal(ipc_pair(fds, 1 << 16), 0);
	core = ipc_new(fds[0], 1, false);
	web = ipc_new(fds[1], 0, false);
	assert_int_equal(store_open(NULL, &store, error), 0);
	assert_int_equal(tokens_open(store, core, text), 0);
	assert_int_equal(ipc_recv(web, false, &m), 1);
	assert_int_equal(m.kind, IPC_TOKEN);
	said = m.record;
	assert_int_equal(said->access, ACCESS_ADMIN);
	assert_string_equal(said->name, "first");
	token_hash(text, strlen(text), hash);
	assert_memory_equal(said->hash, hash, sizeof(hash));
	/* There is one now. */
	assert_int_equal(tokens_open(store, core, text), 0);
	assert_string_equal(text, "");
	assert_int_equal(ipc_recv(web, false, &m), 0);
	store_close(store);
	ipc_free(core);
	ipc_free(web);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
