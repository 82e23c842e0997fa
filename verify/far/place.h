/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where one of us is called, and by what name.
 */
#ifndef VERIFY_FAR_PLACE_H
#define VERIFY_FAR_PLACE_H

#include "base/addr.h"
#include "base/conf.h"

#include <stddef.h>
#include <stdint.h>

#define PLACE_MOST 8	  /* in a list */
#define PLACE_NAME_MAX 16 /* as PROBE_VANTAGE_MAX */

struct place {
	char name[PLACE_NAME_MAX]; /* "" where only an address was wanted */
	struct addr addr;
	uint16_t port; /* 0: it calls */
};

/* Reads "192.0.2.1:7790" or "[2001:db8::1]:7790". 0, ERR_SYNTAX. */
int place_parse(const char *text, size_t len, struct place *out);

/* Reads "name=address:port,...", a name alone for one who calls; how many, or ERR_SYNTAX,
 * ERR_RANGE. */
int place_parse_list(const char *text, struct place out[PLACE_MOST]);

/* A socket that listens at such an address, for so many who wait; or an error, as place_parse or
 * -errno. */
int place_listen(const char *text, int waiting);

/* Those who are called, or awaited. How many, or an error. */
int place_of_conf(const struct conf *conf, struct place out[PLACE_MOST]);

#endif
