/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where verify is joined with vantages elsewhere: jobs go there, too, and their verdicts come back.
 */
#ifndef VERIFY_FAR_JOINT_H
#define VERIFY_FAR_JOINT_H

#include "base/ipc.h"
#include "base/loop.h"

struct joint;

/* Gives a record to core, as ipc_send. */
typedef int (*joint_fn)(void *arg, enum ipc_kind kind, const void *record);

/* `far` is borrowed; it is never waited for from now on. NULL when memory is short. */
struct joint *joint_new(struct loop *loop, struct ipc *far, joint_fn fn, void *arg);
void joint_free(struct joint *joint);

/* Passes on what concerns them of core's words; what finds no room is left out. NULL is fine. */
void joint_pass(struct joint *joint, const struct ipc_message *m);

#endif
