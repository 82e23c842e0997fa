/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a task says next, how long it waits for the answer, and whether that was all.
 */
#ifndef VERIFY_STEPS_H
#define VERIFY_STEPS_H

#include "verify/task.h"

#define STEPS_LIMIT (15 * MONO_SECOND) /* from the first packet to the probe */

/* What the next or present conversation says. */
void steps_set(struct task *t, struct course_step step);

/* Takes the names of a job, perhaps its own one; they came from another process. */
void steps_name(struct task *t, const struct job *job);

/* It has been said. */
void steps_note(struct task *t);

/* How long a conversation that says this may last. */
mono_t steps_wait(const struct task *t, enum banner_hello hello);

/* What has still to be asked of a service whose answer was understood at least in part. */
struct course_step steps_more(const struct task *t, const struct talk_result *r);

/* The step as a conversation takes it; borrowed from the task. */
struct talk_say steps_say(const struct task *t);

/* The step as a conversation of its own begins with it; borrowed from the task. */
struct talk_order steps_order(const struct task *t, struct course_step step);

/* Sends scouts out, where the wire has nothing to say and the first conversation listens. */
void steps_scout(struct task *t);

/* The server has closed without a word: soon enough to say that it serves nobody here? */
bool steps_is_refusal(const struct task *t);

/* What to say to who keeps silent, even to the scout that asked; BANNER_LISTEN: nothing. */
struct course_step steps_next(struct task *t);

/* Somebody has told who he is: calls scouts back. What the last one asked may be asked again. */
void steps_recall(struct task *t);

/* They are back, and somebody is at home who did not understand them: does he speak first? */
void steps_hurry(struct task *t);

#endif
