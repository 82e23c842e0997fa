/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of base/cage/tables.h as a seccomp filter.
 */
#ifndef BASE_CAGE_FILTER_H
#define BASE_CAGE_FILTER_H

#include "base/cage.h"

/*
 * Closes the filter over every thread of this process and over all it will start, for good. Wants
 * no_new_privs. 0; -EOPNOTSUPP, -ENOSYS, -EINVAL: the kernel has no such filter; -errno.
 */
int filter_enter(enum cage_table table);

#endif
