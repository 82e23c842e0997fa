/* SPDX-License-Identifier: Apache-2.0 */
#include "web/listing/sifting.h"

#include "base/conf.h"
#include "store/assets/assets.h"
#include "store/naming.h"
#include "store/report/report.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PROBES_COST 8 /* rows of services that reading the probes of one costs */
#define ASSET_COST 4  /* the same for what is said of its place */

static void answer_wrong(const struct rules_error *error, struct http_answer *answer)
{
	struct report *r = report_new(), *fault = report_new();

	report_set_text(r, "type", "about:blank");
	report_set_text(r, "title", "Bad Request");
	report_set_number(r, "status", 400);
	report_set_text(r, "detail", error->text);
	report_set_text(r, "parameter", "filter");
	report_list(r, "errors");
	report_set_text(fault, "detail", error->text);
	report_set_number(fault, "line", error->line);
	report_set_number(fault, "column", error->column);
	report_add(r, "errors", fault);
	http_answer_text(answer, HTTP_PROBLEM, report_text(r));
	if (answer->status)
		answer->status = 400;
}

bool sifting_open(struct sifting *s, const struct conf *conf, const struct query *query,
		  bool events, struct http_answer *answer)
{
	struct rules_error error;

	*s = (struct sifting){ .home = &conf->home };
	if (!(query->given & QUERY_WITH_FILTER) ||
	    !filter_read(query->filter, strlen(query->filter), events, &s->filter, &error))
		return true;
	answer_wrong(&error, answer);
	return false;
}

void sifting_close(struct sifting *s)
{
	filter_free(s->filter);
	s->filter = NULL;
}

bool sifting_is_deep(const struct sifting *s)
{
	return s->filter && filter_depth(s->filter) > FILTER_BRIEF;
}

/* ---- what is known of a service ---- */

struct known {
	struct finding finding;
	struct rules_facts facts;
	wall_t latest_us; /* the end of the probe whose word counts */
	size_t open_len;
};

static int add_probe(void *arg, const struct probe *p)
{
	struct known *k = arg;
	size_t room = sizeof(k->finding.open_from) - k->open_len;
	int len;

	if (p->state == STATE_OPEN) {
		len = snprintf(k->finding.open_from + k->open_len, room, "%s%s",
			       k->open_len ? "," : "", p->vantage);
		/* A name that has no room is left out. */
		if (len > 0 && (size_t)len < room)
			k->open_len += (size_t)len;
		else
			k->finding.open_from[k->open_len] = '\0';
	}
	if (p->finished_us < k->latest_us)
		return 0;
	k->latest_us = p->finished_us;
	memcpy(k->finding.product, p->product, sizeof(k->finding.product));
	memcpy(k->finding.version, p->version, sizeof(k->finding.version));
	rules_facts_add(&k->facts, p);
	return 0;
}

static struct finding finding_of(const struct sifting *s, const struct store_service *row)
{
	struct finding f = { .service = row->service,
			     .time_us = mono_wall(),
			     .peer = row->peer,
			     .state = (uint8_t)store_state(row),
			     .evidence = row->evidence,
			     .verified = row->state != STATE_CANDIDATE,
			     .peer_home = prefix_set_has(s->home, &row->peer),
			     .exposure = row->exposure,
			     .origin = row->origin,
			     .peer_origin = row->peer_origin };

	record_text_set(f.app, sizeof(f.app), store_app(row));
	return f;
}

/* What is said of the place now; the texts are those of `asset`. */
static void find_asset(struct store *store, const struct service *service, struct asset *asset,
		       struct rules_facts *facts, unsigned *cost)
{
	if (cost)
		*cost += ASSET_COST;
	if (store_find_asset(store, service, asset) <= 0)
		return;
	facts->owner = *asset->owner ? asset->owner : NULL;
	facts->zone = *asset->zone ? asset->zone : NULL;
	facts->tags = *asset->tags ? asset->tags : NULL;
}

/* Application names are in lower case by convention; what a pattern file says may not be. */
static bool may_pass(const struct sifting *s, const struct store_service *row)
{
	const char *name = *store_app(row) ? store_app(row) : "unknown";
	char app[RECORD_APP_MAX] = "";
	size_t i;

	for (i = 0; i + 1 < sizeof(app) && name[i]; i++)
		app[i] = (char)tolower((unsigned char)name[i]);
	return filter_has_brief(s->filter,
				&(struct filter_brief){ .service = &row->service,
							.app = app,
							.state = (uint8_t)store_state(row),
							.evidence = row->evidence });
}

bool sifting_has_row(const struct sifting *s, struct store *store, const struct store_service *row,
		     unsigned *cost)
{
	struct asset asset;
	struct known k;

	if (!s->filter)
		return true;
	if (!may_pass(s, row))
		return false;
	if (filter_depth(s->filter) == FILTER_BRIEF)
		return true;
	k = (struct known){ .finding = finding_of(s, row),
			    .facts = { .vlan = row->vlan, .tunnel = row->tunnel } };
	if (filter_depth(s->filter) == FILTER_PROBES) {
		store_walk_probes(store, &row->service, add_probe, &k);
		if (cost)
			*cost += PROBES_COST;
	}
	if (filter_asks_assets(s->filter))
		find_asset(store, &row->service, &asset, &k.facts, cost);
	return filter_has(s->filter, &k.finding, &k.facts);
}

bool sifting_has_finding(const struct sifting *s, struct store *store,
			 const struct finding *finding, const struct probe *probe, unsigned *cost)
{
	struct rules_facts facts = { .vlan = 0 };
	struct asset asset;
	struct tm tm;
	time_t now = (time_t)(finding->time_us / MONO_SECOND);

	if (!s->filter)
		return true;
	if (localtime_r(&now, &tm))
		facts.utc_offset_s = (int32_t)tm.tm_gmtoff;
	if (probe)
		rules_facts_add(&facts, probe);
	/* Health is about no place. */
	if (filter_asks_assets(s->filter) && finding->event != EVENT_HEALTH)
		find_asset(store, &finding->service, &asset, &facts, cost);
	return filter_has(s->filter, finding, &facts);
}
