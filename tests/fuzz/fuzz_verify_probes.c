/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile file of probes, and the beginning of it as an answer to each of its questions. */
#include "verify/probes/book.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_fault(void *arg, const char *source, uint32_t line, uint32_t column,
		     const char *what)
{
	(void)arg;
	if (!source || !line || !column || !what)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct book_source source = { "fuzz", (const char *)data, size };
	const struct book_order order = { .proto = PROTO_TCP, .port = 80, .rarity = 9, .app = "" };
	const struct book_question *all[8];
	struct book *book = book_new(on_fault, NULL);
	struct book_answer answer;
	size_t count, i;

	if (!book || book_add(book, &source))
		abort();
	count = book_choose(book, &order, all, 8);
	for (i = 0; i < count; i++)
		book_read(book, all[i], "", wire_open(data, size < 64 ? size : 64), &answer);
	book_free(book);
	return 0;
}
