/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receivers of alerts as people see them: how they fare, what they would not take, and the wish
 * that it be sent once more.
 */
#ifndef WEB_SINKS_RECEIVERS_H
#define WEB_SINKS_RECEIVERS_H

#include "store/store.h"
#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void receivers_list(void *arg, const struct http_request *request, struct http_answer *answer);
void receivers_dead(void *arg, const struct http_request *request, struct http_answer *answer);
void receivers_retry(void *arg, const struct http_request *request, struct http_answer *answer);

/* The metrics with those of the receivers behind them; frees `text`. `store` may be NULL. To be
 * freed; NULL when memory is short. */
char *receivers_metrics(struct store *store, char *text);

#endif
