/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every role of this room does on its way in.
 */
#ifndef FLOWD_ROLE_H
#define FLOWD_ROLE_H

#include "base/cage.h"

struct conf;

/* Exit status of a role that wants to be born again at once: it needs what its cage forbids. */
#define ROLE_AGAIN 75

/*
 * Enters the role's cage as the configuration wants it; only `writable` (NULL nothing) may still be
 * changed. Says what went wrong; false: the role must end.
 */
bool role_cage(const struct conf *conf, const char *writable);

/* The same, and what is below `readable` (up to CAGE_PATHS_MAX, NULL at the end) may be read. */
bool role_cage_reading(const struct conf *conf, const char *writable, const char *const *readable);

/* Seals it, once everything is open; otherwise as role_cage. */
bool role_seal(const struct conf *conf, enum cage_table table);

/* The parent's part: what it and all that it starts can do without; otherwise as role_cage. */
bool role_house(const struct conf *conf);

/* What the role says, and how, is as the configuration wants it. `name` is borrowed for ever. */
void role_log(const char *name, const struct conf *conf);

#endif
