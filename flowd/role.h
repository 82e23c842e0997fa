/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every role of this room does on its way in.
 */
#ifndef FLOWD_ROLE_H
#define FLOWD_ROLE_H

#include <stdbool.h>

struct conf;

/*
 * Enters the role's cage as the configuration wants it; only `writable` (NULL nothing) may still be
 * changed. Says what went wrong; false: the role must end.
 */
bool role_cage(const struct conf *conf, const char *writable);

#endif
