/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody has said may be there: it is no news, as long as it is what it was.
 */
#ifndef FLOWD_CORE_BOOK_APPROVALS_H
#define FLOWD_CORE_BOOK_APPROVALS_H

#include "flowd/core/lifecycle.h"

/* Is this service, which is met for the first time, approved of? */
bool approvals_cover(const struct lifecycle *l, const struct store_service *row);

/*
 * A probe has looked at it: an entry that is open is bound to what it saw; one that was bound to
 * something else is void from now on, which is an event. 0 or an error of the store.
 */
int approvals_check(struct lifecycle *l, struct store_service *row, const struct probe *probe);

/* What a probe has seen, in an entry with nothing else in it; "" nothing. */
void approvals_face(const struct probe *probe, struct baseline *out);

/* The wire has proved another name than before: likewise. */
int approvals_rename(struct lifecycle *l, struct store_service *row);

/* The time of a service's entry is over, which is an event, once, when the service was ever seen. 0
 * or an error of the store. */
int approvals_lapse(struct lifecycle *l, const struct service *service);

/* Freezes into an alert what was approved at its place. */
void approvals_expect(const struct lifecycle *l, struct alert *alert);

/* Entries that web sends, in the bytes of the bulk message `fd`. 0; 1: it makes no sense, or too
 * many such messages wait. */
int approvals_take(struct lifecycle *l, int fd);

/* Puts some of the entries that wait. 0 or an error of the store. */
int approvals_tick(struct lifecycle *l);

#endif
