/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns as lines of JSON; flowd(8) describes the keys.
 */
#ifndef STORE_REPORT_H
#define STORE_REPORT_H

#include "store/store.h"

/* Each gives one line without its newline, to be freed; NULL when memory is short. */
char *report_service(const struct store_service *row);
char *report_event(const struct event_row *event);
char *report_alert(const struct alert *alert);
char *report_tally(const struct tally *tally);
char *report_role(const struct role_news *news);

/* The number of an alert's line of `len` bytes; 0: it is none. */
uint64_t report_alert_number(const char *line, size_t len);

#endif
