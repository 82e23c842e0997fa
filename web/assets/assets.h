/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of addresses: as pages, with a service, and changed by people.
 */
#ifndef WEB_ASSETS_ASSETS_H
#define WEB_ASSETS_ASSETS_H

#include "web/http/http.h"

#include <stdint.h>

struct report;
struct service;
struct store;

#define ASSETS_BODY 4096

/* Sets the member "asset" of a service's report: an object, null when nothing is said. 0 or an
 * error of the store. */
int assets_set(struct report *report, struct store *store, const struct service *service);

/* Routes; their argument is a struct api. */
void assets_list(void *arg, const struct http_request *request, struct http_answer *answer);
void assets_change(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
