/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/stock.h"

/* The assembler finds the file along the include path. */
__asm__(".section .rodata\n"
	"stock_begin:\n"
	".incbin \"verify/probes/flowd.probes\"\n"
	"stock_end:\n"
	".byte 0\n"
	".previous\n");

extern const char stock_begin[], stock_end[];

struct book_source stock_source(void)
{
	return (struct book_source){ "builtin", stock_begin, (size_t)(stock_end - stock_begin) };
}

struct book *stock_book(book_fn fault, void *arg)
{
	const struct book_source source = stock_source();
	struct book *book = book_new(fault, arg);

	if (book && book_add(book, &source)) {
		book_free(book);
		book = NULL;
	}
	return book;
}
