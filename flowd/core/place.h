/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of the store.
 */
#ifndef FLOWD_CORE_PLACE_H
#define FLOWD_CORE_PLACE_H

#include <stdbool.h>

struct conf;

/* Makes the folder `state` (NULL: there is none) and gives it to the role's user, unless it holds
 * other things. Says what went wrong; false: the role must end. */
bool place_make(const struct conf *conf, const char *state);

#endif
