/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/sweep/inlet.h"

#include "base/err.h"

#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/if_packet.h>

#define FRAME 256 /* bytes of a place: the kernel's header, and the packet's own */
#define SNAP 100  /* of these, the packet's: both headers with all options of TCP */
#define BLOCK 65536
#define BLOCKS 64 /* 16384 answers */
#define READ_AT_ONCE 512
/* IEEE 802, for local experiments: a socket that had a protocol cannot be without one again. */
#define NOBODYS_ETHER 0x88b5

#define LOAD_BYTE(at) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at)
#define LOAD_HALF(at) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at)
#define LOAD_BYTE_X(at) BPF_STMT(BPF_LD | BPF_B | BPF_IND, at)
#define LOAD_HALF_X(at) BPF_STMT(BPF_LD | BPF_H | BPF_IND, at)
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define SYN_AND_ACK 0x12

/* SYN-ACKs to our port; resets, of which there are as many as closed ports, stay in the kernel. */
static int filter4(int fd, uint16_t port)
{
	struct sock_filter code[] = {
		LOAD_BYTE(9),
		UNLESS(IPPROTO_TCP, 9),
		LOAD_HALF(6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 7, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		LOAD_HALF_X(2),
		UNLESS(port, 4),
		LOAD_BYTE_X(13),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_AND_ACK),
		UNLESS(SYN_AND_ACK, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int filter6(int fd, uint16_t port)
{
	struct sock_filter code[] = {
		LOAD_BYTE(6),
		UNLESS(IPPROTO_TCP, 6),
		LOAD_HALF(40 + 2),
		UNLESS(port, 4),
		LOAD_BYTE(40 + 13),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_AND_ACK),
		UNLESS(SYN_AND_ACK, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAP),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int open_ring(struct inlet *inlet)
{
	struct tpacket_req ring = { .tp_block_size = BLOCK,
				    .tp_block_nr = BLOCKS,
				    .tp_frame_size = FRAME,
				    .tp_frame_nr = BLOCKS * (BLOCK / FRAME) };
	int version = TPACKET_V2;
	void *map;

	if (setsockopt(inlet->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(inlet->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))
		return -errno;
	map = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, inlet->fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	inlet->ring = map;
	inlet->count = ring.tp_frame_nr;
	return 0;
}

int inlet_open(struct inlet *inlet, bool six, uint16_t port)
{
	struct inlet fresh = { .six = six };
	int rc = 0;

	/* A socket of no protocol gets nothing. */
	fresh.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fresh.fd < 0 || (six ? filter6(fresh.fd, port) : filter4(fresh.fd, port)))
		rc = -errno;
	if (!rc)
		rc = open_ring(&fresh);
	if (rc)
		inlet_close(&fresh);
	else
		*inlet = fresh;
	return rc;
}

void inlet_close(struct inlet *inlet)
{
	if (inlet->ring)
		munmap(inlet->ring, (size_t)BLOCK * BLOCKS);
	if (inlet->fd >= 0)
		close(inlet->fd);
	*inlet = (struct inlet){ .fd = -1 };
}

static struct tpacket2_hdr *head_at(const struct inlet *inlet)
{
	return (struct tpacket2_hdr *)(inlet->ring + (size_t)inlet->at * FRAME);
}

static bool is_ours(const struct tpacket2_hdr *head)
{
	return __atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

static void give_back(struct inlet *inlet)
{
	__atomic_store_n(&head_at(inlet)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	inlet->at = (inlet->at + 1) % inlet->count;
}

int inlet_listen(struct inlet *inlet, bool on)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	uint8_t ether[2];

	wire_put_be16(ether, !on ? NOBODYS_ETHER : inlet->six ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(&ll.sll_protocol, ether, sizeof(ether));
	if (bind(inlet->fd, (struct sockaddr *)&ll, sizeof(ll)))
		return -errno;
	while (!on && is_ours(head_at(inlet)))
		give_back(inlet);
	return 0;
}

/* What else is in the segment of an answer that has been read already. */
static void read_rest(const uint8_t *tcp, size_t len, struct inlet_answer *out)
{
	struct wire w = wire_open(tcp, len);
	const uint8_t *head = wire_take(&w, 20);
	size_t options_len;

	out->options_len = 0;
	out->window = 0;
	if (!head)
		return;
	out->window = wire_be16_at(head + 14);
	options_len = (size_t)(head[12] >> 4) * 4;
	options_len = options_len > 20 ? options_len - 20 : 0;
	options_len = options_len < wire_left(&w) ? options_len : wire_left(&w);
	memcpy(out->options, wire_take(&w, options_len), options_len);
	out->options_len = (uint8_t)options_len;
}

/* A packet with its IP header. 0, or what the readers of syn.h say. */
static int read_packet(bool six, const struct hash_key *key, struct wire *w,
		       struct inlet_answer *out)
{
	const uint8_t *bytes = w->at;
	size_t len = wire_left(w), head = 40;
	struct syn_packet in = { .bytes = bytes, .len = len };
	int rc;

	if (len < head)
		return ERR_SHORT;
	if (!six) {
		head = (size_t)(bytes[0] & 15) * 4;
		out->to = addr_v4(bytes + 16);
		rc = syn_read_tcp4(key, &in, &out->syn);
	} else {
		in = (struct syn_packet){ .bytes = bytes + head,
					  .len = len - head,
					  .from = addr_v6(bytes + 8),
					  .to = addr_v6(bytes + 24),
					  .ttl = bytes[7] };
		out->to = in.to;
		rc = syn_read_tcp6(key, &in, &out->syn);
	}
	if (!rc && out->syn.kind != SYN_OPEN)
		rc = ERR_UNKNOWN;
	if (!rc)
		read_rest(bytes + head, len - head, out);
	return rc;
}

int inlet_hear(struct inlet *inlet, const struct hash_key *key, struct inlet_answer *out)
{
	struct tpacket2_hdr *head;
	unsigned left;
	struct wire w;
	int rc;

	for (left = READ_AT_ONCE; left && is_ours(head_at(inlet)); left--) {
		head = head_at(inlet);
		w = wire_open(head, FRAME);
		wire_take(&w, head->tp_net);
		wire_limit(&w, head->tp_snaplen);
		rc = read_packet(inlet->six, key, &w, out);
		give_back(inlet);
		if (!rc)
			return 1;
	}
	return 0;
}

uint64_t inlet_lost(struct inlet *inlet)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	/* Reading it clears it. */
	return getsockopt(inlet->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) ? 0
										  : stats.tp_drops;
}
