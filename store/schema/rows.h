/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a table one after the other, and rows of an earlier layout. */
#ifndef STORE_SCHEMA_ROWS_H
#define STORE_SCHEMA_ROWS_H

#include "store/rocks.h"

#include <stdbool.h>

/*
 * Some rows have grown at their end since an earlier schema. What was written then is shorter: the
 * rest of it reads as zeros. Is `found` the size of such a row, where `size` is wanted?
 */
bool rows_are_older(enum rocks_table table, size_t found, size_t size);

/* Copies a value into a row of `size` bytes. 1; ERR_CORRUPT: it has another size. */
int rows_copy(enum rocks_table table, void *to, size_t size, const void *from, size_t from_size);

/* May a store of this schema be read and written, its rows being those of rows_are_older? */
bool rows_may_be_of(uint32_t schema, uint32_t record);

#endif
