/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core says may be probed by now, which is never more than the configuration allows.
 */
#ifndef VERIFY_GATE_SCOPE_H
#define VERIFY_GATE_SCOPE_H

#include "base/conf.h"

/*
 * Reads the ranges of a bulk message; `targets` becomes what the configuration allows of them. An
 * error, and nothing is allowed any more: -errno, ERR_SHORT, -ENOMEM.
 */
int scope_take(const struct conf *conf, int fd, struct prefix_set *targets);

#endif
