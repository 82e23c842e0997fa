/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to a service: connect, listen, say a hello, hear the answer.
 */
#ifndef VERIFY_TALK_H
#define VERIFY_TALK_H

#include "base/loop.h"
#include "verify/budget.h"
#include "verify/probes/book.h"
#include "verify/source.h"
#include "verify/talk/banner.h"
#include "verify/talk/tls.h"

struct talk; /* one conversation */

/* What all conversations share; all borrowed. */
struct talk_room {
	struct loop *loop;
	struct budget *budget;
	struct source *source;
	struct tls_client *tls;
	struct book *book;    /* of probes */
	const char *announce; /* who asks: a URL */
};

struct talk_order {
	struct source_way way;
	enum banner_hello hello;	      /* to say at once, or BANNER_LISTEN */
	const struct book_question *question; /* of BANNER_ASK; inside TLS, NULL: HTTP */
	char app[RECORD_APP_MAX];	      /* the wire's name, "" none */
	char sni[RECORD_HINT_MAX];	      /* whom its clients ask for, "" not known */
	mono_t connect_wait;
	mono_t wait; /* for the answer to the hello, or for a server that speaks first */
};

/* What to say after all, as in the order. */
struct talk_say {
	const char *app;
	enum banner_hello hello;
	const struct book_question *question;
	mono_t wait;
};

enum talk_end {
	TALK_UNREACHED, /* `error` and the icmp fields say why */
	TALK_SILENT,	/* connected, and not a byte in time */
	TALK_CLOSED,	/* closed by the server without a byte */
	TALK_RESET,	/* likewise, reset */
	TALK_ANSWERED,	/* it said something; the banner tells whether we understood */
};

struct talk_result {
	enum talk_end end;
	bool spoke;   /* we said something */
	bool is_icmp; /* an ICMP error ended the connecting */
	bool is_tls;  /* it finished a handshake, or sent TLS records */
	uint8_t icmp_type, icmp_code;
	int error;  /* errno of the connecting; ETIMEDOUT */
	mono_t rtt; /* of the connecting */
	struct addr icmp_from;
	struct banner banner; /* inside TLS, if it was reached */
	enum book_hit hit;
	struct book_answer
		answer; /* what the probe database says of it; banner has the best of both */
	struct tls_facts tls;
	uint16_t said_len;
	uint8_t said[RECORD_BANNER_MAX]; /* inside TLS, if it was reached */
};

/*
 * Called once when a conversation is over, and again after each talk_speak. `result` is borrowed
 * until the conversation is freed or goes on; the callee may do either.
 */
typedef void (*talk_fn)(void *arg, const struct talk_result *result);

/*
 * Connects; `fn` is never called before this returns. 0; -EAGAIN, ERR_DENIED, ERR_REST as
 * budget_take; -ENETUNREACH (no route), -EADDRINUSE (no port is free), -errno: nothing was sent.
 */
int talk_open(const struct talk_room *room, const struct talk_order *order, talk_fn fn, void *arg,
	      struct talk **out);
void talk_free(struct talk *talk);

/* SYNs that the kernel repeated to make the connection. */
unsigned talk_repeats(const struct talk *talk);

/* Connected, and neither side has said a word yet. */
bool talk_is_listening(const struct talk *talk);

/* The connection is still being made. */
bool talk_is_dialling(const struct talk *t);

/* While it is being made: says this once it is there, instead of what was ordered. */
void talk_prepare(struct talk *t, const struct talk_say *say);

/*
 * Tells a listening conversation, or one that ended TALK_SILENT while listening, the name the wire
 * knows by now and what to do: say the hello, or with BANNER_LISTEN listen on, for `wait` from now.
 * `fn` may be called before this returns.
 */
void talk_speak(struct talk *talk, const struct talk_say *say);

/* Puts what was understood into a probe: name, product, version, facts. */
void talk_tell(const struct talk_result *result, struct probe *probe);

/* Puts the first bytes that were said into a probe. */
void talk_quote(const struct talk_result *result, struct probe *probe);

#endif
