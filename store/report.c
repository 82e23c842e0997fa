/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* Sets a key to bytes that may be anything: what is not UTF-8 is read as Latin-1, none become null.
 */
static void set_bytes(json_t *object, const char *key, const uint8_t *from, size_t len)
{
	size_t i;
	json_t *text = len ? json_stringn((const char *)from, len) : json_null();
	char *copy, *to;

	if (!text && (copy = malloc(2 * len))) {
		for (i = 0, to = copy; i < len; i++) {
			if (from[i] >= 0x80)
				*to++ = (char)(0xc0 | from[i] >> 6);
			*to++ = (char)(from[i] < 0x80 ? from[i] : 0x80 | (from[i] & 0x3f));
		}
		text = json_stringn(copy, (size_t)(to - copy));
		free(copy);
	}
	json_object_set_new(object, key, text);
}

static void set_text(json_t *object, const char *key, const char *text, size_t size)
{
	set_bytes(object, key, (const uint8_t *)text, strnlen(text, size));
}

#define SET_TEXT(object, key, field) set_text(object, key, field, sizeof(field))

static void set_number(json_t *object, const char *key, uint64_t n)
{
	json_object_set_new(object, key, json_integer((json_int_t)n));
}

static void set_time(json_t *object, const char *key, wall_t time)
{
	char stamp[MONO_STAMP_MAX];

	json_object_set_new(object, key, json_string(mono_stamp(time, stamp)));
}

static void set_word(json_t *object, const char *key, const char *word)
{
	json_object_set_new(object, key, json_string(word));
}

static void set_service(json_t *object, const struct service *s)
{
	char text[ADDR_TEXT_MAX];

	set_word(object, "ip", addr_text(&s->host, text));
	set_word(object, "proto", record_proto_text(s->proto));
	set_number(object, "port", s->port);
}

/* The name, or that there is none, and then the guess. */
static void set_app(json_t *object, const char *app, const char *guess)
{
	set_text(object, "app", *app ? app : "unknown", RECORD_APP_MAX);
	set_text(object, "app_guess", *app ? "" : guess, RECORD_APP_MAX);
}

/* A number that 0 means nothing of. */
static void set_known(json_t *object, const char *key, uint32_t n)
{
	json_object_set_new(object, key, n ? json_integer(n) : json_null());
}

static json_t *country_json(const char *country)
{
	return *country ? json_stringn(country, strnlen(country, RECORD_COUNTRY_MAX)) : json_null();
}

/* The most first; `more`: the count may be too high by that much at most. */
static json_t *countries_top_json(const struct countries_top *top)
{
	struct countries_share share[COUNTRIES_TOP];
	size_t i, count = countries_top_list(top, share);
	json_t *list = json_array(), *o;

	for (i = 0; i < count; i++) {
		o = json_object();
		json_object_set_new(o, "country", country_json(share[i].country));
		set_number(o, "handshakes", share[i].count);
		set_number(o, "excess", share[i].excess);
		json_array_append_new(list, o);
	}
	return list;
}

static char *line_of(json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12));

	json_decref(object);
	return line;
}

/* What a byte asked of it has brought, for UDP; null when nothing was asked, or seen to be. */
static json_t *amplification_json(const struct store_service *row)
{
	if (row->service.proto != PROTO_UDP || !row->asked)
		return json_null();
	return json_real((double)(row->answered * 100 / row->asked) / 100);
}

/* How the name shown was obtained, and how far it can be trusted. */
static void set_how(json_t *o, const struct store_service *row)
{
	static const char *const trust[] = { [NAMED_CLIENT] = "low",
					     [NAMED_CACHE] = "low",
					     [NAMED_DPI] = "medium",
					     [NAMED_PAYLOAD] = "high" };
	bool probed = *row->probed, wire = *row->app && row->named && row->named < NAMED_END;

	set_text(o, "app_by",
		 probed ? "probe"
		 : wire ? record_named_text(row->named)
			: "",
		 RECORD_APP_MAX);
	set_text(o, "app_confidence",
		 probed ? "high"
		 : wire ? trust[row->named]
			: "",
		 RECORD_APP_MAX);
	SET_TEXT(o, "app_before", row->before);
}

static json_t *service_json(const struct store_service *row)
{
	json_t *o = json_object();

	set_word(o, "type", "service");
	set_service(o, &row->service);
	set_app(o, store_app(row), row->app_guess);
	SET_TEXT(o, "app_wire", row->app);
	set_how(o, row);
	set_word(o, "evidence", record_evidence_text(row->evidence));
	set_word(o, "state", record_state_text(store_state(row)));
	set_text(o, "ephemeral", row->ephemeral ? record_ephemeral_text(row->ephemeral) : "",
		 RECORD_APP_MAX);
	set_time(o, "first_seen", row->first_us);
	set_time(o, "last_seen", row->last_us);
	set_number(o, "handshakes", row->handshakes);
	set_number(o, "peers", hash_sketch_count(&row->peers));
	set_number(o, "refusals", row->refusals);
	set_number(o, "filtered", row->filtered);
	set_number(o, "asked", row->asked);
	set_number(o, "answered", row->answered);
	json_object_set_new(o, "amplification", amplification_json(row));
	json_object_set_new(o, "abuse", row->reflects ? json_string("reflector") : json_null());
	set_number(o, "vlan", row->vlan);
	set_text(o, "tunnel", row->tunnel ? record_tunnel_text(row->tunnel) : "", RECORD_APP_MAX);
	set_number(o, "tunnel_id", row->tunnel_id);
	json_object_set_new(o, "country", country_json(row->origin.country));
	set_known(o, "as", row->origin.as_number);
	json_object_set_new(o, "peer_countries", countries_top_json(&row->countries));
	return o;
}

char *report_service(const struct store_service *row)
{
	return line_of(service_json(row));
}

static json_t *host_json(const struct store_host *row)
{
	char text[ADDR_TEXT_MAX];
	json_t *o = json_object();

	set_word(o, "type", "host");
	set_word(o, "ip", addr_text(&row->host, text));
	set_word(o, "proto", record_proto_text(row->proto));
	json_object_set_new(o, "answers_everything", json_true());
	set_number(o, "ports", hash_sketch_count(&row->ports));
	set_number(o, "answers", row->answers);
	set_number(o, "folded", row->folded);
	set_time(o, "first_seen", row->first_us);
	set_time(o, "last_seen", row->last_us);
	set_word(o, "last_peer", addr_text(&row->peer, text));
	set_word(o, "evidence", record_evidence_text(row->evidence));
	set_number(o, "ttl", row->ttl);
	set_number(o, "window", row->window);
	SET_TEXT(o, "options", row->options);
	return o;
}

char *report_host(const struct store_host *row)
{
	return line_of(host_json(row));
}

/* Millionths as a number of the whole. */
static void set_millionths(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_real((double)n / 1000000));
}

/* A part of 1, or seconds, whichever the kind of trouble is measured in. */
static void set_trouble(json_t *o, const struct trouble_news *t)
{
	set_word(o, "trouble", record_trouble_text(t->trouble));
	SET_TEXT(o, "source", t->source);
	json_object_set_new(o, "over", json_boolean(t->over));
	set_millionths(o, "value", t->value);
	set_millionths(o, "threshold", t->limit);
}

static void set_finding(json_t *o, const struct finding *f)
{
	char text[ADDR_TEXT_MAX];

	set_word(o, "event", record_event_text(f->event));
	if (f->event == EVENT_HEALTH) {
		set_trouble(o, &f->trouble);
		return;
	}
	set_service(o, &f->service);
	set_app(o, f->app, f->app_guess);
	SET_TEXT(o, "instead_of", f->instead_of);
	set_word(o, "evidence", record_evidence_text(f->evidence));
	set_word(o, "state", record_state_text(f->state));
	json_object_set_new(o, "verified", json_boolean(f->verified));
	set_word(o, "peer", addr_text(&f->peer, text));
	json_object_set_new(o, "peer_country", country_json(f->peer_origin.country));
	set_known(o, "peer_as", f->peer_origin.as_number);
	json_object_set_new(o, "country", country_json(f->origin.country));
	set_known(o, "as", f->origin.as_number);
	SET_TEXT(o, "product", f->product);
	SET_TEXT(o, "version", f->version);
}

static json_t *event_json(const struct event_row *event)
{
	json_t *o = json_object();

	set_word(o, "type", "event");
	set_number(o, "number", event->number);
	set_time(o, "time", event->time_us);
	set_finding(o, &event->finding);
	return o;
}

char *report_event(const struct event_row *event)
{
	return line_of(event_json(event));
}

static json_t *certificate_json(const struct probe *p)
{
	json_t *o = json_object();

	SET_TEXT(o, "subject", p->subject);
	SET_TEXT(o, "issuer", p->issuer);
	SET_TEXT(o, "san", p->san);
	set_time(o, "not_after", p->not_after_us);
	return o;
}

static json_t *probe_json(const struct probe *p)
{
	char text[ADDR_TEXT_MAX];
	json_t *o = json_object();

	SET_TEXT(o, "vantage", p->vantage);
	set_time(o, "started", p->started_us);
	set_time(o, "finished", p->finished_us);
	set_word(o, "state", record_state_text(p->state));
	set_word(o, "reason", record_reason_text(p->reason));
	if (p->reason == REASON_ICMP) {
		set_number(o, "icmp_type", p->icmp_type);
		set_number(o, "icmp_code", p->icmp_code);
		set_word(o, "icmp_from", addr_text(&p->icmp_from, text));
	}
	set_word(o, "method", p->by_connect ? "connect" : "syn");
	set_number(o, "tries", p->tries);
	set_number(o, "rtt_us", p->rtt_us);
	set_number(o, "ttl", p->ttl);
	SET_TEXT(o, "app", p->app);
	SET_TEXT(o, "tls", p->tls);
	json_object_set_new(o, "certificate", p->not_after_us ? certificate_json(p) : json_null());
	set_bytes(o, "banner", p->banner,
		  p->banner_len < sizeof(p->banner) ? p->banner_len : sizeof(p->banner));
	return o;
}

static json_t *alert_json(const struct alert *a)
{
	json_t *o = json_object();

	set_word(o, "type", "alert");
	set_number(o, "number", a->number);
	set_time(o, "time", a->time_us);
	set_word(o, "level", record_level_text(a->level));
	set_finding(o, &a->finding);
	if (a->finding.event != EVENT_HEALTH)
		SET_TEXT(o, "peer_as_name", a->peer_as_name);
	SET_TEXT(o, "rule", a->rule);
	set_number(o, "rule_line", a->rule_line);
	json_object_set_new(o, "probe", a->probe.job ? probe_json(&a->probe) : json_null());
	return o;
}

char *report_alert(const struct alert *a)
{
	return line_of(alert_json(a));
}

/* What the sensor could not look into: kind, number and how many packets. */
static json_t *unknown_json(const struct tally *tally)
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < TALLY_UNKNOWNS && tally->unknown[i].kind; i++) {
		const struct tally_unknown *u = &tally->unknown[i];

		o = json_object();
		set_word(o, "kind", record_unknown_text(u->kind));
		set_number(o, "number", u->number);
		set_number(o, "packets", u->packets);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *tally_json(const struct tally *tally)
{
	json_t *o = json_object();

	set_word(o, "type", "health");
	set_time(o, "time", tally->time_us);
#define SET_COUNTER(id, text) set_number(o, #id, tally->id);
	RECORD_TALLY_LIST(SET_COUNTER)
#undef SET_COUNTER
	json_object_set_new(o, "unknown", unknown_json(tally));
	set_number(o, "unknown_rest", tally->unknown_rest);
	return o;
}

static json_t *trouble_json(const struct trouble_news *news)
{
	json_t *o = json_object();

	set_trouble(o, news);
	json_object_del(o, "over");
	set_time(o, "since", news->time_us);
	return o;
}

char *report_tally(const struct tally *tally, const struct trouble_news *troubles, size_t count)
{
	json_t *o = tally_json(tally), *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, trouble_json(&troubles[i]));
	json_object_set_new(o, "troubles", list);
	return line_of(o);
}

static json_t *role_json(const struct role_news *news)
{
	json_t *o = json_object();

	set_word(o, "type", "health");
	set_time(o, "time", news->time_us);
	SET_TEXT(o, "role", news->role);
	json_object_set_new(o, "running", json_boolean(news->running));
	set_number(o, "falls", news->falls);
	set_number(o, "signal", news->signal);
	set_number(o, "status", news->status);
	if (news->running)
		json_object_set_new(o, "back", json_null());
	else
		set_time(o, "back", news->back_us);
	return o;
}

char *report_role(const struct role_news *news)
{
	return line_of(role_json(news));
}

uint64_t report_alert_number(const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	json_int_t n = json_integer_value(json_object_get(o, "number"));

	json_decref(o);
	return n > 0 ? (uint64_t)n : 0;
}

/* A report is its object; the type keeps jansson in this file. */
static json_t *object_of(struct report *report)
{
	return (json_t *)report;
}

struct report *report_new(void)
{
	return (struct report *)json_object();
}

void report_free(struct report *report)
{
	json_decref(object_of(report));
}

char *report_text(struct report *report)
{
	return line_of(object_of(report));
}

void report_set_text(struct report *report, const char *key, const char *text)
{
	set_text(object_of(report), key, text ? text : "", text ? strlen(text) : 0);
}

void report_set_number(struct report *report, const char *key, uint64_t number)
{
	set_number(object_of(report), key, number);
}

void report_set_time(struct report *report, const char *key, wall_t time)
{
	if (time)
		set_time(object_of(report), key, time);
	else
		json_object_set_new(object_of(report), key, json_null());
}

void report_set_tally(struct report *report, const char *key, const struct tally *tally)
{
	/* What has no text of its own. */
	static const char *const apart[] = { "unknown", "unknown_rest" };
	json_t *counters = tally_json(tally);
	size_t i;

	json_object_del(counters, "type");
	json_object_del(counters, "time");
	for (i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		json_object_set(object_of(report), apart[i], json_object_get(counters, apart[i]));
		json_object_del(counters, apart[i]);
	}
	json_object_set_new(object_of(report), key, counters);
}

void report_set_figures(struct report *report, const char *key, const struct store_figures *figures)
{
	json_t *rows = json_object();
	size_t i;

	for (i = 0; i < figures->count; i++)
		json_object_set_new(rows, figures->kinds[i].kind,
				    json_integer((json_int_t)figures->kinds[i].rows));
	json_object_set_new(object_of(report), key,
			    json_pack("{s:I, s:o}", "bytes", (json_int_t)figures->bytes,
				      "rows_estimated", rows));
}

void report_set_tally_texts(struct report *report, const char *key)
{
	json_t *texts = json_object();

#define SET_COUNTER_TEXT(id, text) set_word(texts, #id, text);
	RECORD_TALLY_LIST(SET_COUNTER_TEXT)
#undef SET_COUNTER_TEXT
	json_object_set_new(object_of(report), key, texts);
}

char *report_id(const struct service *s, char *out)
{
	char text[ADDR_TEXT_MAX];

	snprintf(out, REPORT_ID_MAX, "%s-%s-%u", addr_text(&s->host, text),
		 record_proto_text(s->proto), s->port);
	return out;
}

static json_t *named_service_json(const struct store_service *row)
{
	char id[REPORT_ID_MAX];
	json_t *o = service_json(row);

	set_word(o, "id", report_id(&row->service, id));
	return o;
}

void report_set_service(struct report *report, const char *key, const struct store_service *row)
{
	json_object_set_new(object_of(report), key, named_service_json(row));
}

void report_set_sightings(struct report *report, const char *key, const struct store_service *row)
{
	char text[ADDR_TEXT_MAX];
	json_t *o = json_object();

	set_time(o, "first", row->first_us);
	set_time(o, "last", row->last_us);
	set_number(o, "handshakes", row->handshakes);
	set_number(o, "peers", hash_sketch_count(&row->peers));
	set_word(o, "evidence", record_evidence_text(row->evidence));
	set_word(o, "last_peer", addr_text(&row->peer, text));
	json_object_set_new(o, "last_peer_country", country_json(row->peer_origin.country));
	set_known(o, "last_peer_as", row->peer_origin.as_number);
	set_number(o, "vlan", row->vlan);
	json_object_set_new(object_of(report), key, o);
}

void report_list(struct report *report, const char *key)
{
	json_object_set_new(object_of(report), key, json_array());
}

static void add_row(struct report *report, const char *key, json_t *row)
{
	json_array_append_new(json_object_get(object_of(report), key), row);
}

void report_add_service(struct report *report, const char *key, const struct store_service *row)
{
	add_row(report, key, named_service_json(row));
}

void report_add_host(struct report *report, const char *key, const struct store_host *row)
{
	add_row(report, key, host_json(row));
}

void report_add_probe(struct report *report, const char *key, const struct probe *probe)
{
	add_row(report, key, probe_json(probe));
}

void report_add_alert(struct report *report, const char *key, const struct alert *alert)
{
	add_row(report, key, alert_json(alert));
}

void report_add_role(struct report *report, const char *key, const struct role_news *news)
{
	json_t *row = role_json(news);

	json_object_del(row, "type");
	add_row(report, key, row);
}

void report_add_trouble(struct report *report, const char *key, const struct trouble_news *news)
{
	add_row(report, key, trouble_json(news));
}

void report_add_event(struct report *report, const char *key, const struct event_row *event,
		      const struct probe *probe)
{
	json_t *row = event_json(event);

	json_object_set_new(row, "probe", probe ? probe_json(probe) : json_null());
	add_row(report, key, row);
}

void report_set_bool(struct report *report, const char *key, bool value)
{
	json_object_set_new(object_of(report), key, json_boolean(value));
}

void report_add(struct report *report, const char *key, struct report *row)
{
	add_row(report, key, object_of(row));
}
