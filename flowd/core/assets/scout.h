/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps what is said of assets: rows of the configuration, of a file and of an API, which
 * short-lived roles fetch, and of people. A list that fails changes nothing; what is to be probed
 * no more is told to verify at once.
 */
#ifndef FLOWD_CORE_ASSETS_SCOUT_H
#define FLOWD_CORE_ASSETS_SCOUT_H

#include "base/loop.h"
#include "flowd/core/crew.h"
#include "flowd/core/lifecycle.h"

struct conf;
struct scout;

/* All borrowed; `targets` is what `life` goes by, and changed; `verify` may be NULL. */
struct scout_with {
	const struct conf *conf;
	struct loop *loop;
	struct lifecycle *life;
	struct crew *crew;
	struct ipc *verify;
	struct prefix_set *targets;
};

/* Takes over what the configuration says, and commits. 0, -ENOMEM, an error of the store. */
int scout_new(const struct scout_with *with, struct scout **out);
void scout_free(struct scout *scout);

/* Verify was born, or there is another scope: tells it. NULL is fine. */
void scout_tell(struct scout *scout);

/* Somebody says it of a network. 0; 1: it makes no sense; an error of the store. */
int scout_order(struct scout *scout, const struct asset_order *order);

#endif
