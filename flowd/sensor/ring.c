/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/ring.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

/*
 * PACKET_FANOUT_HASH would take the outer ports of VXLAN and GENEVE, which differ between the two
 * directions of what is inside. So a program of our own looks for the inner addresses, and takes
 * the outer ones where it finds no tunnel. It need not be exact: both directions of a connection
 * look alike to it, and that is all that counts.
 */
#define PROGRAM_MOST 192
#define LABELS_MOST 24

#define NET(offset) ((uint32_t)(SKF_NET_OFF + (offset))) /* from the outer IP header on */

enum label {
	FALL, /* the next instruction */
	IPV4,
	IPV6,
	OUTER,
	UDP,
	GENEVE,
	VXLAN,
	GRE,
	CHECKSUM,
	NO_CHECKSUM,
	KEY,
	NO_KEY,
	SEQUENCE,
	NO_SEQUENCE,
	ERSPAN_1,
	ERSPAN_2,
	ERSPAN_3,
	ETHER,
	TAGGED,
	UNTAGGED,
	HASH4,
	HASH6,
	HASH4_AT,
	HASH6_AT,
};

_Static_assert(HASH6_AT < LABELS_MOST, "labels");

/* A program as it is written. */
struct text {
	struct sock_filter code[PROGRAM_MOST];
	uint8_t count;
	uint8_t places[LABELS_MOST];
};

/* Places of the scratch memory. */
enum { AT, TYPE }; /* where the next header begins; what GRE says it is */

static void put(struct text *t, uint16_t code, uint32_t k)
{
	t->code[t->count++] = (struct sock_filter){ .code = code, .k = k };
}

/* A test: jumps hold labels until they are settled. */
static void test(struct text *t, uint16_t code, uint32_t k, enum label yes, enum label no)
{
	t->code[t->count++] = (struct sock_filter){ (uint16_t)(BPF_JMP | code | BPF_K),
						    (uint8_t)yes, (uint8_t)no, k };
}

static void jump(struct text *t, enum label to)
{
	test(t, BPF_JEQ, 0, to, to);
}

static void place(struct text *t, enum label label)
{
	t->places[label] = t->count;
}

static void settle(struct text *t)
{
	struct sock_filter *c;
	uint8_t i;

	for (i = 0; i < t->count; i++) {
		c = &t->code[i];
		if (BPF_CLASS(c->code) != BPF_JMP)
			continue;
		c->jt = c->jt ? (uint8_t)(t->places[c->jt] - i - 1) : 0;
		c->jf = c->jf ? (uint8_t)(t->places[c->jf] - i - 1) : 0;
	}
}

/* AT = X + n; X = AT */
static void move_on(struct text *t, uint32_t n)
{
	put(t, BPF_MISC | BPF_TXA, 0);
	put(t, BPF_ALU | BPF_ADD | BPF_K, n);
	put(t, BPF_ST, AT);
	put(t, BPF_MISC | BPF_TAX, 0);
}

/* The outer header: X becomes its length where something may be inside. */
static void write_outer(struct text *t)
{
	put(t, BPF_LD | BPF_B | BPF_ABS, NET(0));
	put(t, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	test(t, BPF_JEQ, 0x40, IPV4, FALL);
	test(t, BPF_JEQ, 0x60, IPV6, FALL);
	put(t, BPF_RET | BPF_K, 0);

	place(t, IPV6);
	put(t, BPF_LDX | BPF_IMM, 40);
	put(t, BPF_LD | BPF_B | BPF_ABS, NET(6));
	test(t, BPF_JEQ, 17, UDP, FALL);
	test(t, BPF_JEQ, 47, GRE, HASH6);

	place(t, IPV4);
	put(t, BPF_LD | BPF_H | BPF_ABS, NET(6));
	test(t, BPF_JSET, 0x1fff, HASH4, FALL);
	put(t, BPF_LDX | BPF_B | BPF_MSH, NET(0));
	put(t, BPF_LD | BPF_B | BPF_ABS, NET(9));
	test(t, BPF_JEQ, 17, UDP, FALL);
	test(t, BPF_JEQ, 47, GRE, FALL);
	test(t, BPF_JEQ, 4, HASH4_AT, HASH4);
}

/* UDP: X becomes the place of the Ethernet header inside (RFC 7348, RFC 8926). */
static void write_udp(struct text *t)
{
	place(t, UDP);
	put(t, BPF_LD | BPF_H | BPF_IND, NET(2));
	test(t, BPF_JEQ, 4789, VXLAN, FALL);
	test(t, BPF_JEQ, 8472, VXLAN, FALL);
	test(t, BPF_JEQ, 6081, GENEVE, OUTER);

	place(t, GENEVE);
	put(t, BPF_LD | BPF_B | BPF_IND, NET(8));
	put(t, BPF_ALU | BPF_AND | BPF_K, 0x3f);
	put(t, BPF_ALU | BPF_LSH | BPF_K, 2);
	put(t, BPF_ALU | BPF_ADD | BPF_X, 0);
	put(t, BPF_MISC | BPF_TAX, 0);

	place(t, VXLAN);
	move_on(t, 16);
	jump(t, ETHER);
}

/* GRE adds four bytes for each of checksum, key and sequence number (RFC 2784, RFC 2890). */
static void write_gre(struct text *t)
{
	static const struct {
		uint32_t flag;
		enum label yes, no;
	} parts[] = { { 0x8000, CHECKSUM, NO_CHECKSUM },
		      { 0x2000, KEY, NO_KEY },
		      { 0x1000, SEQUENCE, NO_SEQUENCE } };
	size_t i;

	place(t, GRE);
	/* ERSPAN type I is the one without a sequence number: its flags are part of the type. */
	put(t, BPF_LD | BPF_W | BPF_IND, NET(0));
	put(t, BPF_ST, TYPE);
	move_on(t, 4);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		put(t, BPF_LD | BPF_MEM, TYPE);
		test(t, BPF_JSET, parts[i].flag << 16, parts[i].yes, parts[i].no);
		place(t, parts[i].yes);
		move_on(t, 4);
		place(t, parts[i].no);
	}
	put(t, BPF_LD | BPF_MEM, TYPE);
	put(t, BPF_ALU | BPF_AND | BPF_K, 0xffff);
	test(t, BPF_JEQ, 0x0800, HASH4_AT, FALL);
	test(t, BPF_JEQ, 0x86dd, HASH6_AT, FALL);
	test(t, BPF_JEQ, 0x6558, ETHER, FALL);
	test(t, BPF_JEQ, 0x22eb, ERSPAN_3, FALL);
	test(t, BPF_JEQ, 0x88be, ERSPAN_1, OUTER);

	place(t, ERSPAN_1);
	put(t, BPF_LD | BPF_MEM, TYPE);
	test(t, BPF_JSET, 0x10000000, ERSPAN_2, ETHER);
	place(t, ERSPAN_2);
	move_on(t, 8);
	jump(t, ETHER);
	place(t, ERSPAN_3);
	move_on(t, 12);
}

/* The Ethernet header at X, with one tag at most. */
static void write_ether(struct text *t)
{
	place(t, ETHER);
	put(t, BPF_LD | BPF_H | BPF_IND, NET(12));
	test(t, BPF_JEQ, 0x8100, TAGGED, UNTAGGED);
	place(t, TAGGED);
	move_on(t, 4);
	put(t, BPF_LD | BPF_H | BPF_IND, NET(12));
	place(t, UNTAGGED);
	put(t, BPF_ST, TYPE);
	move_on(t, 14);
	put(t, BPF_LD | BPF_MEM, TYPE);
	test(t, BPF_JEQ, 0x0800, HASH4_AT, FALL);
	test(t, BPF_JEQ, 0x86dd, HASH6_AT, OUTER);
}

/* Words at X, xored: the same when the two addresses change places. */
static void write_hash(struct text *t, const uint32_t *offsets, size_t count)
{
	size_t i;

	put(t, BPF_LD | BPF_IMM, 0);
	put(t, BPF_ST, TYPE);
	put(t, BPF_STX, AT);
	for (i = 0; i < count; i++) {
		put(t, BPF_LDX | BPF_MEM, AT);
		put(t, BPF_LD | BPF_W | BPF_IND, NET(offsets[i]));
		put(t, BPF_LDX | BPF_MEM, TYPE);
		put(t, BPF_ALU | BPF_XOR | BPF_X, 0);
		put(t, BPF_ST, TYPE);
	}
	put(t, BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1);
	put(t, BPF_ALU | BPF_RSH | BPF_K, 16);
	put(t, BPF_RET | BPF_A, 0);
}

static void write_program(struct text *t)
{
	static const uint32_t v4[] = { 12, 16 }, v6[] = { 16, 20, 32, 36 };

	write_outer(t);
	write_udp(t);
	write_gre(t);
	write_ether(t);
	place(t, OUTER);
	put(t, BPF_LD | BPF_B | BPF_ABS, NET(0));
	put(t, BPF_ALU | BPF_AND | BPF_K, 0xf0);
	test(t, BPF_JEQ, 0x60, HASH6, HASH4);
	place(t, HASH4);
	put(t, BPF_LDX | BPF_IMM, 0);
	place(t, HASH4_AT);
	write_hash(t, v4, 2);
	place(t, HASH6);
	put(t, BPF_LDX | BPF_IMM, 0);
	place(t, HASH6_AT);
	write_hash(t, v6, 4);
	settle(t);
}

uint64_t ring_drops(int fd)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	/* The kernel begins from zero at each answer. */
	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) ? 0 : stats.tp_drops;
}

int ring_join(struct ring_group *group, int fd)
{
	uint32_t word = (uint32_t)PACKET_FANOUT_CBPF << 16 | group->id;
	struct text text = { .count = 0 };
	struct sock_fprog program;
	socklen_t len = sizeof(word);

	/* The kernel picks a group that nobody has. */
	if (!group->joined)
		word |= (uint32_t)PACKET_FANOUT_FLAG_UNIQUEID << 16;
	if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &word, sizeof(word)))
		return -errno;
	if (!group->joined) {
		if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &word, &len))
			return -errno;
		group->id = (uint16_t)word;
		write_program(&text);
		program = (struct sock_fprog){ text.count, text.code };
		if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof(program)))
			return -errno;
	}
	group->joined++;
	return 0;
}
