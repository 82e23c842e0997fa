/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question on its way: its datagram, its socket, what it has brought.
 */
#ifndef VERIFY_UDP_ASK_H
#define VERIFY_UDP_ASK_H

#include "base/loop.h"
#include "verify/probes/book.h"
#include "verify/udp/port.h"
#include "verify/udp/question.h"

struct ask {
	const struct question *question;
	struct question own; /* made of a question of the probe database: `question` */
	const struct book_question *custom; /* that one; NULL: a row of ours */
	struct book *book;		    /* it is of */
	const char *hint;		    /* the wire's name, borrowed */
	char matched[64];		    /* whose answer it was, once it is recognised */
	void *arg;			    /* whose it is */
	int fd;				    /* -1: not opened yet */
	struct loop_event *event;
	uint8_t *bytes; /* owned */
	size_t len;
	struct answer_parts parts;
	unsigned tries;
	mono_t sent;	   /* the last time */
	uint64_t answered; /* payload bytes */
	bool is_repeated; /* as its answer wanted it: forged addresses would not have come so far */
};

/* What all of them are sent by. */
struct ask_room {
	struct loop *loop;
	struct source *source;
	const struct source_way *way;
	loop_fn fn; /* called with the ask when something has come */
};

/* False when memory is short. */
bool ask_make(struct ask *ask, const struct question *question, uint16_t port);

/* Likewise, of a question of the probe database. False also when it is too long. */
bool ask_make_custom(struct ask *ask, struct book *book, const struct book_question *question,
		     const char *hint);

/* Frees what it holds; its probe, if there is one, is told of an answer much longer than asked. */
void ask_close(struct ask *ask, struct probe *probe);

/* Sends it, once more. 0 or -errno. */
int ask_send(struct ask *ask, const struct ask_room *room);

/* A datagram has come, after which it may be one to be sent again. True: its protocol is
 * recognised, and `probe` has what it says. */
bool ask_read(struct ask *ask, const uint8_t *bytes, const struct port_news *news,
	      struct probe *probe);

#endif
