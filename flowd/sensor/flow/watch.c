/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/flow/watch.h"

void watch_open(struct watch *w)
{
	const struct conf *conf = w->conf;

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
	const struct prefix_set *home = &w->conf->home;

	if (!w->any && !prefix_set_has(home, server))
		return false;
	if (!w->any && !w->conf->inside && prefix_set_has(home, client))
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

void watch_contradict(struct watch *w, struct known_entry *entry)
{
	entry->sighting.evidence = EVIDENCE_INVALID;
	host_excuse(w->hosts, &entry->sighting.service);
	known_tell(w->known, entry, w->say, w->arg);
}

void watch_flush(struct watch *w)
{
	known_flush(w->known, w->say, w->arg);
	host_flush(w->hosts);
}

void watch_raise(struct watch *w, struct known_entry *entry, enum evidence evidence)
{
	if (evidence <= entry->sighting.evidence)
		return;
	entry->sighting.evidence = (uint8_t)evidence;
	known_tell(w->known, entry, w->say, w->arg);
}

void watch_name(struct watch *w, struct known_entry *entry, const char *name)
{
	if (!name || *entry->sighting.app)
		return;
	record_text_set(entry->sighting.app, sizeof(entry->sighting.app), name);
	explain_name(w->explain, entry, name);
	known_tell(w->known, entry, w->say, w->arg);
}
