/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service that is handed over to a tool, and what came of it. To be included by way of
 * base/record.h.
 */
#ifndef BASE_RECORD_HANDOVER_RUN_H
#define BASE_RECORD_HANDOVER_RUN_H

#include "base/record/kind.h"
#include "base/record/token.h"

#include <stdbool.h>

/* X(constant, text) */
#define RECORD_RUN_LIST(X)            \
	X(RUN_NONE, "none")           \
	X(RUN_QUEUED, "queued")       \
	X(RUN_RUNNING, "running")     \
	X(RUN_FINISHED, "finished")   \
	X(RUN_FAILED, "failed")       \
	X(RUN_REFUSED, "refused")     \
	X(RUN_TIMEOUT, "timeout")     \
	X(RUN_CANCELLED, "cancelled") \
	X(RUN_INTERRUPTED, "interrupted")

#define RECORD_ENUM(id, text) id,
enum run_state { RECORD_RUN_LIST(RECORD_ENUM) RUN_END };
#undef RECORD_ENUM

#define RUN_TOOL_MAX 24
#define RUN_WORDS_MAX 1024
#define RUN_OUTPUT_MOST (1 << 20)

/* Order of a person or a rule, row, and answer of the role in one. */
struct tool_run {
	uint64_t id; /* later ones are higher; never repeats */
	struct service service;
	uint64_t alert; /* that it is about; 0 none */
	wall_t made_us, started_us, finished_us;
	int32_t exit_status;  /* of the program; -1: it did not exit by itself */
	int32_t signal;	      /* that ended it; 0 none */
	uint32_t output;      /* bytes of output that are kept */
	uint32_t words_len;   /* bytes of `words` */
	uint16_t http_status; /* 0: there was no answer, or it is a command */
	uint8_t state;	      /* enum run_state */
	uint8_t command;      /* 1: a program was started; 0: an address was asked */
	uint8_t truncated;    /* 1: it said more than is kept */
	uint8_t by_rule;      /* 1: a rule said scan; 0: a person */
	uint8_t cut;	      /* 1: `words` are not all */
	uint8_t pad;
	char tool[RUN_TOOL_MAX];
	char by[TOKEN_NAME_MAX];   /* who wanted it; "": nobody had to say who */
	char reason[96];	   /* why it is not finished; "" */
	char ticket[64];	   /* what the answer says it is called there; "" */
	char link[256];		   /* where people find it; "" */
	char words[RUN_WORDS_MAX]; /* the program's arguments, each with a NUL; method and address
				    */
};

/* It will not go on any more. */
static inline bool run_is_over(unsigned state)
{
	return state != RUN_QUEUED && state != RUN_RUNNING;
}

/* Static, "?" outside the range. */
const char *record_run_text(unsigned state);

/* Makes harmless what a role that has gone bad may have said; false: it makes no sense at all. */
bool record_mend_run(struct tool_run *run, wall_t latest);

#endif
