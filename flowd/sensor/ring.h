/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's side of a live capture (packet(7)), where libpcap has no word for it: drops, and
 * several captures of one interface that share its frames.
 */
#ifndef FLOWD_SENSOR_RING_H
#define FLOWD_SENSOR_RING_H

#include <stddef.h>
#include <stdint.h>

/* Packets the kernel has dropped since this was asked last. 0: none, or it does not say. */
uint64_t ring_drops(int fd);

/* Captures that share one interface; begin with zeros. */
struct ring_group {
	uint16_t id;
	size_t joined;
};

/*
 * A capture's descriptor joins. Frames of the same two addresses go to the same capture from then
 * on, in both directions and inside tunnels, too. 0 or -errno.
 */
int ring_join(struct ring_group *group, int fd);

#endif
