/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the roles fare, as the parent tells it: said on standard output and to web.
 */
#ifndef FLOWD_CORE_CREW_H
#define FLOWD_CORE_CREW_H

#include "base/ipc.h"
#include "base/loop.h"
#include "flowd/core/announce.h"
#include "flowd/core/probing/backlog.h"

struct crew;

/*
 * Listens to `parent` (owned); NULL: there is no crew, and none is returned. `announce` is
 * borrowed. NULL, too, when memory is short: the news is lost and nothing else.
 */
struct crew *crew_new(struct loop *loop, struct ipc *parent, struct announce *announce,
		      struct backlog *backlog);
void crew_free(struct crew *crew);

/* Web was born: it gets to know what the crew knows. NULL is fine. */
void crew_tell(const struct crew *crew);

/* The parent is to load the rules anew. */
void crew_reload(struct crew *crew);

/*
 * Short-lived roles (flowd/errand.h). The first passes web's wish on, with the socket in it: 0; 1:
 * there is none. The second makes a pair and returns core's end of it, the caller's to free, or
 * NULL; it ends (-EPIPE) when the role has ended, or was refused.
 */
int crew_pass(struct crew *crew, const struct ipc_message *wish);
struct ipc *crew_errand(struct crew *crew, enum ipc_kind kind);

#endif
