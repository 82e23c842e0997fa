/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The yardstick: reads a capture file with libpcap and does nothing with it. With -b libpcap reads
 * through a buffer of 1 MiB instead of its own small one.
 */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER (1 << 20)

static void nothing(u_char *arg, const struct pcap_pkthdr *head, const u_char *bytes)
{
	(void)arg;
	(void)head;
	(void)bytes;
}

static pcap_t *open_buffered(const char *path, char *error)
{
	/* glibc takes no notice of the size unless it is given the room, too; the kernel copies
	 * faster to where a page begins. */
	char *room = aligned_alloc(4096, BUFFER);
	FILE *in = fopen(path, "rb");

	if (!in || !room || setvbuf(in, room, _IOFBF, BUFFER)) {
		snprintf(error, PCAP_ERRBUF_SIZE, "cannot open %s", path);
		return NULL;
	}
	return pcap_fopen_offline(in, error);
}

int main(int argc, char **argv)
{
	bool buffered = argc == 3 && !strcmp(argv[1], "-b");
	char error[PCAP_ERRBUF_SIZE];
	unsigned long long packets = 0;
	pcap_t *pcap;
	int n;

	if (argc != 2 && !buffered) {
		fprintf(stderr, "usage: %s [-b] FILE\n", argv[0]);
		return 2;
	}
	pcap = buffered ? open_buffered(argv[2], error) : pcap_open_offline(argv[1], error);
	if (!pcap) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	while ((n = pcap_dispatch(pcap, -1, nothing, NULL)) > 0)
		packets += (unsigned)n;
	fprintf(stderr, "%llu packets\n", packets);
	pcap_close(pcap);
	return n < 0;
}
