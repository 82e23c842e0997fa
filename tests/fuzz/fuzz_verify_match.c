/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses a question of the built-in database, the rest is what a server answered.
 */
#include "verify/probes/stock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *field, size_t size)
{
	size_t i, len = strnlen(field, size);

	if (len == size)
		abort();
	for (i = 0; i < len; i++)
		if (field[i] < ' ' || field[i] > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct book_order order = { .proto = PROTO_TCP, .rarity = 9, .app = "" };
	static const struct book_question *all[128];
	static struct book *book;
	static size_t count;
	struct book_answer answer;
	const struct book_question *q;
	enum book_hit hit;

	if (!book) {
		book = stock_book(NULL, NULL);
		count = book ? book_choose(book, &order, all, 128) : 0;
	}
	if (!count || !size)
		return 0;
	q = *data % (count + 1) == count ? book_listen(book) : all[*data % (count + 1)];
	hit = book_read(book, q, "", wire_open(data + 1, size - 1), &answer);
	if ((hit != BOOK_NONE) != !!answer.app[0])
		abort();
	check(answer.app, sizeof(answer.app));
	check(answer.product, sizeof(answer.product));
	check(answer.version, sizeof(answer.version));
	check(answer.info, sizeof(answer.info));
	check(answer.hostname, sizeof(answer.hostname));
	check(answer.cpe[0], sizeof(answer.cpe[0]));
	return 0;
}
