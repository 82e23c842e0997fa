/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a service's state when a probe has come, or a client was served.
 */
#ifndef FLOWD_CORE_VERDICT_NOTICE_H
#define FLOWD_CORE_VERDICT_NOTICE_H

#include "flowd/core/lifecycle.h"

/* A verdict has come, which is not in the store yet: `row` has its state. 0 or an error of the
 * store. */
int notice_probe(struct lifecycle *l, struct store_service *row, const struct probe *probe);

/* The wire shows it answering; where our probe was refused, it looks again: it is back, or
 * restricted. 0 or an error of the store. */
int notice_served(struct lifecycle *l, struct store_service *row, const struct sighting *s);

#endif
