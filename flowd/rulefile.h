/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the configuration, from their file and those it names, or built in.
 */
#ifndef FLOWD_RULEFILE_H
#define FLOWD_RULEFILE_H

#include "rules/rules.h"

#define RULEFILE_ERROR_MAX 512

/* The texts of a rules file and of all that it names, the file itself first. */
struct rulefile;

/*
 * Reads the rules file `path`, "" the built-in ones. 0 and the rules, the caller's to free; -errno
 * or as rules_read, and "file:line:column: what is wrong" in `error` (RULEFILE_ERROR_MAX bytes).
 */
int rulefile_read(const char *path, struct rules **out, char *error);

/*
 * A descriptor of the texts of such a file, which can't be changed any more, for roles: they read
 * what was right when somebody looked, whatever the files say by the time they are born. `names`
 * (may be NULL): of all the files, a line each, to be freed by the caller. -errno or as rules_read,
 * and `error`.
 */
int rulefile_pass(const char *path, char **names, char *error);

/* From now on rulefile_read reads this, and takes the path for a name. */
void rulefile_take(int fd);

/*
 * Its texts as they are now on the disk, those that can be read; NULL when not even the file itself
 * can, and `error`.
 */
struct rulefile *rulefile_open(const char *path, char *error);
void rulefile_free(struct rulefile *file);

/* The text of the file itself; borrowed. */
const char *rulefile_text(const struct rulefile *file, size_t *len);

/* Reads a text in the place of the file itself: what it names must be among the file's. As
 * rules_read. */
int rulefile_try(const struct rulefile *file, const char *text, size_t len, struct rules **out,
		 struct rules_error *error);

/* The same, and says all that rules_check says of it by now. */
int rulefile_check(const struct rulefile *file, const char *text, size_t len, rules_note_fn fn,
		   void *arg);

#endif
