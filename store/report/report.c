/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/report.h"

#include "store/report/condition_doc.h"
#include "store/report/finding_doc.h"
#include "store/report/reading.h"
#include "store/report/service_doc.h"
#include "store/report/sweep_doc.h"

#include <stdio.h>
#include <string.h>

char *report_service(const struct store_service *row, const struct store_hints *hints)
{
	struct doc *o = service_doc(row);

	doc_set_child(o, "hints", service_doc_hints(hints));
	doc_set_child(o, "hints_seen", service_doc_hints_seen(hints));
	return doc_text(o);
}

char *report_host(const struct store_host *row)
{
	return doc_text(service_doc_host(row));
}

char *report_event(const struct event_row *event)
{
	return doc_text(finding_doc_event(event));
}

char *report_alert(const struct alert *alert)
{
	return doc_text(finding_doc_alert(alert, NULL));
}

char *report_tally(const struct tally *tally, const struct trouble_news *troubles, size_t count)
{
	struct doc *o = doc_new(), *list = doc_new_list();
	size_t i;

	doc_set_word(o, "type", "health");
	doc_set_time(o, "time", tally->time_us);
	condition_doc_set_counters(o, tally);
	condition_doc_set_unknown(o, tally);
	for (i = 0; i < count; i++)
		doc_add(list, condition_doc_trouble(&troubles[i]));
	doc_set_child(o, "troubles", list);
	return doc_text(o);
}

char *report_role(const struct role_news *news)
{
	struct doc *o = doc_new();

	doc_set_word(o, "type", "health");
	condition_doc_set_role(o, news);
	return doc_text(o);
}

char *report_sweep(const struct sweep *sweep)
{
	struct doc *o = sweep_doc(sweep);

	doc_set_word(o, "type", "sweep");
	return doc_text(o);
}

uint64_t report_alert_number(const char *line, size_t len)
{
	return reading_number_in(line, len, "number");
}

/* A report is its doc; the type keeps it to keys that are meant for readers. */
static struct doc *doc_of(struct report *report)
{
	return (struct doc *)report;
}

struct report *report_new(void)
{
	return (struct report *)doc_new();
}

void report_free(struct report *report)
{
	doc_free(doc_of(report));
}

char *report_text(struct report *report)
{
	return doc_text(doc_of(report));
}

void report_set_text(struct report *report, const char *key, const char *text)
{
	doc_set_text(doc_of(report), key, text ? text : "", text ? strlen(text) : 0);
}

void report_set_number(struct report *report, const char *key, uint64_t number)
{
	doc_set_number(doc_of(report), key, number);
}

void report_set_time(struct report *report, const char *key, wall_t time)
{
	if (time)
		doc_set_time(doc_of(report), key, time);
	else
		doc_set_null(doc_of(report), key);
}

void report_set_bool(struct report *report, const char *key, bool value)
{
	doc_set_bool(doc_of(report), key, value);
}

void report_set_tally(struct report *report, const char *key, const struct tally *tally)
{
	struct doc *counters = doc_new();

	condition_doc_set_counters(counters, tally);
	/* They have no text of their own, as the counters have. */
	condition_doc_set_unknown(doc_of(report), tally);
	doc_set_child(doc_of(report), key, counters);
}

void report_set_tally_texts(struct report *report, const char *key)
{
	doc_set_child(doc_of(report), key, condition_doc_texts());
}

void report_set_figures(struct report *report, const char *key, const struct store_figures *figures)
{
	doc_set_child(doc_of(report), key, condition_doc_figures(figures));
}

char *report_id(const struct service *s, char *out)
{
	char text[ADDR_TEXT_MAX];

	snprintf(out, REPORT_ID_MAX, "%s-%s-%u", addr_text(&s->host, text),
		 record_proto_text(s->proto), s->port);
	return out;
}

static struct doc *named_doc(const struct store_service *row)
{
	char id[REPORT_ID_MAX];
	struct doc *o = service_doc(row);

	doc_set_word(o, "id", report_id(&row->service, id));
	return o;
}

static struct doc *owned_doc(const struct store_service *row, const struct asset *asset)
{
	struct doc *o = named_doc(row);

	if (!asset)
		return o;
	doc_set_text(o, "name", asset->name, sizeof(asset->name));
	doc_set_text(o, "owner", asset->owner, sizeof(asset->owner));
	doc_set_text(o, "zone", asset->zone, sizeof(asset->zone));
	doc_set_child(o, "tags", finding_doc_names(asset->tags));
	return o;
}

char *report_owned_service(const struct store_service *row, const struct asset *asset)
{
	return doc_text(owned_doc(row, asset));
}

void report_set_service(struct report *report, const char *key, const struct store_service *row)
{
	doc_set_child(doc_of(report), key, named_doc(row));
}

void report_set_sightings(struct report *report, const char *key, const struct store_service *row)
{
	doc_set_child(doc_of(report), key, service_doc_sightings(row));
}

void report_set_hints(struct report *report, const char *key, const struct store_hints *hints)
{
	doc_set_child(doc_of(report), key, service_doc_hints(hints));
}

void report_set_hints_seen(struct report *report, const char *key, const struct store_hints *hints)
{
	doc_set_child(doc_of(report), key, service_doc_hints_seen(hints));
}

void report_list(struct report *report, const char *key)
{
	doc_set_child(doc_of(report), key, doc_new_list());
}

static void add_row(struct report *report, const char *key, struct doc *row)
{
	doc_add(doc_child(doc_of(report), key), row);
}

void report_add(struct report *report, const char *key, struct report *row)
{
	add_row(report, key, doc_of(row));
}

void report_add_number(struct report *report, const char *key, uint64_t number)
{
	doc_set_number(doc_child(doc_of(report), key), NULL, number);
}

void report_set(struct report *report, const char *key, struct report *object)
{
	doc_set_child(doc_of(report), key, doc_of(object));
}

void report_add_service(struct report *report, const char *key, const struct store_service *row,
			const struct asset *asset)
{
	add_row(report, key, owned_doc(row, asset));
}

void report_add_host(struct report *report, const char *key, const struct store_host *row)
{
	add_row(report, key, service_doc_host(row));
}

void report_add_probe(struct report *report, const char *key, const struct probe *probe)
{
	add_row(report, key, finding_doc_probe(probe));
}

void report_add_alert(struct report *report, const char *key, const struct alert *alert)
{
	add_row(report, key, finding_doc_alert(alert, NULL));
}

void report_add_case(struct report *report, const char *key, const struct alert *alert,
		     const struct store_case *row)
{
	add_row(report, key, finding_doc_alert(alert, row));
}

char *report_case(const struct alert *alert, const struct store_case *row)
{
	return doc_text(finding_doc_alert(alert, row));
}

void report_add_sweep(struct report *report, const char *key, const struct sweep *sweep)
{
	doc_add(doc_child(doc_of(report), key), sweep_doc(sweep));
}

void report_add_role(struct report *report, const char *key, const struct role_news *news)
{
	struct doc *row = doc_new();

	condition_doc_set_role(row, news);
	add_row(report, key, row);
}

void report_add_trouble(struct report *report, const char *key, const struct trouble_news *news)
{
	add_row(report, key, condition_doc_trouble(news));
}

void report_add_event(struct report *report, const char *key, const struct event_row *event,
		      const struct probe *probe)
{
	struct doc *row = finding_doc_event(event);

	finding_doc_set_probe(row, probe);
	add_row(report, key, row);
}

void report_set_alert(struct report *report, const char *key, const struct alert *alert)
{
	doc_set_child(doc_of(report), key, finding_doc_alert(alert, NULL));
}

void report_set_names(struct report *report, const char *key, const char *names)
{
	doc_set_child(doc_of(report), key, finding_doc_names(names));
}
