/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to DCE-RPC's endpoint mapper (C706 chapters 12 and 14, appendix O): the ports its
 * answers name. Pure.
 */
#ifndef FLOWD_SENSOR_EPM_H
#define FLOWD_SENSOR_EPM_H

#include "base/wire.h"
#include "flowd/sensor/explain/announced.h"

#include <stddef.h>

/* All zero: nothing was said yet. */
struct epm {
	bool bad;   /* this is no endpoint mapper */
	bool bound; /* the client has asked for it, and the server has agreed */
	bool asked; /* for the endpoints of an interface */
	bool wants; /* the client has asked for it */
};

/* Does a client's connection begin so: a bind to the endpoint mapper? */
bool epm_begins(const void *bytes, size_t len);

/* Takes a segment, which is one fragment or more; calls `fn` with what it announces. */
void epm_take(struct epm *epm, struct wire segment, bool from_server, announced_fn fn, void *arg);

#endif
