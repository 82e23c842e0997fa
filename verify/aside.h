/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a task asks beside and after the conversations that tell the name: see verify/door/follow.h.
 */
#ifndef VERIFY_ASIDE_H
#define VERIFY_ASIDE_H

#include "verify/task.h"

/* A conversation has just been dialled: what the wire's name makes due sets out, too. */
void aside_begin(struct task *task);

/*
 * The name is as good as it gets, and the conversation over. True: more is asked, and
 * task_finish_open is called when that is done, perhaps it was before this returned.
 */
bool aside_end(struct task *task);

/* Adds what was sent to the probe, which is about to be final. */
void aside_count(struct task *task);

#endif
