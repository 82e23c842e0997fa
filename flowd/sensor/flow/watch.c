/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/watch.h"

#define LOOKS_NAMELESS 4 /* in an hour, at a service without a name */
#define LOOKS_DOUBTED 4	 /* in an hour, beside the budget, at one that told another name */

void watch_open(struct watch *w)
{
	const struct conf *conf = w->conf;

	prefix_octets_open(&w->home, &conf->home);
	w->any = prefix_set_is_any(&conf->home);
	w->has_door = conf_serves(conf) &&
		      !addr_parse(conf->web_address, strlen(conf->web_address), &w->door);
}

/* Is this one of our own probes looking at the service? */
static bool is_ours(const struct watch *w, const struct addr *client, uint16_t port)
{
	const struct conf_ports *ports = &w->conf->verify_ports;

	return port >= ports->low && port <= ports->high && prefix_set_has(w->own, client);
}

bool watch_is_own_door(const struct watch *w, const struct addr *server, uint16_t port)
{
	return w->has_door && port == w->conf->web_port && addr_is_same(&w->door, server);
}

bool watch_has(const struct watch *w, const struct addr *server, const struct addr *client,
	       uint16_t client_port)
{
	if (!w->any && !prefix_octets_has(&w->home, server))
		return false;
	if (!w->any && !w->conf->inside && prefix_octets_has(&w->home, client))
		return false;
	return !addr_is_group(server) && !addr_is_group(client) && !is_ours(w, client, client_port);
}

/* A service was met for the first time. */
static void introduce(struct watch *w, struct sighting *s)
{
	const char *guess = classify_guess(w->classify, s->service.proto, s->service.port);

	if (guess)
		record_text_set(s->app_guess, sizeof(s->app_guess), guess);
}

static void count(struct watch *w, struct sighting *s, const struct packet *p)
{
	if (!s->handshakes++)
		s->first_us = p->time_us;
	s->last_us = p->time_us;
	s->peer = p->dst;
	s->peer_port = p->dport;
	s->vlan = p->vlan;
	s->tunnel = p->tunnel;
	s->tunnel_id = p->tunnel_id;
	hash_sketch_add(&s->peers, hash_bytes(&w->peer_key, &p->dst, sizeof(p->dst)));
}

/* The service that a packet of its host is from. */
static struct service service_of(const struct packet *p)
{
	return (struct service){ .host = p->src, .port = p->sport, .proto = p->proto };
}

/*
 * The table of services is full: core is told each time, and remembers for us. `print`: of an
 * answer without data; 0: it has delivered some, or needs none.
 */
static void tell_unkept(struct watch *w, const struct packet *p, enum evidence evidence,
			uint32_t print)
{
	struct sighting s = { .service = service_of(p),
			      .evidence = (uint8_t)evidence,
			      .delivered = !print,
			      .print = print };

	w->tally->known_evicted++;
	introduce(w, &s);
	count(w, &s, p);
	w->say(w->arg, &s);
}

struct known_entry *watch_answer(struct watch *w, const struct packet *p, enum evidence evidence)
{
	const struct service service = service_of(p);
	struct known_entry *entry = known_get(w->known, &service);
	uint32_t print = entry || p->proto != PROTO_TCP ? 0 : host_print(w->hosts, p);
	struct sighting *s;
	bool news;

	if (print && evidence != EVIDENCE_INVALID && host_answer(w->hosts, p, print, evidence))
		return NULL;
	if (!entry)
		entry = known_find(w->known, &service);
	if (!entry) {
		if (evidence != EVIDENCE_INVALID)
			tell_unkept(w, p, evidence, print);
		return NULL;
	}
	s = &entry->sighting;
	if (print)
		s->print = print;
	news = evidence > s->evidence;
	if (!s->evidence)
		introduce(w, s);
	if (evidence == EVIDENCE_INVALID && !news)
		return entry;
	/* Core learns from a record where its latest peer is. */
	if (s->handshakes && !addr_is_same(&s->peer, &p->dst))
		known_part(w->known, entry, w->say, w->arg);
	count(w, s, p);
	if (evidence != EVIDENCE_INVALID)
		news |= explain_answer(w->explain, entry, p, !s->evidence);
	/* Told apart already: it is none of those that answer whatever is asked. */
	if (print && s->ephemeral)
		host_excuse(w->hosts, &service);
	if (news) {
		s->evidence = (uint8_t)(evidence > s->evidence ? evidence : s->evidence);
		known_tell(w->known, entry, w->say, w->arg);
	} else {
		known_mark(w->known, entry);
	}
	return entry;
}

struct known_entry *watch_data(struct watch *w, struct known_entry *entry, const struct packet *p,
			       enum evidence evidence)
{
	const struct service service = service_of(p);

	if (!entry) {
		entry = known_find(w->known, &service);
		if (!entry) {
			tell_unkept(w, p, evidence, 0);
			return NULL;
		}
		if (!entry->sighting.evidence)
			introduce(w, &entry->sighting);
		if (evidence > entry->sighting.evidence)
			entry->sighting.evidence = (uint8_t)evidence;
		count(w, &entry->sighting, p);
	}
	if (entry->sighting.delivered)
		return entry;
	entry->sighting.delivered = 1;
	host_excuse(w->hosts, &service);
	known_tell(w->known, entry, w->say, w->arg);
	return entry;
}

static void invalidate(struct watch *w, struct known_entry *entry)
{
	entry->sighting.evidence = EVIDENCE_INVALID;
	host_excuse(w->hosts, &entry->sighting.service);
	known_tell(w->known, entry, w->say, w->arg);
}

void watch_deny(struct watch *w, struct known_entry *entry)
{
	if (entry->sighting.evidence == EVIDENCE_ANSWERED)
		invalidate(w, entry);
}

void watch_contradict(struct watch *w, struct known_entry *entry)
{
	w->tally->synacks_explained++;
	if (!entry->standing || --entry->standing || entry->sighting.evidence != EVIDENCE_ONEWAY)
		return;
	invalidate(w, entry);
}

void watch_flush(struct watch *w)
{
	watch_catch_up(w);
	known_flush(w->known, w->say, w->arg);
	host_flush(w->hosts);
}

void watch_raise(struct watch *w, struct known_entry *entry, enum evidence evidence)
{
	if (evidence <= entry->sighting.evidence)
		return;
	entry->sighting.evidence = (uint8_t)evidence;
	/* That the client went on is no news to wait for, and a name mostly follows. */
	if (evidence == EVIDENCE_FULL && entry->said == EVIDENCE_HANDSHAKE &&
	    w->raised_count < WATCH_RAISED)
		w->raised[w->raised_count++] = entry;
	else
		known_tell(w->known, entry, w->say, w->arg);
}

void watch_catch_up(struct watch *w)
{
	size_t i;

	for (i = 0; i < w->raised_count; i++)
		if (w->raised[i]->said < w->raised[i]->sighting.evidence)
			known_tell(w->known, w->raised[i], w->say, w->arg);
	w->raised_count = 0;
}

void watch_refuse(struct watch *w, struct known_entry *entry)
{
	entry->sighting.refusals++;
	if (entry->refused)
		known_mark(w->known, entry);
	else
		known_tell(w->known, entry, w->say, w->arg);
}

/* The hour that the budget of an entry is for: not the same moment for all. */
static uint16_t hour_of(const struct known_entry *entry, wall_t now)
{
	return (uint16_t)((now + entry->sighting.service.port * (7 * MONO_SECOND)) /
			  (3600 * MONO_SECOND));
}

bool watch_may_look(const struct watch *w, const struct known_entry *entry, wall_t now)
{
	uint64_t budget = *entry->sighting.app ? w->conf->looks_per_hour : LOOKS_NAMELESS;

	if (!budget)
		return false;
	/* Another name wants to be told twice. */
	return entry->looks < budget || (entry->other && entry->doubts < LOOKS_DOUBTED) ||
	       hour_of(entry, now) != entry->hour;
}

void watch_look(struct known_entry *entry, wall_t now)
{
	uint16_t hour = hour_of(entry, now);

	if (entry->hour != hour) {
		entry->hour = hour;
		entry->looks = entry->doubts = 0;
	}
	entry->looks += entry->looks < UINT8_MAX;
	entry->doubts += entry->other != 0;
}

/* Is what a connection told to take the place of the name that is known? */
static bool replaces(struct known_entry *entry, const char *name, enum named named)
{
	const struct sighting *s = &entry->sighting;
	const struct hash_key key = { { 1, 2 } };
	uint16_t other;

	if (!strcmp(s->app, name)) {
		entry->other = 0;
		return named > s->named;
	}
	if (!*s->app || (s->named < NAMED_DPI && named > s->named))
		return true;
	if (named < NAMED_DPI)
		return false;
	other = (uint16_t)hash_bytes(&key, name, strlen(name)) | 1;
	if (entry->other != other) {
		entry->other = other;
		return false;
	}
	return true;
}

void watch_name(struct watch *w, struct known_entry *entry, const char *name, enum named named)
{
	struct sighting *s = &entry->sighting;

	if (!name || !replaces(entry, name, named))
		return;
	entry->other = 0;
	record_text_set(s->app, sizeof(s->app), name);
	s->named = (uint8_t)named;
	explain_name(entry, name);
	entry->named = false;
	known_tell(w->known, entry, w->say, w->arg);
}

void watch_hint(struct watch *w, const struct known_entry *entry, struct classify_flow *look,
		wall_t now)
{
	struct hint hints[HINT_END] = { 0 };
	size_t i, count = classify_hints(look, hints);

	for (i = 0; i < count; i++) {
		hints[i].service = entry->sighting.service;
		hints[i].time_us = now;
		w->hint(w->arg, &hints[i]);
	}
}
