/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services handed over to tools: which tools there are, orders, and what came of them.
 */
#ifndef WEB_HANDOVER_RUNS_H
#define WEB_HANDOVER_RUNS_H

#include "base/record.h"
#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void runs_tools(void *arg, const struct http_request *request, struct http_answer *answer);
void runs_list(void *arg, const struct http_request *request, struct http_answer *answer);
void runs_of_service(void *arg, const struct http_request *request, struct http_answer *answer);
void runs_get(void *arg, const struct http_request *request, struct http_answer *answer);
void runs_order(void *arg, const struct http_request *request, struct http_answer *answer);
void runs_cancel(void *arg, const struct http_request *request, struct http_answer *answer);

/* A run as a line of JSON, to be freed; NULL when memory is short. */
char *runs_line(const struct tool_run *run);

#endif
