/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core has to say once the batch is committed: lines on standard output, records to web.
 */
#ifndef FLOWD_CORE_ANNOUNCE_H
#define FLOWD_CORE_ANNOUNCE_H

#include "base/ipc.h"
#include "base/record.h"

struct announce;

/*
 * `web` (borrowed) may be NULL. Live, `waiting` bytes of lines may wait for the reader of standard
 * output; 0, in a replay: the reader is waited for. NULL when memory is short.
 */
struct announce *announce_new(struct ipc *web, size_t waiting);
void announce_free(struct announce *a);

/* Notes what is to be said; NULL: nothing. */
void announce_event(struct announce *a, const struct event_row *event);
void announce_triage(struct announce *a, const struct triage *triage);
void announce_run(struct announce *a, const struct tool_run *run);
void announce_alert(struct announce *a, const struct alert *alert);
void announce_tally(struct announce *a, const struct tally *tally,
		    const struct trouble_news *troubles, size_t count);

/* Tells web at once how a role fares; with `line` it is said on standard output, too. */
void announce_role(struct announce *a, const struct role_news *news, bool line);

/* Tells web at once how loading the rules went. */
void announce_rules(struct announce *a, const struct rules_news *news);

void announce_sweep(struct announce *a, const struct sweep *sweep);

/* How far it is, which lines do not say: web alone is told. */
void announce_progress(struct announce *a, const struct sweep *sweep);

/* Something was noted since announce_say: the batch holds more than counts. */
bool announce_has_news(const struct announce *a);

/* Says it: what follows from the batch has been committed. Web misses what its queue has no room
 * for. */
void announce_say(struct announce *a);

/*
 * Nothing more will be said: gives the reader a moment for what still waits. 0; -errno: in a replay
 * not everything could be written.
 */
int announce_end(struct announce *a);

/* Lines that were not printed since nobody read them; and whether that is news, true only once. */
uint64_t announce_dropped(const struct announce *a);
bool announce_is_stuck(struct announce *a);

#endif
