/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the roles fare, as the parent tells it: said on standard output and to web.
 */
#ifndef FLOWD_CORE_CREW_H
#define FLOWD_CORE_CREW_H

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

#endif
