/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why an endpoint that answers is none of a service's own: what a worker asks of its connections
 * and notes in its table of services.
 */
#ifndef FLOWD_SENSOR_EXPLAIN_H
#define FLOWD_SENSOR_EXPLAIN_H

#include "base/conf.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/explain/control.h"
#include "flowd/sensor/explain/expect.h"
#include "flowd/sensor/known.h"

#define EXPLAIN_ECHOES 16

/* A host that was told of its own endpoints: what it says of them may be an echo. */
struct explain_echo {
	struct addr host;
	wall_t until;
};

/* All borrowed from its maker, or copied. */
struct explain {
	const struct conf *conf;
	struct expect *expect; /* shared by the workers */
	struct known *known;
	struct tally *tally;
	known_fn say;
	void *arg;
	unsigned worker;
	/* Its own: */
	size_t followed;			    /* control connections at present */
	struct explain_echo echoes[EXPLAIN_ECHOES]; /* a ring */
	size_t echo_at;
};

/* An inside host has answered: notes in the entry whether that is explained; `is_new`: it was not
 * in the table before. True: core must hear of it at once. */
bool explain_answer(struct explain *x, struct known_entry *entry, const struct packet *packet,
		    bool is_new);

/* The service has got a name: the same. */
bool explain_name(struct known_entry *entry, const char *name);

/* May connections of the service announce endpoints, as far as its name says? */
bool explain_may_control(const struct known_entry *entry);

/* A payload of a TCP connection. */
struct explain_talk {
	const struct packet *packet;
	bool from_server;
	bool first; /* it is the first one of its side */
	bool half;  /* nothing of the client was seen */
};

/*
 * Shows a payload to the control connection that it belongs to, which begins with it where `*c` is
 * NULL and it is the first one. The name of the protocol once it is proved, else NULL.
 */
const char *explain_control(struct explain *x, struct control **c, const struct explain_talk *talk);

/* May what a server outside says at this port make it come back to the client? Which connections of
 * ours are worth a look; what is said there decides. */
bool explain_may_come_back(uint16_t port);

/* A packet of such a connection. Does what follows matter? */
bool explain_abroad(struct explain *x, struct control **c, const struct explain_talk *talk);

/* May more of the connection announce endpoints? */
bool explain_goes_on(const struct control *c);

/* A datagram that may be SIP: where its sender will listen for media. */
void explain_datagram(struct explain *x, const struct packet *packet);

/* A server's first words over TCP: do they make it file sharing? True: core must hear of it.
 */
bool explain_words(struct explain *x, struct known_entry *entry, const struct packet *packet);

void explain_leave(struct explain *x, struct control *c);

#endif
