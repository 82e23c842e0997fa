/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules as people see, check and try them.
 */
#ifndef WEB_RULES_RULING_H
#define WEB_RULES_RULING_H

#include "web/http/http.h"

#define RULING_BODY (4 << 20) /* bytes of rules */

/* Routes; their argument is a struct api. */
void ruling_show(void *arg, const struct http_request *request, struct http_answer *answer);
void ruling_check(void *arg, const struct http_request *request, struct http_answer *answer);
void ruling_test(void *arg, const struct http_request *request, struct http_answer *answer);
void ruling_reload(void *arg, const struct http_request *request, struct http_answer *answer);
void ruling_explain(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
