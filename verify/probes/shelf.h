/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the probe database comes from: what is built in, then files of the user's, then a list of
 * ports that nothing is asked of. Reading and parsing are apart, since the cage closes in between.
 */
#ifndef VERIFY_PROBES_SHELF_H
#define VERIFY_PROBES_SHELF_H

#include "verify/probes/book.h"

#define SHELF_FILES_MOST 6
#define SHELF_BYTES_MOST (16 << 20) /* of one file */

struct shelf {
	struct book_source files[SHELF_FILES_MOST]; /* name and text owned */
	size_t count;
	char *fragile; /* a source of its own */
};

/*
 * Reads the files, whose names are separated by line ends. 0; -errno, -EFBIG or -E2BIG (too many),
 * and `bad` is the name of the file at fault.
 */
int shelf_read(struct shelf *shelf, const char *names, char *bad, size_t size);

/* Makes the database; `fragile`: "9100-9107,515". Its texts stay the shelf's. 0, -ENOMEM, or
 * ERR_SYNTAX: `fragile` is no list of ports. */
int shelf_open(struct shelf *shelf, const char *fragile, book_fn fault, void *arg,
	       struct book **out);

/* After the book is freed. */
void shelf_close(struct shelf *shelf);

#endif
