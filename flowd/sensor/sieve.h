/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel may throw away before we see it. Only what can't matter whatever is in it: plain
 * TCP and SCTP, in one piece, between two hosts that are both not at home, or both at home when
 * those don't count. Everything else may be a tunnel, or belong to home.
 */
#ifndef FLOWD_SENSOR_SIEVE_H
#define FLOWD_SENSOR_SIEVE_H

#include "base/conf.h"

/*
 * The BPF expression (pcap-filter(7)) of a live capture: the one of the configuration and ours; ""
 * everything. To be freed; NULL when memory is short.
 */
char *sieve_text(const struct conf *conf);

#endif
