/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the configuration, from their file or built in.
 */
#ifndef FLOWD_RULEFILE_H
#define FLOWD_RULEFILE_H

#include "rules/rules.h"

#define RULEFILE_ERROR_MAX 512

/*
 * Reads the rules file `path`, "" the built-in ones. 0 and the rules, the caller's to free; -errno
 * or as rules_read, and "file:line:column: what is wrong" in `error` (RULEFILE_ERROR_MAX bytes).
 */
int rulefile_read(const char *path, struct rules **out, char *error);

/*
 * A descriptor of the text of such a file, which can't be changed any more, for roles: they read
 * what was right when somebody looked, whatever the file says by the time they are born. -errno or
 * as rules_read, and `error`.
 */
int rulefile_pass(const char *path, char *error);

/* From now on rulefile_read reads this, and takes the path for a name. */
void rulefile_take(int fd);

/* The text of it, with a NUL behind its `len` bytes and to be freed; NULL, and what is wrong in
 * `error`. */
char *rulefile_text(const char *path, size_t *len, char *error);

#endif
