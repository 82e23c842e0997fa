/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts, and what people make of them.
 */
#ifndef WEB_BOOK_ALERTS_H
#define WEB_BOOK_ALERTS_H

#include "base/record.h"
#include "web/http/http.h"

struct api;
struct store;
struct store_case;

#define ALERTS_WRONG_MAX 64

/*
 * Reads what is to be done about an alert: {"status": ..., "assignee": ..., "comment": ...}, or
 * with `comment` the last one alone. NULL: all is well; else where it is wrong (RFC 6901), static,
 * and what in `wrong`.
 */
const char *alerts_read(const char *text, size_t len, bool comment, struct triage *out,
			const char **wrong);

/* An entry of an alert's history as JSON, to be freed. */
char *alerts_line(const struct triage *entry);

/* Routes; their argument is a struct api. */
void alerts_list(void *arg, const struct http_request *request, struct http_answer *answer);
void alerts_get(void *arg, const struct http_request *request, struct http_answer *answer);
void alerts_change(void *arg, const struct http_request *request, struct http_answer *answer);
void alerts_comment(void *arg, const struct http_request *request, struct http_answer *answer);
void alerts_history(void *arg, const struct http_request *request, struct http_answer *answer);
void alerts_trail(void *arg, const struct http_request *request, struct http_answer *answer);

/* The case of the alert that a request names, and its store, borrowed; NULL: there is none, and
 * that is the answer. */
struct store *alerts_find(struct api *api, const struct http_request *request,
			  struct store_case *row, struct http_answer *answer);

#endif
