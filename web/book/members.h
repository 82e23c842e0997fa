/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What alerts stand for, and those that wait.
 */
#ifndef WEB_BOOK_MEMBERS_H
#define WEB_BOOK_MEMBERS_H

#include "web/api.h"

/* GET /api/v1/alerts/N/members: the services that an alert stands for, by address. */
void members_list(void *arg, const struct http_request *request, struct http_answer *answer);

/* GET /api/v1/waiting: alerts that are not made yet, because their rule says so. */
void members_waiting(void *arg, const struct http_request *request, struct http_answer *answer);

#endif
