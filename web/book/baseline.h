/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The baseline: seen, approved, imported, exported.
 */
#ifndef WEB_BOOK_BASELINE_H
#define WEB_BOOK_BASELINE_H

#include "web/http/http.h"

#define BASELINE_IMPORT_MOST (128 << 20) /* bytes of a body */
#define BASELINE_APPROVE_MOST (64 << 10)

/* Routes; their argument is a struct api. */
void baseline_list(void *arg, const struct http_request *request, struct http_answer *answer);
void baseline_approve(void *arg, const struct http_request *request, struct http_answer *answer);
void baseline_remove(void *arg, const struct http_request *request, struct http_answer *answer);
void baseline_import(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
