/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of what there is, and figures of all of it.
 */
#ifndef WEB_LISTING_LISTING_H
#define WEB_LISTING_LISTING_H

#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void listing_services(void *arg, const struct http_request *request, struct http_answer *answer);
void listing_hosts(void *arg, const struct http_request *request, struct http_answer *answer);
void listing_events(void *arg, const struct http_request *request, struct http_answer *answer);
void listing_overview(void *arg, const struct http_request *request, struct http_answer *answer);
void listing_countries(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
