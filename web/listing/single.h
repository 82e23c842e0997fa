/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One service: what is known of it, and having it probed.
 */
#ifndef WEB_LISTING_SINGLE_H
#define WEB_LISTING_SINGLE_H

#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void single_get(void *arg, const struct http_request *request, struct http_answer *answer);
void single_verify(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
