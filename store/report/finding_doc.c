/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/finding_doc.h"

#include "store/report/condition_doc.h"
#include "store/report/service_doc.h"

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

static struct doc *certificate_doc(const struct probe *p)
{
	struct doc *o = doc_new();

	DOC_SET_TEXT(o, "subject", p->subject);
	DOC_SET_TEXT(o, "issuer", p->issuer);
	DOC_SET_TEXT(o, "san", p->san);
	doc_set_time(o, "not_after", p->not_after_us);
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
	DOC_SET_TEXT(o, "tls", p->tls);
	if (p->not_after_us)
		doc_set_child(o, "certificate", certificate_doc(p));
	else
		doc_set_null(o, "certificate");
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

struct doc *finding_doc_alert(const struct alert *a)
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
	finding_doc_set_probe(o, a->probe.job ? &a->probe : NULL);
	return o;
}
