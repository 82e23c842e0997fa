/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kill switch of probes, and what they have sent.
 */
#ifndef WEB_PROBING_H
#define WEB_PROBING_H

#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void probing_get(void *arg, const struct http_request *request, struct http_answer *answer);
void probing_post(void *arg, const struct http_request *request, struct http_answer *answer);
void probing_audit(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
