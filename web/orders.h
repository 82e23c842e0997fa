/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sweeps as people order and see them.
 */
#ifndef WEB_ORDERS_H
#define WEB_ORDERS_H

#include "base/record.h"
#include "web/http/http.h"

struct conf;

#define ORDERS_DETAIL_MAX 128
#define ORDERS_POINTER_MAX 64

/* What is wrong with an order, and where in it (RFC 6901). */
struct orders_fault {
	char detail[ORDERS_DETAIL_MAX];
	char pointer[ORDERS_POINTER_MAX];
};

/* Reads an order of `len` bytes of JSON; all but its id and time is set. False: it is wrong. */
bool orders_read(const struct conf *conf, const char *text, size_t len, struct sweep *out,
		 struct orders_fault *fault);

/* Routes; their argument is a struct api. */
void orders_list(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_get(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_seconds(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_post(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_pause(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_resume(void *arg, const struct http_request *request, struct http_answer *answer);
void orders_cancel(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
