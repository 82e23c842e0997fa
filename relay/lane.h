/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One receiver: its letters in their order and the thread that hands them over. A receiver that is
 * slow or gone holds up nobody else. The calls below are for the role's own thread.
 */
#ifndef RELAY_LANE_H
#define RELAY_LANE_H

#include "relay/sink.h"

struct lane;

/*
 * `conf` is borrowed; `wake` is a descriptor (eventfd) that is written to when lane_collect has
 * something. Reads the files it names. NULL and `error` (OUTBOX_ERROR_MAX).
 */
struct lane *lane_new(const struct sink_conf *conf, int wake, char *error);

/* Starts its thread. 0 or -errno. */
int lane_start(struct lane *lane);

/* A letter for it; one that it has already, or has handed over, is not taken again. */
void lane_put(struct lane *lane, const struct outbox_parcel *parcel);

/* Core has committed what it was told up to this. Until then nothing more is handed over. */
void lane_settle(struct lane *lane, const struct outbox_receipt *receipt);

/* Core was born again: it knows what it has, and sends the rest once more. */
void lane_restart(struct lane *lane);

/* What has become of letters, in order, `most` at a time: how many. */
size_t lane_collect(struct lane *lane, struct outbox_receipt *out, size_t most);

/* How it fares; false: as it did. */
bool lane_news(struct lane *lane, struct outbox_news *out);

/* Asks the thread to end after the try that is under way; has it? */
void lane_stop(struct lane *lane);
bool lane_has_ended(struct lane *lane);

/* Only of a lane that has ended, or was never started; NULL is fine. */
void lane_free(struct lane *lane);

#endif
