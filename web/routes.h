/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is to ask for, and who may: flowd(8) describes it.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/http/http.h"

/* Up to a NULL path; their argument is a struct api. */
extern const struct http_route routes[];

#endif
