/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The raw sockets that half-open probes leave and their answers come by.
 */
#ifndef VERIFY_RAW_H
#define VERIFY_RAW_H

#include "verify/budget.h"
#include "verify/source.h"
#include "verify/syn.h"

enum raw_socket { RAW_TCP4, RAW_TCP6, RAW_ICMP4, RAW_ICMP6, RAW_SOCKETS };

struct raw {
	int fd[RAW_SOCKETS]; /* -1: not there */
	/* Hold the port: nobody else here gets it, and as nobody listens, the kernel's own RST
	 * closes what our SYN half opened. */
	int held[2];
	uint16_t port; /* that SYNs come from */
	struct hash_key key;
};

/*
 * Opens what there is: a kernel without IPv6 leaves those sockets out. 0; -EPERM, -EACCES: no
 * CAP_NET_RAW; -errno.
 */
int raw_open(struct raw *raw, struct source *source);
void raw_close(struct raw *raw);

/* Can SYNs be sent to the family of `to`? */
bool raw_has(const struct raw *raw, const struct addr *to);

/*
 * Sends one SYN. 0: it has left; -EAGAIN, ERR_DENIED, ERR_REST as budget_take; -ENOBUFS: a queue of
 * this host is full; -errno: this host refuses it (-EPERM its firewall, -ENETUNREACH no route).
 */
int raw_send(struct raw *raw, struct budget *budget, const struct source_way *way, mono_t now);

/* ICMP errors about SYNs from `port` are taken, too, if they have cookies by raw.key. 0; -errno. */
int raw_hear_also(struct raw *raw, uint16_t port);

/* Takes the next answer to one of our SYNs, leaving out what is none. 1; 0: none is waiting. */
int raw_recv(struct raw *raw, enum raw_socket which, struct syn_answer *out);

#endif
