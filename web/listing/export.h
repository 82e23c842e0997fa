/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All services that pass a filter, as lines, written as they are read: CSV (RFC 4180) or JSON
 * lines.
 */
#ifndef WEB_LISTING_EXPORT_H
#define WEB_LISTING_EXPORT_H

#include "web/http/http.h"

#define EXPORTS_MOST 16 /* at once */

/* Routes; their argument is a struct api. */
void export_csv(void *arg, const struct http_request *request, struct http_answer *answer);
void export_lines(void *arg, const struct http_request *request, struct http_answer *answer);

/* One field of CSV: quoted where it has to be, and so that no spreadsheet takes it for a formula.
 * Cut to fit `size` bytes with its NUL; returns its length. */
size_t export_field(const char *text, char *out, size_t size);

#endif
