/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the options of the page and the API mean together.
 */
#ifndef BASE_CONF_SERVING_H
#define BASE_CONF_SERVING_H

#include "base/conf.h"

/* Does whoever comes over TCP have to show a token? */
bool serving_asks(const struct conf *conf);

/* What is wrong with these options: their name in `option` and a static text; NULL: nothing. */
const char *serving_check(const struct conf *conf, const char **option);

/* The path of the Unix socket, in `out`; false: there is to be none, or it is too long. */
bool serving_socket(const struct conf *conf, char *out, size_t size);

#endif
