/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a capture file. What is read without libpcap must be read as libpcap does: the same
 * bytes with a flag in the header that says how long a frame's checksum is, which changes no frame,
 * are for libpcap. An odd last byte: through a filter as well.
 */
#include "base/err.h"
#include "flowd/sensor/capture.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FLAG 0x04 /* in the first byte of the link type */
#define LINK_AT 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read of a capture, in one number. */
struct digest {
	uint64_t sum, frames;
	int status;
};

static void add(uint64_t *sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len--)
		*sum = (*sum ^ *p++) * 0x100000001b3;
}

static void take(void *arg, const struct capture_frame *frames, int count)
{
	struct digest *d = arg;
	int i;

	assert(count >= 0 && count <= CAPTURE_BATCH);
	for (i = 0; i < count; i++) {
		add(&d->sum, frames[i].bytes, frames[i].captured);
		add(&d->sum, &frames[i].captured, sizeof(frames[i].captured));
		add(&d->sum, &frames[i].length, sizeof(frames[i].length));
		add(&d->sum, &frames[i].time_us, sizeof(frames[i].time_us));
		d->frames++;
	}
}

static struct digest read_all(const uint8_t *data, size_t size, const char *filter)
{
	char path[64], error[CAPTURE_ERROR_MAX] = "";
	struct digest d = { .status = 1 };
	struct capture *capture;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	d.status = capture_open_file(path, &capture, error);
	close(fd);
	assert(!d.status || *error);
	if (d.status)
		return d;
	add(&d.sum, &(int){ capture_link(capture) }, sizeof(int));
	/* There are link types that nothing can be asked of. */
	d.status = filter && capture_filter(capture, filter, error) ? ERR_CAPTURE : 1;
	while (d.status > 0)
		d.status = capture_read(capture, 100, take, &d, error);
	assert(!d.status || *error);
	capture_close(capture);
	return d;
}

/* The places of the link type's first byte, by the byte order that the magic number is in. */
static bool may_be_plain(const uint8_t *data, size_t size, size_t *flag_at)
{
	static const uint8_t magics[4][4] = { { 0xa1, 0xb2, 0xc3, 0xd4 },
					      { 0xa1, 0xb2, 0x3c, 0x4d },
					      { 0xd4, 0xc3, 0xb2, 0xa1 },
					      { 0x4d, 0x3c, 0xb2, 0xa1 } };
	size_t i;

	for (i = 0; size >= LINK_AT + 4 && i < 4; i++)
		if (!memcmp(data, magics[i], 4)) {
			*flag_at = i < 2 ? LINK_AT : LINK_AT + 3;
			return !data[*flag_at];
		}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest plain, pcap;
	const char *filter = size && data[size - 1] & 1 ? "tcp" : NULL;
	uint8_t *flagged;
	size_t at;

	plain = read_all(data, size, NULL);
	if (!may_be_plain(data, size, &at))
		return 0;
	flagged = malloc(size);
	assert(flagged);
	memcpy(flagged, data, size);
	flagged[at] |= FLAG;
	pcap = read_all(flagged, size, NULL);
	assert(plain.status == pcap.status && plain.frames == pcap.frames && plain.sum == pcap.sum);
	if (filter && !plain.status) {
		plain = read_all(data, size, filter);
		pcap = read_all(flagged, size, filter);
		assert(plain.status == pcap.status && plain.frames == pcap.frames);
		assert(plain.sum == pcap.sum);
	}
	free(flagged);
	return 0;
}
