/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flowd's own probe database, built into the program.
 */
#ifndef VERIFY_PROBES_STOCK_H
#define VERIFY_PROBES_STOCK_H

#include "verify/probes/book.h"

/* The text of verify/probes/flowd.probes. */
struct book_source stock_source(void);

/* flowd's own database alone; NULL when memory is short. */
struct book *stock_book(book_fn fault, void *arg);

#endif
