/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that joins a verify elsewhere with the core here, or the other way round: it carries
 * jobs and probes between a link and a TLS connection, and looks into neither further than it must.
 */
#ifndef VERIFY_FAR_FAR_H
#define VERIFY_FAR_FAR_H

#include "base/addr.h"

#include <stddef.h>
#include <stdint.h>

#define FAR_MOST 8	/* vantages */
#define FAR_NAME_MAX 16 /* as PROBE_VANTAGE_MAX */

struct far_place {
	char name[FAR_NAME_MAX]; /* "" where only an address was wanted */
	struct addr addr;
	uint16_t port;
};

/* Reads "192.0.2.1:7790" or "[2001:db8::1]:7790". 0, ERR_SYNTAX. */
int far_address(const char *text, size_t len, struct far_place *out);

/* Reads "name=address:port,..."; how many, or ERR_SYNTAX, ERR_RANGE. */
int far_places(const char *text, struct far_place out[FAR_MOST]);

#endif
