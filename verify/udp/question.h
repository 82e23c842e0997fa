/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of services over UDP: one row for each question, those of a protocol in turn.
 */
#ifndef VERIFY_UDP_QUESTION_H
#define VERIFY_UDP_QUESTION_H

#include "verify/udp/answer.h"

#define QUESTION_FOLLOWS 1u  /* only when its protocol has been recognised */
#define QUESTION_COMMON 2u   /* also where nobody knows what there might be */
#define QUESTION_MANY 4u     /* its answer may be several datagrams */
#define QUESTION_ANY_PORT 8u /* it may be answered from another port of the host */
#define QUESTION_LETTERS 16u /* its random part is letters */
#define QUESTION_MARKED 32u  /* on port 4500 it is behind four zeros (RFC 3948) */

#define QUESTION_BYTES_MAX 1200

struct question {
	const char *app;  /* the protocol, as the wire's names go */
	const char *name; /* of the question itself */
	const char *bytes;
	uint16_t len;
	uint16_t padded; /* zeros up to this length; 0 none */
	uint8_t random_at, random_len;
	uint8_t flags;
	answer_fn read;
};

/* The rows, from 0; NULL past the last. There are at most 64. */
const struct question *question_row(size_t i);

/* The protocol usual on a port, "" none is. */
const char *question_app_of_port(uint16_t port);

/* Does the wire call this protocol so? */
bool question_is_app(const struct question *q, const char *app);

/* Writes the datagram, with random bytes where it wants some; its length. */
size_t question_print(const struct question *q, uint16_t port, uint8_t out[QUESTION_BYTES_MAX]);

/* Why a protocol may be silent although it is there; NULL: it has no reason to be. */
const char *question_silence(const char *app);

#endif
