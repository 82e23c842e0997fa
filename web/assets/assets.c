/* SPDX-License-Identifier: Apache-2.0 */
#include "web/assets/assets.h"

#include "base/ipc.h"
#include "store/assets/assets.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"

#include <stdio.h>

/* ---- one of them ---- */

static struct report *asset_report(const struct asset *a)
{
	struct report *r = report_new();
	char text[ASSET_TEXT_MAX], host[ADDR_TEXT_MAX];

	report_set_text(r, "address", record_asset_text(a, text));
	report_set_text(r, "proto", a->proto ? record_proto_text(a->proto) : NULL);
	report_set_number(r, "port", a->port);
	report_set_text(r, "name", a->name);
	report_set_text(r, "owner", a->owner);
	report_set_text(r, "zone", a->zone);
	report_set_names(r, "tags", a->tags);
	report_set_text(r, "outside", asset_is_mapped(a) ? addr_text(&a->outside, host) : NULL);
	report_set_number(r, "outside_port", a->outside_port);
	report_set_bool(r, "probe", !a->noprobe);
	report_set_text(r, "source", record_source_text(a->source));
	report_set_time(r, "changed", a->changed_us);
	return r;
}

int assets_set(struct report *report, struct store *store, const struct service *service)
{
	struct asset asset;
	int rc = store_find_asset(store, service, &asset);

	if (rc > 0)
		report_set(report, "asset", asset_report(&asset));
	else if (!rc)
		report_set_text(report, "asset", NULL);
	return rc < 0 ? rc : 0;
}

/* ---- pages ---- */

struct sheet {
	const struct query *query;
	struct report *report;
	unsigned rows;
	struct asset last;
	bool more;
};

/* A row as the place of a cursor, and back. */
static struct service place_of(const struct asset *a)
{
	return (struct service){ .host = a->network,
				 .zone = (uint32_t)a->bits << 8 | a->source,
				 .port = a->port,
				 .proto = a->proto };
}

static struct asset row_at(const struct service *place)
{
	return (struct asset){ .network = place->host,
			       .bits = (uint8_t)(place->zone >> 8),
			       .source = (uint8_t)place->zone,
			       .port = place->port,
			       .proto = place->proto };
}

static int add_row(void *arg, const struct asset *a)
{
	struct sheet *p = arg;

	if (p->query->given & QUERY_WITH_CURSOR && store_is_same_asset(a, &p->last))
		return 0;
	if (p->rows == p->query->limit || addr_order(&a->network, &p->query->ip.high) > 0) {
		p->more = p->rows == p->query->limit;
		return 1;
	}
	p->last = *a;
	p->rows++;
	report_add(p->report, "assets", asset_report(a));
	return 0;
}

static void add_sources(struct report *report, struct store *store)
{
	struct asset_state state;
	struct report *r;
	int source;

	report_list(report, "sources");
	for (source = ASSET_API; source < ASSET_END; source++) {
		if (store_get_asset_state(store, (enum asset_source)source, &state) <= 0 ||
		    (!state.tried_us && !state.good_us))
			continue;
		r = report_new();
		report_set_text(r, "source", record_source_text(state.source));
		report_set_number(r, "rows", state.rows);
		report_set_time(r, "good", state.good_us);
		report_set_time(r, "fails_since", state.fails_us);
		report_set_text(r, "error", state.error);
		report_add(report, "sources", r);
	}
}

void assets_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	char cursor[QUERY_CURSOR_MAX];
	struct sheet sheet;
	struct asset from = { .port = 0 };
	struct service place;
	struct store *store;
	struct query query;

	if (!api_read_query(request, QUERY_WITH_LIMIT | QUERY_WITH_CURSOR | QUERY_WITH_IP, &query,
			    answer) ||
	    !(store = api_store(arg, answer)))
		return;
	from.network = query.ip.low;
	if (query.given & QUERY_WITH_CURSOR)
		from = row_at(&query.place.service);
	sheet = (struct sheet){ .query = &query, .last = from, .report = report_new() };
	report_list(sheet.report, "assets");
	if (store_walk_assets(store, &from, add_row, &sheet) < 0) {
		report_free(sheet.report);
		api_answer_damaged(answer);
		return;
	}
	add_sources(sheet.report, store);
	report_set_number(sheet.report, "count", store_count_assets(store));
	place = place_of(&sheet.last);
	report_set_text(sheet.report, "next",
			sheet.more ? query_cursor(&(struct query_place){ 0, place }, cursor)
				   : NULL);
	api_answer_report(answer, sheet.report);
}

/* ---- changes ---- */

/* What is said of a field, as a CSV has it; a port may be a number, and whether it is probed a
 * boolean. NULL: it is none of these. */
static const char *field_text(enum asset_field field, const struct reading *value, char number[24])
{
	enum reading_kind kind = reading_kind(value);

	if (field == ASSET_FIELD_PORT && kind == READING_NUMBER) {
		snprintf(number, 24, "%lld", (long long)reading_number(value));
		return number;
	}
	if (field == ASSET_FIELD_PROBE && (kind == READING_TRUE || kind == READING_FALSE))
		return kind == READING_TRUE ? "yes" : "no";
	return reading_text(value);
}

/* Reads what somebody says; the pointer to what is wrong with it (RFC 6901), NULL nothing. */
static const char *read_order(const struct reading *order, struct asset_order *out)
{
	static const char *const keys[] = { "address", "name",	  "owner", "tags",   "zone", "port",
					    "proto",   "outside", "probe", "remove", NULL };
	static char pointer[16];
	const struct reading *value, *remove = reading_child(order, "remove");
	char number[24];
	const char *text;
	int field;

	if (reading_kind(order) != READING_OBJECT || reading_stranger(order, keys))
		return "";
	out->removed = reading_kind(remove) == READING_TRUE;
	if (remove && !out->removed && reading_kind(remove) != READING_FALSE)
		return "/remove";
	for (field = 0; field < ASSET_FIELD_END; field++) {
		value = reading_child(order, record_field_text((unsigned)field));
		snprintf(pointer, sizeof(pointer), "/%s", record_field_text((unsigned)field));
		text = field_text((enum asset_field)field, value, number);
		if (!value && field != ASSET_FIELD_ADDRESS)
			continue;
		if (!text ||
		    record_asset_set(&out->asset, (enum asset_field)field, text, strlen(text)))
			return pointer;
	}
	return record_asset_is_whole(&out->asset) ? NULL : "/address";
}

void assets_change(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct reading *doc =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	struct asset_order order = { .asset.source = ASSET_PERSON };
	const char *wrong = read_order(doc, &order);
	struct api *api = arg;

	reading_free(doc);
	if (wrong) {
		http_answer_wrong(
			answer,
			"expected address, name, owner, tags, zone, probe; port, proto and "
			"outside of a host only; remove",
			wrong);
		return;
	}
	memcpy(order.by, request->who->name, sizeof(order.by));
	if (ipc_flush(api->core) || ipc_send(api->core, IPC_ASSET, &order)) {
		http_answer_problem(answer, 503, "core is behind", NULL);
		return;
	}
	ipc_flush(api->core);
	view_expect(api->view);
	api_answer_report(answer, asset_report(&order.asset));
	if (answer->status)
		answer->status = 202;
}
