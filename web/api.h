/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the answers to all addresses have in common, and those about flowd itself.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "web/catalog/order.h"
#include "web/gauge.h"
#include "web/http/http.h"
#include "web/query.h"
#include "web/stream.h"
#include "web/view.h"

struct access_desk;
struct backups_asked;
struct conf;
struct ipc;

/* What the answers are made of; all borrowed. */
struct api {
	struct view *view;
	struct stream *stream;
	struct gauge *gauge;
	struct access_desk *desk;
	struct catalog *catalog;
	struct order *order;
	struct order_page page; /* being answered */
	char *overview;		/* as it was at `overviewed` */
	mono_t overviewed;
	unsigned exports;	      /* under way */
	struct backups_asked *backup; /* under way; NULL none */
	struct ipc *core;
	struct http *http;
	struct loop *loop;
	const struct conf *conf;
	uint64_t last_run;   /* likewise of a hand-over */
	uint64_t last_sweep; /* the id of the latest that was ordered here */
	mono_t host_keep;    /* how long a host answers everything after its last such answer */
	mono_t second;	     /* in which `wishes` were sent to core */
	unsigned wishes;
};

struct report;

/* The report as the answer; frees it. */
void api_answer_report(struct http_answer *answer, struct report *report);

/* The store; NULL: there is none yet, and that is the answer. */
struct store *api_store(struct api *api, struct http_answer *answer);

/* The answer that the store can't be read. */
void api_answer_damaged(struct http_answer *answer);

/* Gives core an order, and says whose. False: it does not hear it, and that is the answer. */
bool api_order(struct api *api, const struct http_request *request, unsigned kind,
	       const void *record, struct http_answer *answer);

/* Reads the parameters; false: they are wrong, and that is the answer. */
bool api_read_query(const struct http_request *request, unsigned allowed, struct query *out,
		    struct http_answer *answer);

/* Routes; their argument is a struct api. */
void api_get_stream(void *arg, const struct http_request *request, struct http_answer *answer);
void api_get_health(void *arg, const struct http_request *request, struct http_answer *answer);
void api_get_metrics(void *arg, const struct http_request *request, struct http_answer *answer);
void api_get_healthz(void *arg, const struct http_request *request, struct http_answer *answer);

/* The figures as they are now, as an event of the stream and as /api/v1/health; to be freed. */
char *api_health(struct api *api);

#endif
