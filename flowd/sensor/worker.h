/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One worker of the sensor: the packets of its captures, from frame to sighting, with tables of its
 * own. Workers share nothing that they write but `expect`; each belongs to one thread.
 */
#ifndef FLOWD_SENSOR_WORKER_H
#define FLOWD_SENSOR_WORKER_H

#include "base/conf.h"
#include "base/hash.h"
#include "flowd/sensor/capture.h"
#include "flowd/sensor/learn.h"

struct expect;
struct ipc;
struct worker;

/* What a worker is made with; all but `core` borrowed until worker_free. */
struct worker_plan {
	const struct conf *conf;
	const struct prefix_set *own; /* addresses of this host: our probes come from them */
	const struct learn *learnt;   /* what core knows */
	struct ipc *core;	      /* its own sender; owned by the worker from then on */
	struct expect *expect;	      /* shared by all */
	struct hash_key key;	      /* of its tables */
	unsigned number;	      /* from 0 */
};

/* NULL when memory is short; `plan->core` is then still the caller's. */
struct worker *worker_new(const struct worker_plan *plan);
void worker_free(struct worker *worker);

/* Frames of this capture are the worker's; it closes it. False when it has too many. */
bool worker_add(struct worker *worker, struct capture *capture);

/*
 * Takes the frames of its capture `i` that are there, `most` at most. How many; 0: the file has
 * ended, or none is waiting; ERR_CAPTURE and `error` (CAPTURE_ERROR_MAX bytes).
 */
int worker_read(struct worker *worker, size_t i, int most, char *error);

/* Its captures; NULL past the last, and for one that was closed. */
struct capture *worker_capture(const struct worker *worker, size_t i);
size_t worker_captures(const struct worker *worker);

/* Closes a capture that can't be read any more; what it has dropped stays counted. */
void worker_drop(struct worker *worker, size_t i);

/* Frames taken so far, of all captures and of the latest. */
uint64_t worker_frames(const struct worker *worker);
uint64_t worker_frame(const struct worker *worker);

/* Tells core what has been counted of known services; what it has counted of packets. */
void worker_flush(struct worker *worker);
void worker_count(struct worker *worker, wall_t now);

/* Sends what is batched. */
void worker_send(struct worker *worker);

/* Core has forgotten what it was told: everything met is told again. */
void worker_unsay(struct worker *worker);

/* The end of the capture: everything that core has not heard yet. `now` 0: the latest packet's
 * time. */
void worker_finish(struct worker *worker, wall_t now);

#endif
