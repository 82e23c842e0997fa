/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/service_doc.h"

void service_doc_set_key(struct doc *doc, const struct service *s)
{
	char text[ADDR_TEXT_MAX];

	doc_set_word(doc, "ip", addr_text(&s->host, text));
	doc_set_word(doc, "proto", record_proto_text(s->proto));
	doc_set_number(doc, "port", s->port);
}

void service_doc_set_app(struct doc *doc, const char *app, const char *guess)
{
	doc_set_text(doc, "app", *app ? app : "unknown", RECORD_APP_MAX);
	doc_set_text(doc, "app_guess", *app ? "" : guess, RECORD_APP_MAX);
}

void service_doc_set_country(struct doc *doc, const char *key, const char *country)
{
	doc_set_text(doc, key, country, RECORD_COUNTRY_MAX);
}

static struct doc *countries_doc(const struct countries_top *top)
{
	struct countries_share share[COUNTRIES_TOP];
	size_t i, count = countries_top_list(top, share);
	struct doc *list = doc_new_list(), *o;

	for (i = 0; i < count; i++) {
		o = doc_new();
		service_doc_set_country(o, "country", share[i].country);
		doc_set_number(o, "handshakes", share[i].count);
		doc_set_number(o, "excess", share[i].excess);
		doc_add(list, o);
	}
	return list;
}

/* What a byte asked of it has brought, for UDP; null when nothing was asked, or seen to be. */
static void set_amplification(struct doc *o, const struct store_service *row)
{
	if (row->service.proto == PROTO_UDP && row->asked)
		doc_set_real(o, "amplification", (double)(row->answered * 100 / row->asked) / 100);
	else
		doc_set_null(o, "amplification");
}

/* How the name shown was obtained, and how far it can be trusted. */
static void set_how(struct doc *o, const struct store_service *row)
{
	static const char *const trust[] = { [NAMED_CLIENT] = "low",
					     [NAMED_CACHE] = "low",
					     [NAMED_DPI] = "medium",
					     [NAMED_PAYLOAD] = "high" };
	bool probed = *row->probed, wire = *row->app && row->named && row->named < NAMED_END;

	doc_set_text(o, "app_by",
		     probed ? "probe"
		     : wire ? record_named_text(row->named)
			    : "",
		     RECORD_APP_MAX);
	doc_set_text(o, "app_confidence",
		     probed ? "high"
		     : wire ? trust[row->named]
			    : "",
		     RECORD_APP_MAX);
	DOC_SET_TEXT(o, "app_before", row->before);
}

struct doc *service_doc(const struct store_service *row)
{
	struct doc *o = doc_new();

	doc_set_word(o, "type", "service");
	service_doc_set_key(o, &row->service);
	service_doc_set_app(o, store_app(row), row->app_guess);
	DOC_SET_TEXT(o, "app_wire", row->app);
	set_how(o, row);
	doc_set_word(o, "evidence", record_evidence_text(row->evidence));
	doc_set_word(o, "state", record_state_text(store_state(row)));
	doc_set_text(o, "exposure", row->exposure ? record_exposure_text(row->exposure) : "",
		     RECORD_APP_MAX);
	doc_set_text(o, "level", row->level ? record_level_text(row->level) : "", RECORD_APP_MAX);
	doc_set_text(o, "ephemeral", row->ephemeral ? record_ephemeral_text(row->ephemeral) : "",
		     RECORD_APP_MAX);
	doc_set_time(o, "first_seen", row->first_us);
	doc_set_time(o, "last_seen", row->last_us);
	doc_set_number(o, "handshakes", row->handshakes);
	doc_set_number(o, "peers", hash_sketch_count(&row->peers));
	doc_set_number(o, "refusals", row->refusals);
	doc_set_number(o, "filtered", row->filtered);
	doc_set_number(o, "asked", row->asked);
	doc_set_number(o, "answered", row->answered);
	set_amplification(o, row);
	doc_set_text(o, "abuse", row->reflects ? "reflector" : "", RECORD_APP_MAX);
	doc_set_number(o, "vlan", row->vlan);
	doc_set_text(o, "tunnel", row->tunnel ? record_tunnel_text(row->tunnel) : "",
		     RECORD_APP_MAX);
	doc_set_number(o, "tunnel_id", row->tunnel_id);
	service_doc_set_country(o, "country", row->origin.country);
	doc_set_known(o, "as", row->origin.as_number);
	doc_set_child(o, "peer_countries", countries_doc(&row->countries));
	return o;
}

struct doc *service_doc_hints(const struct store_hints *hints)
{
	const struct store_hint *row;
	struct doc *o = doc_new(), *list;
	size_t i;

	for (row = hints->rows; row < hints->rows + hints->count; row++) {
		list = doc_new_list();
		for (i = 0; i < row->count; i++)
			doc_add_text(list, row->texts[i].text, RECORD_HINT_MAX);
		doc_set_child(o, record_hint_text(row->kind), list);
	}
	return o;
}

struct doc *service_doc_hints_seen(const struct store_hints *hints)
{
	const struct store_hint *row;
	struct doc *o = doc_new(), *list, *one;
	size_t i;

	for (row = hints->rows; row < hints->rows + hints->count; row++) {
		list = doc_new_list();
		for (i = 0; i < row->count; i++) {
			one = doc_new();
			doc_set_text(one, "text", row->texts[i].text, RECORD_HINT_MAX);
			doc_set_time(one, "first_seen", row->texts[i].first_us);
			doc_set_time(one, "last_seen", row->texts[i].last_us);
			doc_add(list, one);
		}
		doc_set_child(o, record_hint_text(row->kind), list);
	}
	return o;
}

struct doc *service_doc_sightings(const struct store_service *row)
{
	char text[ADDR_TEXT_MAX];
	struct doc *o = doc_new();

	doc_set_time(o, "first", row->first_us);
	doc_set_time(o, "last", row->last_us);
	doc_set_number(o, "handshakes", row->handshakes);
	doc_set_number(o, "peers", hash_sketch_count(&row->peers));
	doc_set_word(o, "evidence", record_evidence_text(row->evidence));
	doc_set_word(o, "last_peer", addr_text(&row->peer, text));
	service_doc_set_country(o, "last_peer_country", row->peer_origin.country);
	doc_set_known(o, "last_peer_as", row->peer_origin.as_number);
	doc_set_number(o, "vlan", row->vlan);
	return o;
}

struct doc *service_doc_host(const struct store_host *row)
{
	char text[ADDR_TEXT_MAX];
	struct doc *o = doc_new();

	doc_set_word(o, "type", "host");
	doc_set_word(o, "ip", addr_text(&row->host, text));
	doc_set_word(o, "proto", record_proto_text(row->proto));
	doc_set_bool(o, "answers_everything", true);
	doc_set_number(o, "ports", hash_sketch_count(&row->ports));
	doc_set_number(o, "answers", row->answers);
	doc_set_number(o, "folded", row->folded);
	doc_set_time(o, "first_seen", row->first_us);
	doc_set_time(o, "last_seen", row->last_us);
	doc_set_word(o, "last_peer", addr_text(&row->peer, text));
	doc_set_word(o, "evidence", record_evidence_text(row->evidence));
	doc_set_number(o, "ttl", row->ttl);
	doc_set_number(o, "window", row->window);
	DOC_SET_TEXT(o, "options", row->options);
	return o;
}
