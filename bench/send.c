/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends the Ethernet frames of a capture to an interface at a steady rate, over and over until the
 * time is up: a whole second of frames lies ready in memory, so that reading costs nothing.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define FRAME_MOST 1514
#define MEMORY (768u << 20) /* bytes of frames at most */
#define SECONDS_MOST 60

struct frames {
	unsigned char *bytes;
	struct iovec *list;
	size_t count;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads as many frames as there is memory for. */
static bool load(const char *path, struct frames *f)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, error);
	size_t used = 0, room = MEMORY / 64;
	struct pcap_pkthdr *head;
	const unsigned char *bytes;

	f->bytes = malloc(MEMORY);
	f->list = calloc(room, sizeof(*f->list));
	if (!pcap || !f->bytes || !f->list)
		return false;
	while (f->count < room && pcap_next_ex(pcap, &head, &bytes) == 1) {
		size_t len = head->caplen < FRAME_MOST ? head->caplen : FRAME_MOST;

		if (used + len > MEMORY)
			break;
		memcpy(f->bytes + used, bytes, len);
		f->list[f->count++] = (struct iovec){ f->bytes + used, len };
		used += len;
	}
	pcap_close(pcap);
	return f->count > 0;
}

static int open_interface(const char *name)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(name) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	if (fd < 0 || !to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return fd;
}

/* Sends a batch from `at` on; how many frames went out. */
static int send_batch(int fd, const struct frames *f, size_t at)
{
	struct mmsghdr messages[BATCH];
	int i, n;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &f->list[(at + (size_t)i) % f->count];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	n = sendmmsg(fd, messages, BATCH, 0);
	return n < 0 && (errno == ENOBUFS || errno == EAGAIN) ? 0 : n;
}

/* 0 packets a second: as fast as it goes. Prints how many were sent and how long it took. */
static int run(int fd, const struct frames *f, double rate, double seconds)
{
	double start = now(), at;
	size_t sent = 0;
	int n;

	while ((at = now() - start) < seconds) {
		if (rate > 0 && (double)sent > at * rate) {
			usleep(200);
			continue;
		}
		n = send_batch(fd, f, sent);
		if (n < 0) {
			perror("send");
			return 1;
		}
		sent += (size_t)n;
	}
	printf("%zu %.3f\n", sent, at);
	return 0;
}

int main(int argc, char **argv)
{
	double seconds = argc == 5 ? strtod(argv[4], NULL) : 0;
	struct frames f = { .count = 0 };
	int fd;

	if (seconds <= 0 || seconds > SECONDS_MOST) {
		fprintf(stderr,
			"usage: %s CAPTURE INTERFACE PACKETS-A-SECOND SECONDS\n"
			"rate 0: as fast as it goes; %d seconds at most\n",
			argv[0], SECONDS_MOST);
		return 2;
	}
	fd = open_interface(argv[2]);
	if (fd < 0) {
		perror(argv[2]);
		return 1;
	}
	if (!load(argv[1], &f)) {
		fprintf(stderr, "%s: no frames\n", argv[1]);
		return 1;
	}
	return run(fd, &f, strtod(argv[3], NULL), seconds);
}
