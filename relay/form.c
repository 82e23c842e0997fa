/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/form.h"

#include "store/report/finding_doc.h"
#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_MAX 320

static bool is_object(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '{' || *text == '[';
}

bool form_is_json(enum sink_form form, const char *text)
{
	return form == FORM_NATIVE || form == FORM_ECS || form == FORM_EVE ||
	       (form == FORM_TEMPLATE && is_object(text));
}

/* Servers choose what stands in some texts: no control character of theirs goes on. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = ' ';
}

/* It stands for others that may come, and for those that its rule kept back. */
static void add_group(const struct sink_letter *letter, char *out, size_t size)
{
	const struct alert_policy *p = &letter->alert.policy;
	size_t len = strlen(out);

	if (letter->growth.alert)
		snprintf(out + len, size - len, " (and all of %s %s: %u services by now)",
			 p->group_by, p->group_of, letter->growth.members);
	else if (*p->group_by)
		snprintf(out + len, size - len, " (for all of %s %s)", p->group_by, p->group_of);
	else if (p->throttled)
		snprintf(out + len, size - len, " (and %u before it)", p->throttled);
}

void form_title(const struct sink_letter *letter, char *out, size_t size)
{
	const struct finding *f = &letter->alert.finding;
	char text[ADDR_TEXT_MAX];

	if (f->event == EVENT_HEALTH)
		snprintf(out, size, "health: %s %s%s", record_trouble_text(f->trouble.trouble),
			 f->trouble.source, f->trouble.over ? " is over" : "");
	else if (f->service.port)
		snprintf(out, size, "%s: %s on %s port %u/%s is %s%s%s%s%s",
			 record_event_text(f->event), *f->app ? f->app : "a service",
			 addr_text(&f->service.host, text), f->service.port,
			 record_proto_text(f->service.proto), record_state_text(f->state),
			 *f->product ? ", " : "", f->product, *f->version ? " " : "", f->version);
	else
		snprintf(out, size, "%s: host %s", record_event_text(f->event),
			 addr_text(&f->service.host, text));
	add_group(letter, out, size);
	clean(out);
}

/* The line that flowd prints, with the key before all else. */
static char *native(const struct sink_letter *letter)
{
	const struct outbox_growth *g = &letter->growth;
	char *line = report_alert(&letter->alert), *text = NULL, grown[160] = "";

	if (g->alert)
		snprintf(grown, sizeof(grown),
			 "\"updates\":\"%s\",\"revision\":%u,\"services\":%u,\"findings\":%u,",
			 letter->updates, g->revision, g->members, g->findings);
	if (line && asprintf(&text, "{\"id\":\"%s\",%s%s", letter->key, grown, line + 1) < 0)
		text = NULL;
	free(line);
	return text;
}

/* 0 to 100 and 0 to 10, as the two schemes count; the worst is highest. */
static unsigned severity(const struct alert *a, unsigned most)
{
	return a->level * most / LEVEL_CRITICAL;
}

static void set_peer(struct doc *o, const struct finding *f)
{
	char text[ADDR_TEXT_MAX];
	struct doc *peer = doc_new(), *geo = doc_new(), *as = doc_new();

	doc_set_word(peer, "ip", addr_text(&f->peer, text));
	if (*f->peer_origin.country)
		DOC_SET_TEXT(geo, "country_iso_code", f->peer_origin.country);
	doc_set_child(peer, "geo", geo);
	if (f->peer_origin.as_number)
		doc_set_number(as, "number", f->peer_origin.as_number);
	doc_set_child(peer, "as", as);
	doc_set_child(o, "source", peer);
}

static void set_service(struct doc *o, const struct finding *f)
{
	char text[ADDR_TEXT_MAX];
	struct doc *server = doc_new(), *network = doc_new(), *service = doc_new();

	doc_set_word(server, "ip", addr_text(&f->service.host, text));
	doc_set_number(server, "port", f->service.port);
	doc_set_child(o, "destination", server);
	doc_set_word(network, "transport", record_proto_text(f->service.proto));
	if (*f->app)
		DOC_SET_TEXT(network, "protocol", f->app);
	doc_set_child(o, "network", network);
	DOC_SET_TEXT(service, "type", f->app);
	DOC_SET_TEXT(service, "name", f->product);
	DOC_SET_TEXT(service, "version", f->version);
	doc_set_word(service, "state", record_state_text(f->state));
	doc_set_child(o, "service", service);
}

static void set_asset(struct doc *o, const struct alert_asset *asset)
{
	struct doc *host = doc_new(), *labels = doc_new();

	if (*asset->name)
		DOC_SET_TEXT(host, "name", asset->name);
	if (*asset->owner)
		DOC_SET_TEXT(labels, "owner", asset->owner);
	if (*asset->zone)
		DOC_SET_TEXT(labels, "zone", asset->zone);
	doc_set_child(o, "host", host);
	doc_set_child(o, "labels", labels);
}

static void set_list(struct doc *o, const char *key, const char *word)
{
	struct doc *list = doc_new_list();

	doc_add_text(list, word, strlen(word));
	doc_set_child(o, key, list);
}

/* The alert as in the API, and what it has become. */
static struct doc *alert_doc(const struct sink_letter *letter)
{
	struct doc *o = finding_doc_alert(&letter->alert, NULL);

	if (!letter->growth.alert)
		return o;
	doc_set_word(o, "updates", letter->updates);
	doc_set_number(o, "revision", letter->growth.revision);
	doc_set_number(o, "services", letter->growth.members);
	doc_set_number(o, "findings", letter->growth.findings);
	return o;
}

static char *ecs(const struct sink_letter *letter)
{
	const struct alert *a = &letter->alert;
	struct doc *o = doc_new(), *part = doc_new();
	char title[TITLE_MAX];

	form_title(letter, title, sizeof(title));
	doc_set_time(o, "@timestamp", a->time_us);
	doc_set_word(part, "version", "8.11.0");
	doc_set_child(o, "ecs", part);
	DOC_SET_TEXT(o, "message", title);
	doc_set_child(o, "tags", finding_doc_names(a->policy.tags));
	part = doc_new();
	doc_set_word(part, "kind", "alert");
	set_list(part, "category", a->finding.event == EVENT_HEALTH ? "host" : "network");
	set_list(part, "type", a->finding.event == EVENT_CHANGED ? "change" : "info");
	doc_set_word(part, "action", record_event_text(a->finding.event));
	doc_set_word(part, "id", letter->key);
	doc_set_number(part, "sequence", a->number);
	doc_set_number(part, "severity", severity(a, 100));
	doc_set_word(part, "provider", "flowd");
	doc_set_word(part, "dataset", "flowd.alert");
	doc_set_child(o, "event", part);
	part = doc_new();
	doc_set_word(part, "type", "sensor");
	doc_set_word(part, "product", "flowd");
	doc_set_word(part, "version", PACKAGE_VERSION);
	doc_set_child(o, "observer", part);
	part = doc_new();
	DOC_SET_TEXT(part, "name", a->rule);
	doc_set_number(part, "id", a->rule_line);
	if (*a->rule_file)
		DOC_SET_TEXT(part, "ruleset", a->rule_file);
	doc_set_child(o, "rule", part);
	if (a->finding.event != EVENT_HEALTH) {
		set_service(o, &a->finding);
		set_peer(o, &a->finding);
		set_asset(o, &a->asset);
	}
	doc_set_child(o, "flowd", alert_doc(letter));
	return doc_text(o);
}

static void set_upper(struct doc *o, const char *key, const char *word)
{
	char text[16];
	size_t i;

	for (i = 0; word[i] && i + 1 < sizeof(text); i++)
		text[i] = (char)(word[i] >= 'a' && word[i] <= 'z' ? word[i] - 32 : word[i]);
	text[i] = 0;
	doc_set_text(o, key, text, sizeof(text));
}

static char *eve(const struct sink_letter *letter)
{
	const struct alert *a = &letter->alert;
	const struct finding *f = &a->finding;
	struct doc *o = doc_new(), *part = doc_new();
	char text[ADDR_TEXT_MAX], title[TITLE_MAX];

	form_title(letter, title, sizeof(title));
	doc_set_time(o, "timestamp", a->time_us);
	doc_set_word(o, "event_type", "alert");
	if (f->event != EVENT_HEALTH) {
		doc_set_word(o, "src_ip", addr_text(&f->peer, text));
		doc_set_word(o, "dest_ip", addr_text(&f->service.host, text));
		doc_set_number(o, "dest_port", f->service.port);
		set_upper(o, "proto", record_proto_text(f->service.proto));
		DOC_SET_TEXT(o, "app_proto", f->app);
	}
	doc_set_word(part, "action", "allowed");
	doc_set_number(part, "gid", 1);
	doc_set_number(part, "signature_id", a->rule_line);
	doc_set_number(part, "rev", letter->growth.alert ? letter->growth.revision : 1);
	DOC_SET_TEXT(part, "signature", title);
	doc_set_word(part, "category", record_event_text(f->event));
	/* There the worst is 1. */
	doc_set_number(part, "severity", (uint64_t)(LEVEL_END - a->level));
	doc_set_child(o, "alert", part);
	doc_set_word(o, "id", letter->key);
	doc_set_child(o, "flowd", alert_doc(letter));
	return doc_text(o);
}

/* ---- CEF ---- */

/* What is not UTF-8 is read as Latin-1, as in all JSON of ours: who gets half a character refuses
 * the whole. */
static void put_escaped(FILE *out, const char *text, const char *escaped)
{
	const bool latin = !doc_is_utf8((const uint8_t *)text, strlen(text));

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr(escaped, *text))
			fputc('\\', out);
		if (c >= 0x80 && latin) {
			fputc(0xc0 | c >> 6, out);
			c = 0x80 | (c & 0x3f);
		}
		fputc(c < ' ' || c == 127 ? ' ' : c, out);
	}
}

static void put_pair(FILE *out, const char *name, const char *text)
{
	if (!*text)
		return;
	fprintf(out, " %s=", name);
	put_escaped(out, text, "\\=");
}

static void put_cef(FILE *out, const struct sink_letter *letter)
{
	const struct alert *a = &letter->alert;
	const struct finding *f = &a->finding;
	char text[ADDR_TEXT_MAX], title[TITLE_MAX];

	form_title(letter, title, sizeof(title));
	fprintf(out, "CEF:0|flowd|flowd|%s|%s|", PACKAGE_VERSION, record_event_text(f->event));
	put_escaped(out, title, "\\|");
	fprintf(out, "|%u|rt=%lld externalId=%s cat=%s", severity(a, 10),
		(long long)(a->time_us / MONO_MS), letter->key, record_level_text(a->level));
	if (f->event != EVENT_HEALTH) {
		put_pair(out, "src", addr_text(&f->peer, text));
		put_pair(out, "dst", addr_text(&f->service.host, text));
		fprintf(out, " dpt=%u proto=%s", f->service.port,
			record_proto_text(f->service.proto));
		put_pair(out, "app", f->app);
		fprintf(out, " cs2Label=state cs2=%s", record_state_text(f->state));
		put_pair(out, "cs3Label=product cs3", f->product);
		put_pair(out, "cs4Label=version cs4", f->version);
		put_pair(out, "dhost", a->asset.name);
		put_pair(out, "cs5Label=owner cs5", a->asset.owner);
	}
	put_pair(out, "cs1Label=rule cs1", a->rule);
	put_pair(out, "cs5Label=updates cs5", letter->updates);
	if (letter->growth.alert)
		fprintf(out, " cn1Label=revision cn1=%u cn2Label=services cn2=%u",
			letter->growth.revision, letter->growth.members);
}

static void put_plain(FILE *out, const struct sink_letter *letter)
{
	const struct alert *a = &letter->alert;
	char title[TITLE_MAX], text[ADDR_TEXT_MAX];

	form_title(letter, title, sizeof(title));
	fprintf(out, "%s ", record_level_text(a->level));
	put_escaped(out, title, "");
	if (a->finding.event != EVENT_HEALTH)
		fprintf(out, ", met by %s", addr_text(&a->finding.peer, text));
	if (*a->asset.owner)
		fprintf(out, ", owner %s", a->asset.owner);
	fprintf(out, " [%s]", letter->key);
}

/* ---- templates ---- */

struct fields {
#define FIELD_MEMBER(name) char name[FORM_FIELD_MAX];
	FORM_FIELD_LIST(FIELD_MEMBER)
#undef FIELD_MEMBER
};

static void fill(const struct sink_letter *letter, struct fields *f)
{
	const struct alert *a = &letter->alert;
	const struct finding *n = &a->finding;
	char text[ADDR_TEXT_MAX], stamp[MONO_STAMP_MAX];
	bool health = n->event == EVENT_HEALTH;

#define SET(field, ...) snprintf(f->field, FORM_FIELD_MAX, __VA_ARGS__)
	SET(id, "%s", letter->key);
	SET(number, "%llu", (unsigned long long)a->number);
	SET(time, "%s", mono_stamp(a->time_us, stamp));
	SET(level, "%s", record_level_text(a->level));
	SET(event, "%s", record_event_text(n->event));
	form_title(letter, f->title, FORM_FIELD_MAX);
	SET(host, "%s", health ? "" : addr_text(&n->service.host, text));
	SET(port, "%u", n->service.port);
	SET(proto, "%s", health ? "" : record_proto_text(n->service.proto));
	SET(app, "%s", n->app);
	SET(product, "%s", n->product);
	SET(version, "%s", n->version);
	SET(state, "%s", health ? "" : record_state_text(n->state));
	SET(verified, "%s", n->verified ? "yes" : "no");
	SET(peer, "%s", health ? "" : addr_text(&n->peer, text));
	SET(country, "%s", n->peer_origin.country);
	SET(name, "%s", a->asset.name);
	SET(owner, "%s", a->asset.owner);
	SET(zone, "%s", a->asset.zone);
	SET(rule, "%s", a->rule);
	SET(tags, "%s", a->policy.tags);
	SET(updates, "%s", letter->updates);
	SET(revision, "%u", letter->growth.alert ? letter->growth.revision : 1);
	SET(services, "%u", letter->growth.alert ? letter->growth.members : 1);
#undef SET
}

static const char *find_field(const struct fields *f, const char *name, size_t len)
{
#define FIELD_IS(field)                                          \
	if (len == strlen(#field) && !memcmp(name, #field, len)) \
		return f->field;
	FORM_FIELD_LIST(FIELD_IS)
#undef FIELD_IS
	return NULL;
}

/* The name in the next {{name}} from `text` on, and where that begins and ends; NULL none. */
static const char *next_field(const char *text, size_t *len, const char **start, const char **end)
{
	const char *name;

	*start = strstr(text, "{{");
	*end = *start ? strstr(*start, "}}") : NULL;
	if (!*end)
		return NULL;
	name = *start + 2 + strspn(*start + 2, " ");
	*len = strcspn(name, " }");
	*end += 2;
	return name;
}

const char *form_stranger(const char *text, char name[FORM_FIELD_MAX])
{
	struct fields none = { .id = "" };
	const char *field, *start, *end;
	size_t len;

	for (; (field = next_field(text, &len, &start, &end)); text = end)
		if (!find_field(&none, field, len)) {
			snprintf(name, FORM_FIELD_MAX, "%.*s", (int)(len < 40 ? len : 40), field);
			return name;
		}
	return NULL;
}

static void put_template(FILE *out, const struct sink_letter *letter, const char *text)
{
	bool json = is_object(text);
	struct fields fields;
	const char *field, *value, *start, *end;
	size_t len;

	fill(letter, &fields);
	for (; (field = next_field(text, &len, &start, &end)); text = end) {
		fwrite(text, 1, (size_t)(start - text), out);
		value = find_field(&fields, field, len);
		if (value)
			put_escaped(out, value, json ? "\\\"" : "");
	}
	fputs(text, out);
}

char *form_text(enum sink_form form, const struct sink_letter *letter, const char *text)
{
	char *made = NULL;
	size_t len = 0;
	FILE *out;

	if (form == FORM_NATIVE)
		return native(letter);
	if (form == FORM_ECS)
		return ecs(letter);
	if (form == FORM_EVE)
		return eve(letter);
	out = open_memstream(&made, &len);
	if (!out)
		return NULL;
	if (form == FORM_CEF)
		put_cef(out, letter);
	else if (form == FORM_TEMPLATE)
		put_template(out, letter, text);
	else
		put_plain(out, letter);
	if (fclose(out)) {
		free(made);
		return NULL;
	}
	return made;
}
