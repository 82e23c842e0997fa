/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes Ethernet frames with right checksums and writes them into a capture file.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include "base/addr.h"

#include <stdio.h>

#define FRAME_FIN 1
#define FRAME_SYN 2
#define FRAME_RST 4
#define FRAME_PSH 8
#define FRAME_ACK 16

/* One packet; all in host order. */
struct frame {
	struct addr src, dst;
	uint16_t sport, dport;
	uint16_t vlan; /* 0: no tag */
	uint8_t proto; /* 6 or 17; 1: an ICMP echo; anything else: a fragment's rest */
	uint8_t flags; /* FRAME_* */
	bool stamps;   /* TCP time stamps */
	bool leaves;   /* from inside to outside */
	uint32_t seq, ack;
	const uint8_t *data;
	size_t len;
};

struct frame_file {
	FILE *out;
	uint64_t now_us;
	uint64_t packets, bytes; /* written */
	uint16_t ident;
};

/* Opens a capture file that starts at `now_us`. 0 or -errno. */
int frame_open(struct frame_file *file, const char *path, uint64_t now_us);

/* Writes the packet at file->now_us. A short write ends the program. */
void frame_send(struct frame_file *file, const struct frame *frame);

/* Writes an ARP question about 10.0.x.y. */
void frame_send_arp(struct frame_file *file, uint16_t low);

/* 0 or -errno. */
int frame_close(struct frame_file *file);

#endif
