/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the store: what there is, and orders for core to make one or let one go.
 */
#ifndef WEB_BACKUP_BACKUPS_H
#define WEB_BACKUP_BACKUPS_H

#include "web/http/http.h"

struct api;
struct backup;

/* Routes; their argument is a struct api. */
void backups_list(void *arg, const struct http_request *request, struct http_answer *answer);
void backups_make(void *arg, const struct http_request *request, struct http_answer *answer);
void backups_remove(void *arg, const struct http_request *request, struct http_answer *answer);

/* Core says what came of an order. */
void backups_take(struct api *api, const struct backup *done);

#endif
