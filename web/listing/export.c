/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listing/export.h"

#include "store/assets/assets.h"
#include "store/report/report.h"
#include "web/api.h"
#include "web/listing/sifting.h"

#include <stdio.h>
#include <stdlib.h>

#define PIECE 200	/* rows written before others have their turn */
#define SCAN_MOST 20000 /* rows looked at for them */
#define FIELD_MAX (ASSET_TAGS_MAX + 8)

#define HEADING                                                                            \
	"ip,proto,port,app,state,level,evidence,exposure,first_seen,last_seen,handshakes," \
	"peers,country,as,vlan,tunnel,name,owner,zone,tags\r\n"

struct export
{
	struct api *api;
	struct query query;
	struct sifting sifting;
	struct service at; /* the last one looked at */
	bool csv, begun, over, failed;
	unsigned rows, scanned; /* of this piece */
	struct store *store;	/* while a piece is written */
	FILE *out;		/* where it is written */
	char *text;		/* the piece */
	size_t len, sent;
	struct http_live *live;
};

size_t export_field(const char *text, char *out, size_t size)
{
	bool quoted = strpbrk(text, ",\"\r\n"), formula = *text && strchr("=+-@\t\r", *text);
	size_t at = 0;

	if (quoted)
		out[at++] = '"';
	if (formula)
		out[at++] = '\'';
	/* Room for a doubled quote, the last one and the NUL. */
	for (; *text && at + 4 < size; text++) {
		if (*text == '"')
			out[at++] = '"';
		out[at++] = *text;
	}
	if (quoted)
		out[at++] = '"';
	out[at] = '\0';
	return at;
}

static void put_text(FILE *out, const char *text)
{
	char field[FIELD_MAX];

	export_field(text, field, sizeof(field));
	fputs(field, out);
}

static void put_field(FILE *out, const char *text)
{
	put_text(out, text);
	putc(',', out);
}

static void put_time(FILE *out, wall_t time)
{
	char stamp[MONO_STAMP_MAX];

	put_field(out, time ? mono_stamp(time, stamp) : "");
}

static void put_csv(FILE *out, const struct store_service *row, const struct asset *asset)
{
	char ip[ADDR_TEXT_MAX], country[RECORD_COUNTRY_MAX + 1] = "";

	memcpy(country, row->origin.country, RECORD_COUNTRY_MAX);
	put_field(out, addr_text(&row->service.host, ip));
	fprintf(out, "%s,%u,", record_proto_text(row->service.proto), row->service.port);
	put_field(out, *store_app(row) ? store_app(row) : "unknown");
	put_field(out, record_state_text(store_state(row)));
	put_field(out, row->level ? record_level_text(row->level) : "");
	put_field(out, record_evidence_text(row->evidence));
	put_field(out, row->exposure ? record_exposure_text(row->exposure) : "");
	put_time(out, row->first_us);
	put_time(out, row->last_us);
	fprintf(out, "%llu,%llu,", (unsigned long long)row->handshakes,
		(unsigned long long)hash_sketch_count(&row->peers));
	put_field(out, country);
	if (row->origin.as_number)
		fprintf(out, "%u", row->origin.as_number);
	fprintf(out, ",%u,%s,", row->vlan, row->tunnel ? record_tunnel_text(row->tunnel) : "");
	put_field(out, asset ? asset->name : "");
	put_field(out, asset ? asset->owner : "");
	put_field(out, asset ? asset->zone : "");
	put_text(out, asset ? asset->tags : "");
	fputs("\r\n", out);
}

static void put_line(FILE *out, const struct store_service *row, const struct asset *asset)
{
	char *line = report_owned_service(row, asset);

	if (line)
		fprintf(out, "%s\n", line);
	free(line);
}

static int take_row(void *arg, const struct store_service *row)
{
	struct export *e = arg;
	struct asset asset;
	bool said;

	/* The piece before ended with it. */
	if (e->begun && service_is_same(&row->service, &e->at))
		return 0;
	e->begun = true;
	if (addr_order(&row->service.host, &e->query.ip.high) > 0) {
		e->over = true;
		return 1;
	}
	e->at = row->service;
	if (query_has_row(&e->query, row) &&
	    sifting_has_row(&e->sifting, e->store, row, &e->scanned)) {
		e->rows++;
		said = store_find_asset(e->store, &row->service, &asset) > 0;
		(e->csv ? put_csv : put_line)(e->out, row, said ? &asset : NULL);
	}
	return e->rows == PIECE || ++e->scanned >= SCAN_MOST;
}

/* The next piece; false: there is none any more. */
static bool write_piece(struct export *e)
{
	struct store *store = view_store(e->api->view);
	int rc;

	free(e->text);
	e->text = NULL;
	e->len = e->sent = 0;
	e->out = store ? open_memstream(&e->text, &e->len) : NULL;
	if (!e->out)
		return false;
	if (!e->begun && e->csv)
		fputs(HEADING, e->out);
	e->rows = e->scanned = 0;
	e->store = store;
	rc = store_walk_services(store, &e->at, take_row, e);
	if (rc < 0)
		e->failed = true;
	if (!e->rows && e->scanned < SCAN_MOST)
		e->over = true;
	return !fclose(e->out) && !e->failed;
}

static ssize_t export_read(void *arg, char *out, size_t size)
{
	struct export *e = arg;
	size_t part;

	while (e->sent == e->len)
		if (e->over || !write_piece(e))
			return -1;
	part = e->len - e->sent < size ? e->len - e->sent : size;
	memcpy(out, e->text + e->sent, part);
	e->sent += part;
	return (ssize_t)part;
}

static void export_end(void *arg)
{
	struct export *e = arg;

	e->api->exports--;
	sifting_close(&e->sifting);
	free(e->text);
	free(e);
}

static void begin(struct api *api, const struct http_request *request, struct http_answer *answer,
		  bool csv)
{
	struct sifting sifting;
	struct query query;
	struct export *e;

	if (!api_read_query(request,
			    QUERY_WITH_IP | QUERY_WITH_PORT | QUERY_WITH_APP | QUERY_WITH_STATE |
				    QUERY_WITH_LEVEL | QUERY_WITH_PROTO | QUERY_WITH_SINCE |
				    QUERY_WITH_FILTER,
			    &query, answer) ||
	    !api_store(api, answer))
		return;
	if (query.given & QUERY_WITH_SINCE)
		query.since = (uint32_t)((mono_wall() - query.ago) / MONO_SECOND);
	if (api->exports >= EXPORTS_MOST) {
		http_answer_problem(answer, 503, "too many exports at once", NULL);
		return;
	}
	if (!sifting_open(&sifting, api->conf, &query, false, answer))
		return;
	answer->status = 200;
	answer->type = csv ? "text/csv; charset=utf-8" : "application/jsonl";
	answer->file = csv ? "services.csv" : "services.jsonl";
	e = request->bare ? NULL : calloc(1, sizeof(*e));
	if (!e) {
		sifting_close(&sifting);
		answer->status = request->bare ? answer->status : 0;
		return;
	}
	*e = (struct export){ .api = api, .query = query, .sifting = sifting, .csv = csv };
	e->at.host = query.ip.low;
	api->exports++;
	answer->source = (struct http_source){ export_read, export_end, e, &e->live };
}

void export_csv(void *arg, const struct http_request *request, struct http_answer *answer)
{
	begin(arg, request, answer, true);
}

void export_lines(void *arg, const struct http_request *request, struct http_answer *answer)
{
	begin(arg, request, answer, false);
}
