/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The beginning of a connection, which the budget has to allow.
 */
#ifndef VERIFY_DIAL_H
#define VERIFY_DIAL_H

#include "verify/budget.h"
#include "verify/source.h"

/*
 * Pays for a connection and begins it. The non-blocking descriptor, with errno of what has become
 * of it in `*early`: EINPROGRESS, EISCONN, or why it failed at once. -EAGAIN, ERR_DENIED as
 * budget_take; -EADDRINUSE (no port is free), -errno: nothing was sent.
 */
int dial_open(struct budget *budget, struct source *source, const struct source_way *way,
	      int *early);

/*
 * Call it after each receive: what came is acknowledged at once. A server that sends its answer in
 * two pieces may wait for that before it sends the second one (RFC 896).
 */
void dial_hasten(int fd);

#endif
