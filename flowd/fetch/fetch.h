/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that fetches assets: born with one question of core, from which list and what of it is
 * known, it reads the file or asks the API and answers with all rows or with why there are none.
 */
#ifndef FLOWD_FETCH_FETCH_H
#define FLOWD_FETCH_FETCH_H

#include "base/ipc.h"
#include "base/mono.h"

#define FETCH_MOST (60 * MONO_SECOND) /* that an answer may take */
#define FETCH_AT_ONCE 2

struct conf;

/* Answers and ends; `asker` is its own. The exit status. */
int fetch_run(const struct conf *conf, struct ipc *asker);

#endif
