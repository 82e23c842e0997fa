/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nouns as lines of JSON; flowd(8) describes the keys.
 */
#ifndef STORE_REPORT_REPORT_H
#define STORE_REPORT_REPORT_H

#include "store/book/cases.h"
#include "store/hints.h"
#include "store/hosts.h"
#include "store/store.h"

/* Each gives one line without its newline, to be freed; NULL when memory is short. */
char *report_service(const struct store_service *row, const struct store_hints *hints);
/* With its id, and what is said of its place; `asset` NULL: nothing is. */
char *report_owned_service(const struct store_service *row, const struct asset *asset);
char *report_host(const struct store_host *row);
char *report_event(const struct event_row *event);
char *report_alert(const struct alert *alert);
char *report_case(const struct alert *alert, const struct store_case *row);
/* The counters, and the troubles that hold. */
char *report_tally(const struct tally *tally, const struct trouble_news *troubles, size_t count);
char *report_role(const struct role_news *news);
char *report_sweep(const struct sweep *sweep);

/*
 * An object of JSON that grows: keys are set, rows are added to the list of a key. A row that there
 * is no memory for is left out.
 */
struct report;

struct report *report_new(void);
void report_free(struct report *report);

/* The text of the object, compact and to be freed; NULL when memory was short. Frees the report. */
char *report_text(struct report *report);

void report_set_text(struct report *report, const char *key, const char *text); /* NULL, "": null */
void report_set_number(struct report *report, const char *key, uint64_t number);
void report_set_time(struct report *report, const char *key, wall_t time); /* 0: null */
void report_set_tally(struct report *report, const char *key, const struct tally *tally);
void report_set_tally_texts(struct report *report, const char *key); /* what they count */

void report_set_bool(struct report *report, const char *key, bool value);
void report_set_figures(struct report *report, const char *key,
			const struct store_figures *figures);

/* The service itself, and what has been seen of it on the wire. */
void report_set_service(struct report *report, const char *key, const struct store_service *row);
void report_set_sightings(struct report *report, const char *key, const struct store_service *row);
void report_set_hints(struct report *report, const char *key, const struct store_hints *hints);
void report_set_hints_seen(struct report *report, const char *key, const struct store_hints *hints);

void report_set_alert(struct report *report, const char *key, const struct alert *alert);
void report_set_names(struct report *report, const char *key, const char *names); /* a list */

/* An object, which is freed. */
void report_set(struct report *report, const char *key, struct report *object);

/* A list of rows, empty at first. */
void report_list(struct report *report, const char *key);
void report_add(struct report *report, const char *key, struct report *row); /* frees the row */
void report_add_number(struct report *report, const char *key, uint64_t number);
void report_add_service(struct report *report, const char *key, const struct store_service *row,
			const struct asset *asset);
void report_add_host(struct report *report, const char *key, const struct store_host *row);
void report_add_probe(struct report *report, const char *key, const struct probe *probe);
void report_add_alert(struct report *report, const char *key, const struct alert *alert);
/* The same, with what people have made of it. */
void report_add_case(struct report *report, const char *key, const struct alert *alert,
		     const struct store_case *row);
void report_add_sweep(struct report *report, const char *key, const struct sweep *sweep);
void report_add_role(struct report *report, const char *key, const struct role_news *news);
void report_add_trouble(struct report *report, const char *key, const struct trouble_news *news);
/* `probe` is what a verdict was about; NULL: null. */
void report_add_event(struct report *report, const char *key, const struct event_row *event,
		      const struct probe *probe);

/* What names a service in addresses of the API: "192.0.2.1-tcp-443". Returns `out`. */
#define REPORT_ID_MAX (ADDR_TEXT_MAX + 16)
char *report_id(const struct service *service, char *out);

/* The number of an alert's line of `len` bytes; 0: it is none. */
uint64_t report_alert_number(const char *line, size_t len);

#endif
