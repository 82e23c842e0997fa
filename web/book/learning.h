/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the border is still being learnt, and the word that ends it.
 */
#ifndef WEB_BOOK_LEARNING_H
#define WEB_BOOK_LEARNING_H

#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void learning_get(void *arg, const struct http_request *request, struct http_answer *answer);
void learning_post(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
