/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines for a reader who may stop reading: they wait up to a limit, and are dropped and counted
 * over it. Nobody waits for the reader.
 */
#ifndef FLOWD_CORE_OUTPUT_H
#define FLOWD_CORE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

struct output;

/* Writes to `fd`, which stays the caller's; `limit` bytes may wait. NULL when memory is short. */
struct output *output_new(int fd, size_t limit);
void output_free(struct output *o);

/* Takes whole lines, each as far as there is room for all of it. */
void output_put(struct output *o, const char *lines, size_t len);

/*
 * Writes what the reader takes now, waiting for him `patience_ms` at most each time he takes
 * nothing. 0; -EAGAIN: something still waits; -errno: nobody will ever read it, so it is dropped.
 */
int output_flush(struct output *o, int patience_ms);

/* Lines that were dropped. */
uint64_t output_dropped(const struct output *o);

#endif
