/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from a capture file or a live interface (libpcap).
 */
#ifndef FLOWD_SENSOR_CAPTURE_H
#define FLOWD_SENSOR_CAPTURE_H

#include "base/conf.h"

#include <stddef.h>
#include <stdint.h>

#define CAPTURE_ERROR_MAX 512
#define CAPTURE_MOST 16 /* interfaces, or files, at once */

struct capture;

/* A frame; `bytes` borrowed until the function returns that it is handed to. */
struct capture_frame {
	const uint8_t *bytes;
	uint32_t captured, length; /* bytes at hand, bytes on the wire */
	wall_t time_us;
};

/* Gets frames in their order, CAPTURE_BATCH at most. */
#define CAPTURE_BATCH 32
typedef void (*capture_fn)(void *arg, const struct capture_frame *frames, int count);

/*
 * Opens a pcap or pcapng file; "-" is standard input. 0, or ERR_CAPTURE and what is wrong in
 * `error` (CAPTURE_ERROR_MAX bytes).
 */
int capture_open_file(const char *path, struct capture **out, char *error);

/*
 * Opens an interface with the buffer, snapshot length and mode of `conf`. Results as above;
 * ERR_NOT_FOUND: it is not there, or down.
 */
int capture_open_live(const char *interface, const struct conf *conf, struct capture **out,
		      char *error);

void capture_close(struct capture *capture);

/* Lets only frames through that match a BPF expression. Results as above. */
int capture_filter(struct capture *capture, const char *expression, char *error);

/* The interface or path it was opened by; borrowed. */
const char *capture_name(const struct capture *capture);

/* LINKTYPE_* of the frames. */
int capture_link(const struct capture *capture);

/* To wait for frames of a live capture; borrowed. */
int capture_fd(const struct capture *capture);

/*
 * Hands over the frames that are there, at most `most`. The number handed over; 0: the file has
 * ended, or no live frame is waiting; ERR_CAPTURE and `error`.
 */
int capture_read(struct capture *capture, int most, capture_fn fn, void *arg, char *error);

/* How far a file has been read and how long it is, in bytes; both 0 when that can't be known. */
void capture_progress(const struct capture *capture, uint64_t *at, uint64_t *size);

/*
 * What was lost since the capture was opened; zeros for a file, and for the interface where it has
 * no counters (any).
 */
void capture_drops(struct capture *capture, uint64_t *kernel, uint64_t *interface);

#endif
