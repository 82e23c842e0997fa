/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options watch.udp as a list of hosts and ports.
 */
#ifndef FLOWD_WATCHED_H
#define FLOWD_WATCHED_H

#include "base/conf.h"
#include "base/record.h"

#define WATCHED_MOST (1ULL << 22) /* hosts times ports */

/*
 * Fills prefixes and ports of `out`, and `total` with hosts times ports (0: nothing is watched). 0;
 * ERR_SYNTAX, ERR_RANGE: the ports; ERR_FULL: too many hosts or prefixes; -ENOMEM.
 */
int watched_list(const struct conf *conf, struct sweep *out);

#endif
