/* SPDX-License-Identifier: Apache-2.0 */
/*
 * default.rules, built into the program.
 */
#ifndef RULES_BUILTIN_H
#define RULES_BUILTIN_H

#include <stddef.h>

/* The text; static. */
const char *builtin_text(size_t *len);

#endif
