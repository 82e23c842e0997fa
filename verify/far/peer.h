/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to another of us, from the first packet to its end: records over TLS, each with
 * the header of base/ipc. Whatever is not a record that this side takes ends it.
 */
#ifndef VERIFY_FAR_PEER_H
#define VERIFY_FAR_PEER_H

#include "base/ipc.h"
#include "base/loop.h"
#include "verify/far/tlslink.h"

#define PEER_OUT (1 << 20) /* bytes that wait to be sent */

struct peer;

enum peer_news { PEER_UP, PEER_DOWN, PEER_NONSENSE };

struct peer_setup {
	struct loop *loop;
	const struct tlslink_keys *keys;
	bool server;	  /* the other one has called */
	bool obeys;	  /* it takes jobs and gives probes; else the other way round */
	const char *name; /* in its certificate; borrowed; NULL: see peer_is_named */
	void *arg;
	void (*news)(void *arg, struct peer *peer, enum peer_news news);
	void (*take)(void *arg, struct peer *peer, enum ipc_kind kind, const void *record);
};

/* Takes the connected or connecting socket, its own from then on. NULL when memory is short. */
struct peer *peer_new(const struct peer_setup *setup, int fd);

/* Not to be called from its functions, except `news` for PEER_DOWN. */
void peer_free(struct peer *peer);

bool peer_is_up(const struct peer *peer);

/* Does the certificate of one that is up bear this name? */
bool peer_is_named(const struct peer *peer, const char *name);

/*
 * What `bytes` begin with, said to one who obeys or to who gives orders: the size of a whole record
 * with its header; 0 there is more to come; -EPROTO it is nothing that this side takes.
 */
int peer_parse(bool obeys, const uint8_t *bytes, size_t len, struct ipc_header *out);

/* Sends a record of this size. False: it is not up, or too much waits: the record is lost. */
bool peer_send(struct peer *peer, enum ipc_kind kind, const void *record, size_t size);

#endif
