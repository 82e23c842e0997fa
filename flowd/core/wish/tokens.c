/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/wish/tokens.h"

static int count_token(void *arg, const struct token *row)
{
	(void)row;
	++*(unsigned *)arg;
	return 0;
}

/* Kept, and told to web when it is. */
static int keep(struct store *s, struct ipc *web, const struct token *token)
{
	int rc = store_commit(s, true);

	if (rc)
		return rc;
	ipc_send(web, IPC_TOKEN, token);
	ipc_flush(web);
	return 0;
}

int tokens_open(struct store *s, struct ipc *web, char *text)
{
	struct token first = { .access = ACCESS_ADMIN };
	unsigned count = 0;
	int rc = store_walk_tokens(s, count_token, &count);

	*text = '\0';
	if (rc || count)
		return rc;
	rc = token_make(&first, mono_wall(), text);
	if (rc)
		return rc;
	record_text_set(first.name, sizeof(first.name), "first");
	store_put_token(s, &first);
	return keep(s, web, &first);
}

static bool makes_sense(const struct token *t)
{
	return t->id && t->access > ACCESS_NONE && t->access < ACCESS_END &&
	       !t->name[sizeof(t->name) - 1];
}

int tokens_order(struct store *s, struct ipc *web, const struct token *order)
{
	unsigned count = 0;
	int rc;

	if (!makes_sense(order))
		return 1;
	if (order->revoked) {
		store_delete_token(s, order->id);
	} else {
		rc = store_walk_tokens(s, count_token, &count);
		if (rc < 0)
			return rc;
		if (count >= STORE_TOKENS_MAX)
			return 1;
		store_put_token(s, order);
	}
	return keep(s, web, order);
}
