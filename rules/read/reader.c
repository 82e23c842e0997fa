/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read/reader.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

int reader_step(struct reader *p)
{
	return lex_next(&p->lex, &p->token, p->error);
}

int reader_fail(struct reader *p, const struct lex_token *at, int rc, const char *text)
{
	return fault_at(p->error, at, rc, "%s", text);
}

int reader_no_memory(struct reader *p, const struct lex_token *at)
{
	return reader_fail(p, at, -ENOMEM, "out of memory");
}

int reader_grow(void *array, size_t count, size_t *room, size_t size)
{
	void **items = array, *grown;

	if (count < *room)
		return 0;
	grown = realloc(*items, (*room * 2 + 8) * size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*room = *room * 2 + 8;
	return 0;
}

bool reader_is_statement(const struct lex_token *token)
{
	unsigned i;

	for (i = 0; i < WORD_VERB_END; i++)
		if (lex_is(token, word_verb_text(i)))
			return true;
	return false;
}

const struct set_group *reader_find_group(const struct rules *rules, const char *name, size_t len)
{
	char text[READER_NAME_MAX + 1] = "";
	const struct set_group key = { .name = text };
	void *found;

	if (len > READER_NAME_MAX)
		return NULL;
	memcpy(text, name, len);
	found = tfind(&key, &rules->names, rule_order_groups);
	return found ? *(struct set_group **)found : NULL;
}
