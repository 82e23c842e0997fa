/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each address answers: flowd(8) describes it.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "web/gauge.h"
#include "web/http.h"
#include "web/stream.h"
#include "web/view.h"

struct conf;
struct ipc;

/* What the answers are made of; all borrowed. */
struct api {
	struct view *view;
	struct stream *stream;
	struct gauge *gauge;
	struct ipc *core;
	struct http *http;
	const struct conf *conf;
	uint64_t last_sweep; /* the id of the latest that was ordered here */
	mono_t host_keep;    /* how long a host answers everything after its last such answer */
	mono_t second;	     /* in which `wishes` were sent to core */
	unsigned wishes;
};

/* Up to a NULL path; their argument is a struct api. */
extern const struct http_route api_routes[];

/* The figures as they are now, as an event of the stream and as /api/v1/health; to be freed. */
char *api_health(struct api *api);

#endif
