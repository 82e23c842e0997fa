/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that tries rules: born with one question of web (base/record/trial.h), which it answers
 * from the store as it stands now and from the rules file. Core is never asked, and never waits.
 */
#ifndef FLOWD_JUDGE_JUDGE_H
#define FLOWD_JUDGE_JUDGE_H

#include "base/ipc.h"
#include "base/mono.h"

#define JUDGE_MOST (120 * MONO_SECOND) /* that an answer may take */
#define JUDGE_AT_ONCE 4

struct conf;

/* Answers and ends; `asker` is its own. The exit status. */
int judge_run(const struct conf *conf, struct ipc *asker);

#endif
