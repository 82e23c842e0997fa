/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one side of a SIP talk (RFC 3261) says in its session descriptions (RFC 8866), line by line:
 * where it will listen for media. Pure.
 */
#ifndef FLOWD_SENSOR_SIP_H
#define FLOWD_SENSOR_SIP_H

#include "flowd/sensor/explain/announced.h"
#include "flowd/sensor/explain/text.h"

/* All zero: nothing was said yet. */
struct sip {
	bool bad;   /* this is no SIP */
	bool whole; /* a datagram: without a length the body is the rest of it */
	enum { SIP_BETWEEN, SIP_HEADERS, SIP_BODY } where;
	bool described;	     /* the body is a session description, and it has begun */
	uint32_t left;	     /* bytes of the body */
	struct addr session; /* the address that is said for all media; all zero: none */
	struct addr media;   /* and for this one */
	uint16_t port;	     /* of this one; 0: none */
	uint16_t rtcp;	     /* its RTCP port, when said; 0: the next one */
	uint8_t count;	     /* of pairs of ports */
	uint8_t proto;
	bool single; /* no RTCP port of its own */
};

/* Takes a line, without its end; calls `fn` with what is announced, when its section ends. */
void sip_line(struct sip *sip, struct text line, announced_fn fn, void *arg);

/* No more of the message will come. */
void sip_end(struct sip *sip, announced_fn fn, void *arg);

/* Does a message begin so? */
bool sip_begins(const void *bytes, size_t len);

/* A message that came as one datagram. */
void sip_datagram(const void *bytes, size_t len, announced_fn fn, void *arg);

#endif
