/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of a sweep: SYNs leave as frames of AF_PACKET in batches, or by the kernel where
 * there is no Ethernet; SYN-ACKs to our port come up by ears. The port is a sweep's own and held
 * without listening: the kernel's RST closes what was half opened.
 */
#ifndef VERIFY_SWEEP_GEAR_H
#define VERIFY_SWEEP_GEAR_H

#include "verify/raw.h"
#include "verify/source.h"
#include "verify/sweep/hop.h"
#include "verify/sweep/inlet.h"

#define GEAR_BATCH 64
#define GEAR_EARS 2 /* IPv4, IPv6 */

struct gear;

/* Opens them, before the cage; nothing comes up until gear_listen, but ICMP errors, which `raw`
 * hears. 0; -EPERM, -EACCES: no
 * CAP_NET_RAW; -errno. */
int gear_open(struct source *source, struct raw *raw, struct gear **out);
void gear_close(struct gear *g);

struct route *gear_route(struct gear *g);

/* The descriptor that answers of a family come up by, for a loop to watch. */
int gear_ear(const struct gear *g, unsigned which);

/* Starts hearing, or stops and forgets what was not read. 0 or -errno. */
int gear_listen(struct gear *g, bool on);

/* Takes the next SYN-ACK that answers one of our SYNs. 1, or 0: none is waiting. */
int gear_hear(struct gear *g, unsigned which, struct inlet_answer *out);

/* How many answers found no room since it was asked last. */
uint64_t gear_lost(struct gear *g);

/* Puts a SYN into the batch, which has room for GEAR_BATCH. */
void gear_add(struct gear *g, const struct hop *hop, const struct addr *to, uint16_t port);
bool gear_is_full(const struct gear *g);

/* Sends the batch, or what there is room for: how many left it; -errno: the rest is thrown away. */
int gear_flush(struct gear *g);

/* How many the batch holds; and throws them away. */
unsigned gear_waiting(const struct gear *g);
void gear_drop(struct gear *g);

/* Sends one SYN by the kernel. 0; -EAGAIN: no room; -errno. */
int gear_send(struct gear *g, const struct hop *hop, const struct addr *to, uint16_t port);

#endif
