/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a sweep's SYN-ACKs come up: a ring that the kernel fills (packet(7), TPACKET_V2), so that
 * none is lost while others have their turn.
 */
#ifndef VERIFY_SWEEP_INLET_H
#define VERIFY_SWEEP_INLET_H

#include "verify/syn.h"

struct inlet {
	int fd; /* -1: closed */
	bool six;
	uint8_t *ring; /* NULL: not there */
	unsigned count, at;
};

/* Opens it for segments to a port; nothing comes up until inlet_listen. 0 or -errno. */
int inlet_open(struct inlet *inlet, bool six, uint16_t port);
void inlet_close(struct inlet *inlet);

/* Starts hearing, or stops and forgets what was not read. 0 or -errno. */
int inlet_listen(struct inlet *inlet, bool on);

struct inlet_answer {
	struct syn_answer syn;
	struct addr to; /* our address */
	uint16_t window;
	uint8_t options_len;
	uint8_t options[40]; /* of TCP, as they came */
};

/* Takes the next SYN-ACK that answers a SYN made with the key. 1, or 0: none is waiting. */
int inlet_hear(struct inlet *inlet, const struct hash_key *key, struct inlet_answer *out);

/* How many answers found no room since it was asked last. */
uint64_t inlet_lost(struct inlet *inlet);

#endif
