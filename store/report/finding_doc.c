/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/finding_doc.h"

#include "store/report/condition_doc.h"
#include "store/report/service_doc.h"

#include <stdio.h>

static void set_finding(struct doc *o, const struct finding *f)
{
	char text[ADDR_TEXT_MAX];

	doc_set_word(o, "event", record_event_text(f->event));
	if (f->event == EVENT_HEALTH) {
		condition_doc_set_trouble(o, &f->trouble);
		doc_set_bool(o, "over", f->trouble.over);
		return;
	}
	service_doc_set_key(o, &f->service);
	service_doc_set_app(o, f->app, f->app_guess);
	DOC_SET_TEXT(o, "instead_of", f->instead_of);
	doc_set_text(o, "what", f->what ? record_change_text(f->what) : "", RECORD_APP_MAX);
	DOC_SET_TEXT(o, "before", f->before);
	DOC_SET_TEXT(o, "after", f->after);
	DOC_SET_TEXT(o, "vantage", f->vantage);
	DOC_SET_TEXT(o, "open_from", f->open_from);
	doc_set_text(o, "exposure", f->exposure ? record_exposure_text(f->exposure) : "",
		     RECORD_APP_MAX);
	doc_set_word(o, "evidence", record_evidence_text(f->evidence));
	doc_set_word(o, "state", record_state_text(f->state));
	doc_set_bool(o, "verified", f->verified);
	doc_set_word(o, "peer", addr_text(&f->peer, text));
	service_doc_set_country(o, "peer_country", f->peer_origin.country);
	doc_set_known(o, "peer_as", f->peer_origin.as_number);
	service_doc_set_country(o, "country", f->origin.country);
	doc_set_known(o, "as", f->origin.as_number);
	DOC_SET_TEXT(o, "product", f->product);
	DOC_SET_TEXT(o, "version", f->version);
}

struct doc *finding_doc_event(const struct event_row *event)
{
	struct doc *o = doc_new();

	doc_set_word(o, "type", "event");
	doc_set_number(o, "number", event->number);
	doc_set_time(o, "time", event->time_us);
	set_finding(o, &event->finding);
	return o;
}

static struct doc *certificate_doc(const struct probe_certificate *c)
{
	char sha256[2 * sizeof(c->sha256) + 1] = "";
	struct doc *o = doc_new();
	size_t i;

	for (i = 0; i < sizeof(c->sha256); i++)
		sprintf(sha256 + 2 * i, "%02x", c->sha256[i]);
	DOC_SET_TEXT(o, "subject", c->subject);
	DOC_SET_TEXT(o, "issuer", c->issuer);
	doc_set_time(o, "not_before", c->not_before_us);
	doc_set_time(o, "not_after", c->not_after_us);
	DOC_SET_TEXT(o, "key", c->key);
	doc_set_known(o, "key_bits", c->key_bits);
	DOC_SET_TEXT(o, "signature", c->signature);
	doc_set_bool(o, "self_signed", c->self_signed);
	doc_set_word(o, "sha256", sha256);
	return o;
}

/* The server's own certificate, with the names it is for; and those it was issued by. */
static void set_certificates(struct doc *o, const struct probe *p)
{
	struct doc *own, *chain = doc_new_list();
	size_t i;

	if (p->certificate_count) {
		own = certificate_doc(&p->certificates[0]);
		DOC_SET_TEXT(own, "san", p->san);
		doc_set_child(o, "certificate", own);
	} else {
		doc_set_null(o, "certificate");
	}
	for (i = 1; i < p->certificate_count && i < PROBE_CERTIFICATES_MAX; i++)
		doc_add(chain, certificate_doc(&p->certificates[i]));
	doc_set_child(o, "chain", chain);
}

/* Each kind with its texts. */
static struct doc *facts_doc(const struct probe *p)
{
	struct doc *o = doc_new(), *list;
	struct probe_fact fact;
	unsigned kind;
	size_t at;

	for (kind = FACT_NONE + 1; kind < FACT_END; kind++) {
		list = NULL;
		for (at = 0; probe_next_fact(p, &at, &fact);) {
			if (fact.kind != kind)
				continue;
			list = list ? list : doc_new_list();
			doc_add_text(list, fact.text, sizeof(fact.text));
		}
		if (list)
			doc_set_child(o, record_fact_text(kind), list);
	}
	return o;
}

struct doc *finding_doc_probe(const struct probe *p)
{
	char text[ADDR_TEXT_MAX];
	struct doc *o = doc_new();

	DOC_SET_TEXT(o, "vantage", p->vantage);
	doc_set_time(o, "started", p->started_us);
	doc_set_time(o, "finished", p->finished_us);
	doc_set_word(o, "state", record_state_text(p->state));
	doc_set_word(o, "reason", record_reason_text(p->reason));
	if (p->reason == REASON_ICMP) {
		doc_set_number(o, "icmp_type", p->icmp_type);
		doc_set_number(o, "icmp_code", p->icmp_code);
		doc_set_word(o, "icmp_from", addr_text(&p->icmp_from, text));
	}
	doc_set_word(o, "method", p->by_connect ? "connect" : "syn");
	doc_set_number(o, "tries", p->tries);
	doc_set_number(o, "rtt_us", p->rtt_us);
	doc_set_number(o, "ttl", p->ttl);
	DOC_SET_TEXT(o, "app", p->app);
	DOC_SET_TEXT(o, "product", p->product);
	DOC_SET_TEXT(o, "version", p->version);
	DOC_SET_TEXT(o, "tls", p->tls);
	DOC_SET_TEXT(o, "cipher", p->cipher);
	DOC_SET_TEXT(o, "alpn", p->alpn);
	set_certificates(o, p);
	doc_set_child(o, "facts", facts_doc(p));
	if (p->asked) {
		doc_set_number(o, "asked", p->asked);
		doc_set_number(o, "answered", p->answered);
	}
	doc_set_bytes(o, "banner", p->banner,
		      p->banner_len < sizeof(p->banner) ? p->banner_len : sizeof(p->banner));
	return o;
}

void finding_doc_set_probe(struct doc *doc, const struct probe *probe)
{
	if (probe)
		doc_set_child(doc, "probe", finding_doc_probe(probe));
	else
		doc_set_null(doc, "probe");
}

static void set_case(struct doc *o, const struct store_case *row)
{
	struct doc *life = doc_new();

	DOC_SET_TEXT(life, "assignee", row->assignee);
	doc_set_number(life, "comments", row->comments);
	doc_set_number(life, "repeats", row->repeats);
	doc_set_known(life, "reopened_by", row->reopened_by);
	doc_set_number(life, "findings", row->findings);
	doc_set_number(life, "members", row->members);
	doc_set_child(o, "triage", life);
}

/* What was approved at that place when the alert was made. */
static void set_expected(struct doc *o, const struct baseline *b)
{
	struct doc *e;

	if (!b->service.proto) {
		doc_set_null(o, "expected");
		return;
	}
	e = doc_new();
	doc_set_word(e, "state", record_approval_text(b->state));
	DOC_SET_TEXT(e, "app", b->app);
	DOC_SET_TEXT(e, "certificate", b->certificate);
	DOC_SET_TEXT(e, "host_key", b->host_key);
	DOC_SET_TEXT(e, "owner", b->owner);
	DOC_SET_TEXT(e, "reason", b->reason);
	DOC_SET_TEXT(e, "ticket", b->ticket);
	doc_set_child(o, "expected", e);
}

struct doc *finding_doc_names(const char *names)
{
	struct doc *list = doc_new_list();
	size_t len;

	for (; *names; names += len + (names[len] == ',')) {
		len = strcspn(names, ",");
		doc_add_text(list, names, len);
	}
	return list;
}

/* What the actions of its rule have done with it. */
static void set_policy(struct doc *o, const struct alert_policy *p)
{
	struct doc *child;

	doc_set_child(o, "tags", finding_doc_names(p->tags));
	if (*p->group_by) {
		child = doc_new();
		DOC_SET_TEXT(child, "by", p->group_by);
		DOC_SET_TEXT(child, "of", p->group_of);
		doc_set_child(o, "group", child);
	}
	if (p->wait) {
		child = doc_new();
		doc_set_word(child, "for", record_wait_text(p->wait));
		doc_set_time(child, "since", p->waited_us);
		doc_set_child(o, "waited", child);
	}
	if (p->throttled)
		doc_set_number(o, "throttled", p->throttled);
	if (p->exception_us)
		doc_set_time(o, "exception_ended", p->exception_us);
}

static void set_asset(struct doc *o, const struct alert_asset *a)
{
	static const struct alert_asset none;
	struct doc *child;

	if (!memcmp(a, &none, sizeof(none)))
		return;
	child = doc_new();
	DOC_SET_TEXT(child, "name", a->name);
	DOC_SET_TEXT(child, "owner", a->owner);
	DOC_SET_TEXT(child, "zone", a->zone);
	doc_set_child(child, "tags", finding_doc_names(a->tags));
	doc_set_child(o, "asset", child);
}

struct doc *finding_doc_alert(const struct alert *a, const struct store_case *row)
{
	struct doc *o = doc_new();

	doc_set_word(o, "type", "alert");
	doc_set_number(o, "number", a->number);
	doc_set_time(o, "time", a->time_us);
	doc_set_word(o, "level", record_level_text(a->level));
	set_finding(o, &a->finding);
	if (a->finding.event != EVENT_HEALTH)
		DOC_SET_TEXT(o, "peer_as_name", a->peer_as_name);
	DOC_SET_TEXT(o, "rule", a->rule);
	doc_set_number(o, "rule_line", a->rule_line);
	DOC_SET_TEXT(o, "rule_file", a->rule_file);
	doc_set_word(o, "status", record_triage_text(row ? row->status : TRIAGE_NEW));
	doc_set_known(o, "reopens", a->reopens);
	set_expected(o, &a->expected);
	set_asset(o, &a->asset);
	set_policy(o, &a->policy);
	if (row)
		set_case(o, row);
	finding_doc_set_probe(o, a->probe.job ? &a->probe : NULL);
	return o;
}
