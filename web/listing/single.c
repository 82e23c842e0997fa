/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listing/single.h"

#include "base/ipc.h"
#include "store/policy/groups.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/assets/assets.h"

#define WISHES_MOST 20 /* probes asked for in a second */
#define HISTORY_MOST 1000

struct story {
	struct store *store;
	struct report *report;
	unsigned rows;
};

static int add_probe(void *arg, const struct probe *probe)
{
	struct story *s = arg;

	report_add_probe(s->report, "probes", probe);
	return 0;
}

static int add_past(void *arg, const struct event_row *row)
{
	struct story *s = arg;
	struct probe probe;
	int rc = 0;

	if (row->finding.event == EVENT_VERDICT)
		rc = store_get_verdict(s->store, &row->finding.service, row->time_us, &probe);
	if (rc < 0)
		return rc;
	report_add_event(s->report, "history", row, rc ? &probe : NULL);
	return ++s->rows == HISTORY_MOST;
}

/* The service that a request names; false: there is none, and that is the answer. */
static bool find_service(struct api *api, const struct http_request *request,
			 struct store_service *out, struct http_answer *answer)
{
	struct store *store;
	struct service key;
	int rc;

	if (api_read_query(request, 0, &(struct query){ 0 }, answer) == false)
		return false;
	if (query_parse_id(request->name, request->name_len, &key)) {
		http_answer_problem(answer, 400, "a service is named like 192.0.2.1-tcp-443", "id");
		return false;
	}
	store = api_store(api, answer);
	if (!store)
		return false;
	rc = store_get_service(store, &key, out);
	if (rc < 0)
		api_answer_damaged(answer);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such service", NULL);
	return rc > 0;
}

void single_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct store_service row;
	struct store_hints hints;
	struct story story;
	char tags[POLICY_NAMES_MAX];
	int rc;

	if (!find_service(api, request, &row, answer))
		return;
	story = (struct story){ .store = view_store(api->view), .report = report_new() };
	report_set_service(story.report, "service", &row);
	report_set_sightings(story.report, "sightings", &row);
	rc = store_get_hints(story.store, &row, &hints);
	if (!rc) {
		report_set_hints(story.report, "hints", &hints);
		report_set_hints_seen(story.report, "hints_seen", &hints);
	}
	if (store_get_tags(story.store, &row.service, tags) <= 0)
		*tags = 0;
	report_set_names(story.report, "tags", tags);
	report_list(story.report, "probes");
	report_list(story.report, "history");
	if (!rc)
		rc = store_walk_probes(story.store, &row.service, add_probe, &story);
	if (rc >= 0)
		rc = store_walk_history(story.store, &row, add_past, &story);
	if (rc >= 0)
		rc = assets_set(story.report, story.store, &row.service);
	if (rc >= 0) {
		api_answer_report(answer, story.report);
		return;
	}
	report_free(story.report);
	api_answer_damaged(answer);
}

/* Nobody may make us a nuisance: a few probes a second may be asked for. */
static bool may_wish(struct api *api)
{
	mono_t second = mono_now() / MONO_SECOND;

	if (second != api->second)
		api->wishes = 0;
	api->second = second;
	return api->wishes++ < WISHES_MOST;
}

void single_verify(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct store_service row;
	struct report *report;
	char id[REPORT_ID_MAX];

	if (!find_service(api, request, &row, answer))
		return;
	if (!may_wish(api)) {
		http_answer_problem(answer, 503, "too many probes were asked for in this second",
				    NULL);
		return;
	}
	if (!api_order(api, request, IPC_VERIFY, &row.service, answer))
		return;
	report = report_new();
	report_set_text(report, "id", report_id(&row.service, id));
	api_answer_report(answer, report);
	if (answer->status)
		answer->status = 202;
}
