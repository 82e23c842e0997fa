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

/* All borrowed from its maker, or copied. */
struct explain {
	const struct conf *conf;
	struct expect *expect; /* shared by the workers */
	struct known *known;
	struct tally *tally;
	known_fn say;
	void *arg;
	unsigned worker;
	size_t followed; /* its own: control connections at present */
};

/* An inside host has answered: notes in the entry whether that is explained; `is_new`: it was not
 * in the table before. True: core must hear of it at once. */
bool explain_answer(struct explain *x, struct known_entry *entry, const struct packet *packet,
		    bool is_new);

/* The service has got a name: the same. */
bool explain_name(struct explain *x, struct known_entry *entry, const char *name);

/* May connections of the service announce endpoints, as far as its name says? */
bool explain_may_control(const struct known_entry *entry);

/*
 * Shows a payload to the control connection that it belongs to, which begins with it where `*c` is
 * NULL; `*c` is NULL afterwards when there is none. `half`: nothing of the client was seen.
 */
void explain_control(struct explain *x, struct control **c, const struct packet *packet,
		     bool from_server, bool half);
void explain_leave(struct explain *x, struct control *c);

#endif
