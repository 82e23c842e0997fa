/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A control connection that is followed for the endpoints it announces: FTP, RTSP, SIP over TCP,
 * DCE-RPC's endpoint mapper. Segments are read as they come, each line once; a line that is split
 * is put together again up to its limit, what was lost is not waited for. Pure.
 */
#ifndef FLOWD_SENSOR_CONTROL_H
#define FLOWD_SENSOR_CONTROL_H

#include "flowd/sensor/explain/announced.h"

struct control;

/* A segment's payload. */
struct control_words {
	const uint8_t *bytes; /* borrowed */
	uint32_t len;	      /* captured */
	uint32_t sent;	      /* on the wire, which may be more */
	uint32_t seq;	      /* of the first byte */
	bool from_server;
};

/*
 * The first words of a connection: do they begin one that announces endpoints? NULL when they do
 * not, or memory is short. `half`: the client's packets can't be seen here.
 */
struct control *control_new(const struct control_words *first, const struct addr *server,
			    const struct addr *client, bool half);
void control_free(struct control *control);

/* Takes the next words, the first ones too; calls `fn` with what they announce. */
void control_take(struct control *control, const struct control_words *words, announced_fn fn,
		  void *arg);

/* Nothing more can be learnt: it is another protocol after all. */
bool control_is_over(const struct control *control);

/* The name of the protocol, once both sides have proved it; else NULL. Static. */
const char *control_name(const struct control *control);

/* It is FTP under TLS: what it announces can't be read. */
bool control_is_secret(const struct control *control);

#endif
