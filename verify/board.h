/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All jobs that are not answered yet: who waits, who is under way, whose turn it is to send.
 */
#ifndef VERIFY_BOARD_H
#define VERIFY_BOARD_H

#include "verify/task.h"

#define BOARD_MOST 65536 /* jobs */

struct board;

/* The probe of a job is ready, or its partial one before it; borrowed during the call. */
typedef void (*board_fn)(void *arg, const struct probe *probe);

/*
 * `room` is copied; its want, done and arg are the board's; `parallel` are under way at once. NULL
 * when memory is short.
 */
struct board *board_new(const struct task_room *room, unsigned parallel, board_fn fn, void *arg);
void board_free(struct board *board);

/* Takes a job. 0; 1: it is under way already; ERR_FULL, -ENOMEM: not taken. */
int board_put(struct board *board, const struct job *job);

/* The wire knows the name of a job's service now; unknown jobs are left alone. */
void board_name(struct board *board, const struct job *job);

/* An answer to a SYN came; late ones are left alone. */
void board_hear(struct board *board, const struct syn_answer *answer);

/* Why no job is started: bits. */
enum board_pause { BOARD_BEHIND = 1, BOARD_SHUT = 2 };

/* Starts no jobs from now on because of `why`, or that is over. */
void board_pause(struct board *board, enum board_pause why, bool paused);

/* Ends all at once: the probes of all jobs are given up. */
void board_clear(struct board *board);

#endif
