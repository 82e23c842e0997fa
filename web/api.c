/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api.h"

#include "base/err.h"
#include "base/ipc.h"
#include "store/report/report.h"
#include "web/assets/figures.h"
#include "web/catalog/overview.h"
#include "web/sinks/receivers.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what they have in common ---- */

void api_answer_report(struct http_answer *answer, struct report *report)
{
	http_answer_text(answer, HTTP_JSON, report_text(report));
}

struct store *api_store(struct api *api, struct http_answer *answer)
{
	struct store *store = view_store(api->view);

	if (!store)
		http_answer_problem(answer, 503, "there is no store yet", NULL);
	return store;
}

bool api_order(struct api *api, const struct http_request *request, unsigned kind,
	       const void *record, struct http_answer *answer)
{
	struct orderer who;

	memcpy(who.by, request->who->name, sizeof(who.by));
	/* What is left of before goes first; what does not go now goes with the next flush. */
	if (ipc_flush(api->core) || ipc_send(api->core, IPC_WHO, &who) ||
	    ipc_send(api->core, (enum ipc_kind)kind, record)) {
		http_answer_problem(answer, 503, "core is behind", NULL);
		return false;
	}
	ipc_flush(api->core);
	return true;
}

bool api_read_query(const struct http_request *request, unsigned allowed, struct query *out,
		    struct http_answer *answer)
{
	char why[QUERY_WHY_MAX];
	size_t i;
	int rc;

	query_open(out, allowed);
	for (i = 0; i < request->count; i++) {
		const struct http_parameter *p = &request->parameters[i];

		if ((rc = query_set(out, p->name, p->value, p->len))) {
			http_answer_problem(answer, 400, query_explain(out, p->name, rc, why),
					    p->name);
			return false;
		}
	}
	return true;
}

void api_answer_damaged(struct http_answer *answer)
{
	http_answer_problem(answer, 503, "the store cannot be read", NULL);
}

/* ---- about flowd ---- */

/* Brings the figures up to date. */
static struct gauge *health_of(struct api *api)
{
	struct store *store = view_peek(api->view);
	struct gauge *h = api->gauge;

	h->has_store = store;
	h->store = (struct store_figures){ .count = 0 };
	if (store)
		store_measure(store, &h->store);
	h->http = http_measure(api->http);
	stream_count(api->stream, &h->stream);
	return h;
}

char *api_health(struct api *api)
{
	return gauge_json(health_of(api));
}

void api_get_health(void *arg, const struct http_request *request, struct http_answer *answer)
{
	(void)request;
	http_answer_text(answer, HTTP_JSON, api_health(arg));
}

void api_get_metrics(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	char *figures = gauge_metrics(health_of(api)), *services = overview_metrics(api->catalog);
	char *text = NULL;

	(void)request;
	if (figures && services && asprintf(&text, "%s%s", figures, services) < 0)
		text = NULL;
	free(figures);
	free(services);
	text = receivers_metrics(view_store(api->view), text);
	text = figures_assets(view_store(api->view), text);
	http_answer_text(answer, "text/plain; version=0.0.4; charset=utf-8", text);
}

void api_get_healthz(void *arg, const struct http_request *request, struct http_answer *answer)
{
	const struct gauge *h = health_of(arg);

	(void)request;
	if (!gauge_is_well(h)) {
		http_answer_problem(answer, 503, gauge_word(h), NULL);
		return;
	}
	*answer =
		(struct http_answer){ .status = 200, .type = HTTP_TEXT, .fixed = "ok\n", .len = 3 };
}

void api_get_stream(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;

	stream_join(api->stream, request, answer);
}
