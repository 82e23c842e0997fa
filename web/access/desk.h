/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logging in and out, and the tokens that one does it with.
 */
#ifndef WEB_ACCESS_DESK_H
#define WEB_ACCESS_DESK_H

#include "web/http/http.h"

/* Routes; their argument is a struct api. */
void desk_log_in(void *arg, const struct http_request *request, struct http_answer *answer);
void desk_log_out(void *arg, const struct http_request *request, struct http_answer *answer);
void desk_session(void *arg, const struct http_request *request, struct http_answer *answer);
void desk_tokens(void *arg, const struct http_request *request, struct http_answer *answer);
void desk_make(void *arg, const struct http_request *request, struct http_answer *answer);
void desk_revoke(void *arg, const struct http_request *request, struct http_answer *answer);

/* The bytes of a form's value are decoded in place (application/x-www-form-urlencoded): the value
 * of `name` and its length; NULL: the form has none. */
const char *desk_field(char *form, size_t len, const char *name, size_t *value_len);

#endif
