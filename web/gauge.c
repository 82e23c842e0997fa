/* SPDX-License-Identifier: Apache-2.0 */
#include "web/gauge.h"

#include "store/report/report.h"

#include <stdio.h>

#define SILENCE (10 * MONO_SECOND) /* the sensor counts every second */

void gauge_open(struct gauge *h)
{
	*h = (struct gauge){ .since = mono_wall(), .started = mono_now() };
}

void gauge_take(struct gauge *h, const struct tally *t)
{
	/* Core says what it has, also when the sensor has said nothing yet. */
	if (!t->time_us || t->time_us == h->tally.time_us)
		return;
	h->told = mono_now();
	h->before = h->tally;
	h->tally = *t;
}

void gauge_take_role(struct gauge *h, const struct role_news *news)
{
	size_t i;

	for (i = 0; i < h->role_count && strncmp(h->roles[i].role, news->role, RECORD_ROLE_MAX);
	     i++)
		;
	if (i == GAUGE_ROLES)
		return;
	h->roles[i] = *news;
	h->role_count += i == h->role_count;
}

void gauge_take_trouble(struct gauge *h, const struct trouble_news *news)
{
	size_t i;

	if (!news->trouble)
		h->trouble_count = 0;
	for (i = 0; i < h->trouble_count; i++)
		if (h->troubles[i].trouble == news->trouble &&
		    !memcmp(h->troubles[i].source, news->source, sizeof(news->source)))
			break;
	if (news->trouble && !news->over && i < GAUGE_TROUBLES) {
		h->troubles[i] = *news;
		h->trouble_count += i == h->trouble_count;
	} else if (news->over && i < h->trouble_count) {
		h->troubles[i] = h->troubles[--h->trouble_count];
	}
}

/* What is missing; NULL nothing. */
static const char *fault(const struct gauge *h)
{
	mono_t since = h->told ? h->told : h->started;
	size_t i;

	if (!h->has_store)
		return "no store yet";
	for (i = 0; i < h->role_count; i++)
		if (!h->roles[i].running)
			return "a role is down";
	return mono_now() - since > SILENCE ? "the sensor is silent" : NULL;
}

const char *gauge_word(const struct gauge *h)
{
	const char *word = fault(h);

	return word ? word : "ok";
}

bool gauge_is_well(const struct gauge *h)
{
	return !fault(h);
}

/* A second's worth of what came between the last two tallies; 0 when the sensor began anew. */
static uint64_t rate(const struct gauge *h, uint64_t now, uint64_t before)
{
	wall_t time = h->tally.time_us - h->before.time_us;

	if (!h->before.time_us || time <= 0 || now < before)
		return 0;
	return (uint64_t)((double)(now - before) * MONO_SECOND / (double)time);
}

char *gauge_json(const struct gauge *h)
{
	struct report *r = report_new();
	size_t i;

	report_set_text(r, "type", "health");
	report_set_text(r, "state", gauge_word(h));
	report_set_time(r, "since", h->since);
	report_set_time(r, "time", h->tally.time_us);
	report_set_text(r, "version", PACKAGE_VERSION);
	report_set_number(r, "packets_per_second", rate(h, h->tally.packets, h->before.packets));
	report_set_number(r, "bytes_per_second", rate(h, h->tally.bytes, h->before.bytes));
	report_set_tally(r, "counters", &h->tally);
	report_set_tally_texts(r, "texts");
	report_list(r, "roles");
	for (i = 0; i < h->role_count; i++)
		report_add_role(r, "roles", &h->roles[i]);
	report_set_bool(r, "probing", h->probing.enabled && !h->probing.quiet_until_us);
	report_set_time(r, "probing_since", h->probing.time_us);
	report_set_time(r, "quiet_until", h->probing.quiet_until_us);
	report_set_time(r, "rules_since", h->rules.time_us);
	report_set_text(r, "rules_error", h->rules.refused ? h->rules.error : NULL);
	report_set_figures(r, "store", &h->store);
	report_list(r, "troubles");
	for (i = 0; i < h->trouble_count; i++)
		report_add_trouble(r, "troubles", &h->troubles[i]);
	report_set_number(r, "last_event", h->stream.event);
	report_set_number(r, "last_alert", h->stream.alert);
	report_set_number(r, "requests", h->http.requests);
	report_set_number(r, "connections", h->http.connections);
	report_set_number(r, "connections_refused", h->http.refused);
	report_set_number(r, "readers", h->stream.readers);
	report_set_number(r, "readers_dropped", h->stream.dropped);
	report_set_number(r, "news_lost", h->stream.lost);
	return report_text(r);
}

static void put(FILE *out, const char *name, const char *type, const char *help, uint64_t value)
{
	fprintf(out, "# HELP flowd_%s %s\n# TYPE flowd_%s %s\nflowd_%s %llu\n", name, help, name,
		type, name, (unsigned long long)value);
}

/* Prometheus has one unit for times: seconds. */
static void put_count(FILE *out, const char *name, const char *help, uint64_t value)
{
	size_t len = strlen(name);
	char full[64];

	if (len < 3 || strcmp(name + len - 3, "_us") != 0) {
		snprintf(full, sizeof(full), "%s_total", name);
		put(out, full, "counter", help, value);
		return;
	}
	snprintf(full, sizeof(full), "%.*s_seconds_total", (int)len - 3, name);
	/* "microseconds ..." */
	fprintf(out, "# HELP flowd_%s %s\n# TYPE flowd_%s counter\nflowd_%s %.6f\n", full,
		!strncmp(help, "micro", 5) ? help + 5 : help, full, full,
		(double)value / MONO_SECOND);
}

static void put_tally(FILE *out, const struct tally *t)
{
#define PUT(id, text) put_count(out, #id, text, t->id);
	RECORD_TALLY_LIST(PUT)
#undef PUT
}

/* What could not be looked into, by the number that announced it. */
static void put_unknown(FILE *out, const struct tally *t)
{
	const struct tally_unknown *u;
	size_t i;

	fprintf(out, "# HELP flowd_unknown_total packets with something flowd can't look into\n"
		     "# TYPE flowd_unknown_total counter\n");
	for (i = 0; i < TALLY_UNKNOWNS && t->unknown[i].kind; i++) {
		u = &t->unknown[i];
		fprintf(out, "flowd_unknown_total{kind=\"%s\",number=\"%u\"} %llu\n",
			record_unknown_text(u->kind), u->number, (unsigned long long)u->packets);
	}
	put(out, "unknown_rest_total", "counter",
	    "packets with numbers for which flowd_unknown_total has no room", t->unknown_rest);
}

static void put_store(FILE *out, const struct store_figures *f)
{
	size_t i;

	put(out, "store_bytes", "gauge", "size of the store on disk", f->bytes);
	fprintf(out, "# HELP flowd_store_rows_estimated rows in the store, an estimate\n"
		     "# TYPE flowd_store_rows_estimated gauge\n");
	for (i = 0; i < f->count; i++)
		fprintf(out, "flowd_store_rows_estimated{kind=\"%s\"} %llu\n", f->kinds[i].kind,
			(unsigned long long)f->kinds[i].rows);
}

/* One for each kind: how many sources have it. */
static void put_troubles(FILE *out, const struct gauge *h)
{
	unsigned kind;
	size_t i, count;

	fprintf(out, "# HELP flowd_trouble sources of packets that have such trouble now\n"
		     "# TYPE flowd_trouble gauge\n");
	for (kind = TROUBLE_NONE + 1; kind < TROUBLE_END; kind++) {
		for (i = count = 0; i < h->trouble_count; i++)
			count += h->troubles[i].trouble == kind;
		fprintf(out, "flowd_trouble{kind=\"%s\"} %zu\n", record_trouble_text(kind), count);
	}
}

char *gauge_metrics(const struct gauge *h)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put(out, "up", "gauge", "1 when the store is open and the sensor speaks", gauge_is_well(h));
	put_tally(out, &h->tally);
	put_unknown(out, &h->tally);
	if (h->has_store)
		put_store(out, &h->store);
	put_troubles(out, h);
	put(out, "probing", "gauge", "1 when probes may be sent: no kill switch, no quiet hours",
	    h->probing.enabled && !h->probing.quiet_until_us);
	put(out, "events_total", "counter", "events there have been in this store",
	    h->stream.event);
	put(out, "alerts_total", "counter", "alerts there have been in this store",
	    h->stream.alert);
	put(out, "web_requests_total", "counter", "HTTP requests answered", h->http.requests);
	put(out, "web_connections", "gauge", "connections there are", h->http.connections);
	put(out, "web_connections_refused_total", "counter",
	    "connections of addresses that had as many as they may", h->http.refused);
	put(out, "web_readers", "gauge", "readers of the stream", h->stream.readers);
	put(out, "web_readers_joined_total", "counter", "readers the stream has had",
	    h->stream.joined);
	put(out, "web_readers_dropped_total", "counter", "readers dropped for being slow",
	    h->stream.dropped);
	put(out, "web_news_lost_total", "counter",
	    "events and alerts missing in the stream because web was behind", h->stream.lost);
	fprintf(out,
		"# HELP flowd_start_time_seconds when web was started\n"
		"# TYPE flowd_start_time_seconds gauge\nflowd_start_time_seconds %.3f\n"
		"# HELP flowd_build_info the version\n# TYPE flowd_build_info gauge\n"
		"flowd_build_info{version=\"%s\"} 1\n",
		(double)h->since / MONO_SECOND, PACKAGE_VERSION);
	return fclose(out) ? NULL : text;
}
