/* SPDX-License-Identifier: Apache-2.0 */
#include "web/routes.h"

#include "web/access/desk.h"
#include "web/api.h"
#include "web/assets/assets.h"
#include "web/backup/backups.h"
#include "web/book/alerts.h"
#include "web/book/baseline.h"
#include "web/book/learning.h"
#include "web/book/members.h"
#include "web/handover/runs.h"
#include "web/listing/export.h"
#include "web/listing/listing.h"
#include "web/listing/single.h"
#include "web/orders.h"
#include "web/page.h"
#include "web/probing.h"
#include "web/rules/ruling.h"
#include "web/sinks/receivers.h"

#define GET_PAGE(id, path, file, mime)                                                \
	static void get_##id(void *arg, const struct http_request *request,           \
			     struct http_answer *answer)                              \
	{                                                                             \
		(void)arg;                                                            \
		(void)request;                                                        \
		*answer = (struct http_answer){ .status = 200,                        \
						.type = (mime),                       \
						.as_page = PAGE_##id == PAGE_LOGIN }; \
		answer->fixed = page_bytes(PAGE_##id, &answer->len);                  \
	}
PAGE_LIST(GET_PAGE)

const struct http_route routes[] = {
	{ "/api/v1/services", HTTP_GET, listing_services, ACCESS_VIEWER, 0 },
	{ "/api/v1/services.csv", HTTP_GET, export_csv, ACCESS_VIEWER, 0 },
	{ "/api/v1/services.jsonl", HTTP_GET, export_lines, ACCESS_VIEWER, 0 },
	{ "/api/v1/services/*", HTTP_GET, single_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/services/*/verify", HTTP_POST, single_verify, ACCESS_OPERATOR, 0 },
	{ "/api/v1/services/*/handover", HTTP_POST, runs_order, ACCESS_OPERATOR, 0 },
	{ "/api/v1/services/*/handovers", HTTP_GET, runs_of_service, ACCESS_VIEWER, 0 },
	{ "/api/v1/tools", HTTP_GET, runs_tools, ACCESS_VIEWER, 0 },
	{ "/api/v1/handovers", HTTP_GET, runs_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/handovers/*", HTTP_GET, runs_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/handovers/*/cancel", HTTP_POST, runs_cancel, ACCESS_OPERATOR, 0 },
	{ "/api/v1/hosts", HTTP_GET, listing_hosts, ACCESS_VIEWER, 0 },
	{ "/api/v1/alerts", HTTP_GET, alerts_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/alerts/*", HTTP_GET, alerts_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/alerts/*", HTTP_PATCH, alerts_change, ACCESS_OPERATOR, 0 },
	{ "/api/v1/alerts/*/comments", HTTP_POST, alerts_comment, ACCESS_OPERATOR, 0 },
	{ "/api/v1/alerts/*/history", HTTP_GET, alerts_history, ACCESS_VIEWER, 0 },
	{ "/api/v1/alerts/*/members", HTTP_GET, members_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/waiting", HTTP_GET, members_waiting, ACCESS_VIEWER, 0 },
	{ "/api/v1/assets", HTTP_GET, assets_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/assets", HTTP_POST, assets_change, ACCESS_OPERATOR, ASSETS_BODY },
	{ "/api/v1/baseline", HTTP_GET, baseline_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/baseline", HTTP_POST, baseline_approve, ACCESS_OPERATOR, BASELINE_APPROVE_MOST },
	{ "/api/v1/baseline/import", HTTP_POST, baseline_import, ACCESS_ADMIN,
	  BASELINE_IMPORT_MOST },
	{ "/api/v1/baseline/*", HTTP_DELETE, baseline_remove, ACCESS_OPERATOR, 0 },
	{ "/api/v1/learning", HTTP_GET, learning_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/learning", HTTP_POST, learning_post, ACCESS_OPERATOR, 0 },
	{ "/api/v1/trail", HTTP_GET, alerts_trail, ACCESS_ADMIN, 0 },
	{ "/api/v1/events", HTTP_GET, listing_events, ACCESS_VIEWER, 0 },
	{ "/api/v1/overview", HTTP_GET, listing_overview, ACCESS_VIEWER, 0 },
	{ "/api/v1/countries", HTTP_GET, listing_countries, ACCESS_VIEWER, 0 },
	{ "/api/v1/sweeps", HTTP_GET, orders_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/sweeps", HTTP_POST, orders_post, ACCESS_OPERATOR, 0 },
	{ "/api/v1/sweeps/*", HTTP_GET, orders_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/sweeps/*/seconds", HTTP_GET, orders_seconds, ACCESS_VIEWER, 0 },
	{ "/api/v1/sweeps/*/pause", HTTP_POST, orders_pause, ACCESS_OPERATOR, 0 },
	{ "/api/v1/sweeps/*/resume", HTTP_POST, orders_resume, ACCESS_OPERATOR, 0 },
	{ "/api/v1/sweeps/*/cancel", HTTP_POST, orders_cancel, ACCESS_OPERATOR, 0 },
	{ "/api/v1/backups", HTTP_GET, backups_list, ACCESS_ADMIN, 0 },
	{ "/api/v1/backups", HTTP_POST, backups_make, ACCESS_ADMIN, 0 },
	{ "/api/v1/backups/*", HTTP_DELETE, backups_remove, ACCESS_ADMIN, 0 },
	{ "/api/v1/probing", HTTP_GET, probing_get, ACCESS_VIEWER, 0 },
	{ "/api/v1/probing", HTTP_POST, probing_post, ACCESS_ADMIN, 0 },
	{ "/api/v1/audit", HTTP_GET, probing_audit, ACCESS_VIEWER, 0 },
	{ "/api/v1/rules", HTTP_GET, ruling_show, ACCESS_VIEWER, 0 },
	{ "/api/v1/rules/check", HTTP_POST, ruling_check, ACCESS_OPERATOR, RULING_BODY },
	{ "/api/v1/rules/test", HTTP_POST, ruling_test, ACCESS_OPERATOR, RULING_BODY },
	{ "/api/v1/rules/reload", HTTP_POST, ruling_reload, ACCESS_ADMIN, 0 },
	{ "/api/v1/rules/explain", HTTP_GET, ruling_explain, ACCESS_VIEWER, 0 },
	{ "/api/v1/sinks", HTTP_GET, receivers_list, ACCESS_VIEWER, 0 },
	{ "/api/v1/sinks/*/dead", HTTP_GET, receivers_dead, ACCESS_VIEWER, 0 },
	{ "/api/v1/sinks/*/retry", HTTP_POST, receivers_retry, ACCESS_OPERATOR, 0 },
	{ "/api/v1/stream", HTTP_GET, api_get_stream, ACCESS_VIEWER, 0 },
	{ "/api/v1/health", HTTP_GET, api_get_health, ACCESS_VIEWER, 0 },
	{ "/metrics", HTTP_GET, api_get_metrics, ACCESS_VIEWER, 0 },
	{ "/healthz", HTTP_GET, api_get_healthz, ACCESS_NONE, 0 },
	{ "/api/v1/openapi.json", HTTP_GET, get_OPENAPI, ACCESS_VIEWER, 0 },
	{ "/api/v1/session", HTTP_GET, desk_session, ACCESS_VIEWER, 0 },
	{ "/api/v1/tokens", HTTP_GET, desk_tokens, ACCESS_ADMIN, 0 },
	{ "/api/v1/tokens", HTTP_POST, desk_make, ACCESS_ADMIN, 0 },
	{ "/api/v1/tokens/*", HTTP_DELETE, desk_revoke, ACCESS_ADMIN, 0 },
	{ "/", HTTP_GET, get_INDEX, ACCESS_VIEWER, 0 },
	{ "/app.js", HTTP_GET, get_SCRIPT, ACCESS_VIEWER, 0 },
	{ "/app.css", HTTP_GET, get_STYLE, ACCESS_VIEWER, 0 },
	{ "/login", HTTP_GET, get_LOGIN, ACCESS_NONE, 0 },
	{ "/login", HTTP_POST, desk_log_in, ACCESS_NONE, 0 },
	{ "/login.css", HTTP_GET, get_LOGIN_STYLE, ACCESS_NONE, 0 },
	{ "/logout", HTTP_POST, desk_log_out, ACCESS_NONE, 0 },
	{ NULL, HTTP_GET, NULL, ACCESS_NONE, 0 },
};
