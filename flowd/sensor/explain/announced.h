/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a control connection announces: an endpoint that somebody will connect to.
 */
#ifndef FLOWD_SENSOR_ANNOUNCED_H
#define FLOWD_SENSOR_ANNOUNCED_H

#include "base/record.h"

struct announced {
	struct addr host; /* as it was said; all zero: the speaker's own */
	uint16_t port;	  /* 0: none */
	uint8_t proto;	  /* enum proto */
	uint8_t reason;	  /* enum ephemeral */
	bool by_server; /* the server of the control connection speaks of itself, else its client */
	bool for_anybody; /* another peer than the listener may come */
};

typedef void (*announced_fn)(void *arg, const struct announced *announced);

#endif
