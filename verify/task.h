/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One job on its way to a probe: SYN, then one or more conversations. It sends only when it is its
 * turn, so that the rate is held by whoever gives the turns.
 */
#ifndef VERIFY_TASK_H
#define VERIFY_TASK_H

#include "base/conf.h"
#include "base/record.h"
#include "verify/door/follow.h"
#include "verify/gate/rtt.h"
#include "verify/raw.h"
#include "verify/talk/course.h"
#include "verify/talk/scout.h"
#include "verify/udp/inquiry.h"

#include <sys/queue.h>

struct task;
typedef void (*task_fn)(void *arg, struct task *task);

/* What all tasks share; all borrowed. */
struct task_room {
	const struct conf *conf;
	struct talk_room talk;
	struct raw *raw; /* NULL: no raw sockets, connect() takes the SYN's place */
	struct rtt *rtt;
	struct hash_key key; /* of tables */
	task_fn want;	     /* the task has something to send: give it its turn by task_send */
	task_fn done;	     /* the probe is final; the callee frees the task */
	void (*early)(void *arg, const struct probe *probe); /* partial, to be told at once */
	void *arg;
};

enum task_stage { TASK_WAITING, TASK_SYN, TASK_TALK, TASK_FOLLOW };

struct lane;

struct task {
	const struct task_room *room;
	struct job job;
	enum task_stage stage;
	mono_t arrived;
	/* From here on unused while it waits. */
	struct probe *probe; /* owned */
	struct source_way way;
	struct loop_event *timer;
	struct talk *talk;
	struct inquiry *inquiry; /* a service over UDP: it does all there is; else NULL */
	mono_t sent, waited;	 /* the last SYN; how long it is waited for */
	mono_t not_before;	 /* held: when its host may be sent to again */
	struct lane *lane;	 /* of its host; kept by the board, like the next two */
	struct follow *follow;
	mono_t dialled;			      /* the latest conversation */
	mono_t limit;			      /* no later than this; 0 nothing sent yet */
	enum banner_hello hello;	      /* of the next or present conversation */
	const struct book_question *question; /* of BANNER_ASK, or inside of BANNER_TLS */
	struct course course;
	struct scout scout;		/* asks while the conversation listens */
	struct course_step scouted;	/* what the first one of them said */
	const struct talk_result *held; /* what it came to, until scouts are back; the talk's */
	unsigned dials;
	bool has_narrowed; /* one question more was asked for the product */
	int failed_dials;
	bool connected;	  /* at least once */
	bool is_quiet;	  /* it once stayed open while both sides kept silent */
	bool listen_only; /* the conversation is to tell whether it refuses */
	bool is_wanting;  /* in the queue for a turn */
	bool is_held;	  /* its host may not be sent to yet */
	bool zero_window; /* the SYN-ACK said: not a byte */
	LIST_ENTRY(task) by_id, by_service;
	TAILQ_ENTRY(task) turn; /* waiting for a place, or for leave to send */
};

/* A waiting task. NULL when memory is short. */
struct task *task_new(const struct task_room *room, const struct job *job);
void task_free(struct task *task);

/*
 * Sets out; `want` or `done` is called, perhaps at once. 0 or -ENOMEM (the task goes on waiting).
 */
int task_start(struct task *task);

/* It is not to go on, and another time it is to begin anew: `done` is called. Started only. */
void task_give_up(struct task *task);

/* It is the task's turn. 0: taken, and the task may be gone; -EAGAIN: wait for the budget. */
int task_send(struct task *task);

/* An answer to the SYN came. The task may be gone after it. */
void task_hear(struct task *task, const struct syn_answer *answer);

/* Everything is known: it is open. For verify/aside. The task may be gone after it. */
void task_finish_open(struct task *task);

/* The wire knows the name now. The task may be gone after it. */
void task_name(struct task *task, const struct job *job);

#endif
