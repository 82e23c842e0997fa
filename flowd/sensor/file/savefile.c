/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/file/savefile.h"

#include "base/err.h"
#include "base/wire.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What is read at once: it fits the second-level cache. It goes to where a page begins, since the
 * kernel copies more slowly to a place a few bytes further on; what is left of a frame is put in
 * front of it.
 */
#define PIECE (256 << 10)
#define PAGE 4096
#define FRAME_MOST 262144 /* bytes; libpcap reads no longer ones either */
#define FRONT (FRAME_MOST + PAGE)

#define FILE_HEADER 24
#define FRAME_HEADER 16
#define MAGIC_US 0xa1b2c3d4
#define MAGIC_NS 0xa1b23c4d
#define VERSION_MAJOR 2
#define VERSION_MINOR 4
#define LINK_ETHERNET 1
#define LINK_RAW 101
#define LINK_RAW_PCAP 12 /* as libpcap calls it */
#define LINK_IPV4 228
#define LINK_IPV6 229

struct savefile {
	int fd;
	uint8_t *buffer;	 /* FRONT + PIECE bytes */
	const uint8_t *at, *end; /* what has been read and not handed out */
	uint64_t taken;		 /* bytes handed out */
	bool big, nano;		 /* its byte order and its times */
	bool ended;		 /* there is no more to read */
	int failed;		 /* errno of a read */
	uint32_t snaplen;
	int link;
};

_Static_assert(FRONT >= FRAME_MOST + FRAME_HEADER, "what is left of a frame has room in front");

struct savefile *savefile_new(int fd)
{
	struct savefile *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->buffer = aligned_alloc(PAGE, FRONT + PIECE);
	if (!f->buffer) {
		free(f);
		return NULL;
	}
	f->fd = fd;
	f->at = f->end = f->buffer + FRONT;
	return f;
}

void savefile_free(struct savefile *f)
{
	if (!f)
		return;
	close(f->fd);
	free(f->buffer);
	free(f);
}

static size_t left(const struct savefile *f)
{
	return (size_t)(f->end - f->at);
}

/* Reads another piece, behind what is left. */
static void read_piece(struct savefile *f)
{
	uint8_t *piece = f->buffer + FRONT;
	ssize_t n;

	f->at = memmove(piece - left(f), f->at, left(f));
	f->end = piece;
	do
		n = read(f->fd, piece, PIECE);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		f->end += n;
	else
		f->ended = true;
	if (n < 0)
		f->failed = errno;
}

/* Are there `len` bytes, FRAME_MOST and a header at most? */
static bool has(struct savefile *f, size_t len)
{
	while (left(f) < len && !f->ended)
		read_piece(f);
	return left(f) >= len;
}

static inline uint32_t number_at(const struct savefile *f, const uint8_t *p)
{
	uint32_t n = wire_be32_at(p);

	return f->big ? n : wire_swap32(n);
}

static bool is_link(uint32_t link)
{
	return link == LINK_ETHERNET || link == LINK_RAW || link == LINK_IPV4 || link == LINK_IPV6;
}

/* Is it a magic number, read in the byte order that is set? */
static bool take_magic(struct savefile *f)
{
	uint32_t magic = number_at(f, f->at);

	f->nano = magic == MAGIC_NS;
	return f->nano || magic == MAGIC_US;
}

bool savefile_is_plain(struct savefile *f)
{
	uint32_t version;

	if (!has(f, FILE_HEADER))
		return false;
	if (!take_magic(f)) {
		f->big = true;
		if (!take_magic(f))
			return false;
	}
	/* Two numbers of two bytes each, which swap places in one of four. */
	version = number_at(f, f->at + 4);
	f->snaplen = number_at(f, f->at + 16);
	f->link = (int)number_at(f, f->at + 20);
	if (version != (f->big ? VERSION_MAJOR << 16 | VERSION_MINOR
			       : VERSION_MINOR << 16 | VERSION_MAJOR) ||
	    !is_link((uint32_t)f->link))
		return false;
	if (!f->snaplen || f->snaplen > INT_MAX)
		f->snaplen = FRAME_MOST;
	f->at += FILE_HEADER;
	f->taken = FILE_HEADER;
	return true;
}

int savefile_link(const struct savefile *f)
{
	return f->link == LINK_RAW ? LINK_RAW_PCAP : f->link;
}

/* The file ends, or can't be read, within a frame. */
static int cut(const struct savefile *f, const char *what, size_t due, char *error)
{
	if (f->failed)
		snprintf(error, CAPTURE_ERROR_MAX, "it can't be read: %s", strerror(f->failed));
	else
		snprintf(error, CAPTURE_ERROR_MAX,
			 "the file is truncated: of %zu bytes of %s there are %zu", due, what,
			 left(f));
	return ERR_CAPTURE;
}

/* As libpcap has it: with a sign, unless it is in the other byte order. */
static inline int64_t time_at(const struct savefile *f, const uint8_t *p)
{
	uint32_t n = number_at(f, p);

	return f->big == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) ? (int32_t)n : (int64_t)n;
}

/* The frame at `at`, of which all bytes are there. */
static inline void take(const struct savefile *f, const uint8_t *at, uint32_t captured,
			struct capture_frame *frame)
{
	int64_t seconds = time_at(f, at), fraction = time_at(f, at + 4);

	/* Numbers of 32 bits, which no calendar is too short for. */
	frame->time_us = seconds * MONO_SECOND + (f->nano ? fraction / 1000 : fraction);
	frame->captured = captured < f->snaplen ? captured : f->snaplen;
	frame->length = number_at(f, at + 12);
	frame->bytes = at + FRAME_HEADER;
}

/* Makes one frame wholly there: 1, 0 or ERR_CAPTURE as savefile_take. */
static int await(struct savefile *f, char *error)
{
	uint32_t captured;

	if (!has(f, FRAME_HEADER))
		return left(f) || f->failed ? cut(f, "a frame's header", FRAME_HEADER, error) : 0;
	captured = number_at(f, f->at + 8);
	if (captured > FRAME_MOST) {
		snprintf(error, CAPTURE_ERROR_MAX, "a frame of %u bytes, which can't be", captured);
		return ERR_CAPTURE;
	}
	if (has(f, FRAME_HEADER + captured))
		return 1;
	return cut(f, "a frame and its header", FRAME_HEADER + captured, error);
}

/* The frames that are there, without another read: what was handed out stays where it is. */
static inline int take_all(struct savefile *f, struct capture_frame *frames, int most)
{
	const struct savefile of = *f; /* nobody changes it meanwhile: the compiler is to know */
	const uint8_t *at = f->at;
	uint32_t captured;
	int n;

	for (n = 0; n < most && of.end - at >= FRAME_HEADER; n++) {
		captured = number_at(&of, at + 8);
		if (captured > FRAME_MOST || (size_t)(of.end - at) - FRAME_HEADER < captured)
			break;
		take(&of, at, captured, &frames[n]);
		at += FRAME_HEADER + captured;
	}
	f->taken += (uint64_t)(at - f->at);
	f->at = at;
	return n;
}

int savefile_take(struct savefile *f, struct capture_frame *frames, int most, char *error)
{
	int rc = await(f, error);

	return rc > 0 ? take_all(f, frames, most) : rc;
}

uint64_t savefile_at(const struct savefile *f)
{
	return f->taken;
}

static ssize_t stream_read(void *cookie, char *to, size_t size)
{
	struct savefile *f = cookie;
	size_t len = left(f) < size ? left(f) : size;
	ssize_t n;

	if (len) {
		memcpy(to, f->at, len);
		f->at += len;
		f->taken += len;
		return (ssize_t)len;
	}
	if (f->failed) {
		errno = f->failed;
		return -1;
	}
	n = read(f->fd, to, size);
	f->taken += n > 0 ? (uint64_t)n : 0;
	return n;
}

FILE *savefile_stream(struct savefile *f)
{
	return fopencookie(f, "rb", (cookie_io_functions_t){ .read = stream_read });
}
