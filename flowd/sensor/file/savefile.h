/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture files in the classic format (draft-ietf-opsawg-pcap), read in large pieces whose frames
 * are handed out where they lie. Only files whose header holds nothing unusual; all others are for
 * libpcap, by way of savefile_stream.
 */
#ifndef FLOWD_SENSOR_FILE_SAVEFILE_H
#define FLOWD_SENSOR_FILE_SAVEFILE_H

#include "flowd/sensor/capture.h"

#include <stdbool.h>
#include <stdio.h>

struct savefile;

/* A file, or a pipe, open at its beginning; `fd` is owned from then on. NULL when memory is short.
 */
struct savefile *savefile_new(int fd);
void savefile_free(struct savefile *file);

/*
 * May its frames be taken from here? Looks at the first bytes, which are not lost by that. True:
 * Ethernet or IP frames, version 2.4, times in micro- or nanoseconds, either byte order.
 */
bool savefile_is_plain(struct savefile *file);

/* LINKTYPE_* of a plain one, as libpcap's DLT_*. */
int savefile_link(const struct savefile *file);

/*
 * The frames that follow, at most `most`, borrowed until the next call. How many; 0: the file has
 * ended; ERR_CAPTURE and `error` (CAPTURE_ERROR_MAX bytes).
 */
int savefile_take(struct savefile *file, struct capture_frame *frames, int most, char *error);

/* How many bytes have been handed out. */
uint64_t savefile_at(const struct savefile *file);

/* Everything from the first byte on, as a stream that reads by its own buffer and borrows the file.
 * NULL when memory is short. */
FILE *savefile_stream(struct savefile *file);

#endif
