/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task whose service is over UDP: an inquiry does all of it.
 */
#ifndef VERIFY_UDP_ERRAND_H
#define VERIFY_UDP_ERRAND_H

#include "verify/task.h"

/* Sets out, once the task has its way and its probe; its `want` or `done` is called, perhaps at
 * once. */
void errand_start(struct task *task);

#endif
