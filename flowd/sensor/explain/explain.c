/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/explain.h"

#include "flowd/sensor/explain/sip.h"

/* Below it are services alone. */
#define LOWEST_PORT 1024
#define FTP_PORT 21

/* Names that are no contradiction of a reason: TLS may hide the data of FTP. */
static const struct {
	enum ephemeral reason;
	const char *name;
} fitting[] = {
	{ EPHEMERAL_FTP_DATA, "ftp-data" },
	{ EPHEMERAL_FTP_DATA, "tls" },
	{ EPHEMERAL_PASSIVE_RANGE, "ftp-data" },
	{ EPHEMERAL_PASSIVE_RANGE, "tls" },
	{ EPHEMERAL_MEDIA, "rtp" },
	{ EPHEMERAL_MEDIA, "rtcp" },
	{ EPHEMERAL_MEDIA, "srtp" },
	{ EPHEMERAL_MEDIA, "stun" },
	{ EPHEMERAL_MEDIA, "dtls" },
	{ EPHEMERAL_ICE, "stun" },
	{ EPHEMERAL_ICE, "rtp" },
	{ EPHEMERAL_ICE, "rtcp" },
	{ EPHEMERAL_ICE, "srtp" },
	{ EPHEMERAL_ICE, "dtls" },
	{ EPHEMERAL_P2P, "bittorrent" },
	{ EPHEMERAL_P2P, "gnutella" },
	{ EPHEMERAL_P2P, "directconnect" },
	{ EPHEMERAL_DCE_RPC, "dce_rpc" },
	{ EPHEMERAL_DCE_RPC, "rpc" },
};

/*
 * What a server says at once in file sharing: BEP 3's handshake, Gnutella 0.6, Direct Connect's
 * NMDC and ADC. A client could ask anybody for it.
 */
static const char *const sharing[] = { "\x13"
				       "BitTorrent protocol",
				       "GNUTELLA/0.", "$Lock ", "$MyNick ", "CSUP AD" };

/* Services whose connections announce endpoints. */
static const char *const announcing[] = { "ftp", "rtsp", "sip", "dce_rpc", "rpc" };

static bool is_among(const char *name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

#define AMONG(name, names) is_among(name, names, sizeof(names) / sizeof((names)[0]))

static bool fits(enum ephemeral reason, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(fitting) / sizeof(fitting[0]); i++)
		if (fitting[i].reason == reason && !strcmp(fitting[i].name, name))
			return true;
	return false;
}

/* What was announced after it had answered. */
static void take_late(struct explain *x)
{
	struct known_entry *entry;
	struct service service;
	enum ephemeral reason;

	while (expect_late(x->expect, x->worker, &service, &reason)) {
		entry = known_find(x->known, &service);
		if (!entry || !entry->sighting.evidence || entry->sighting.ephemeral ||
		    (*entry->sighting.app && !fits(reason, entry->sighting.app)))
			continue;
		x->tally->explained++;
		entry->sighting.ephemeral = (uint8_t)reason;
		known_tell(x->known, entry, x->say, x->arg);
	}
}

bool explain_answer(struct explain *x, struct known_entry *entry, const struct packet *p,
		    bool is_new)
{
	struct sighting *s = &entry->sighting;
	const struct expect_answer answer = { .service = s->service,
					      .peer = p->dst,
					      .peer_port = p->dport,
					      .is_new = is_new,
					      .time_us = p->time_us,
					      .owner = x->worker };
	enum ephemeral reason, before = s->ephemeral;

	take_late(x);
	if (s->service.port < LOWEST_PORT || (!is_new && !s->ephemeral))
		return false;
	reason = expect_take(x->expect, &answer);
	if (reason) {
		x->tally->explained++;
		s->ephemeral = (uint8_t)reason;
	} else if (before != EPHEMERAL_P2P && before != EPHEMERAL_ICE) {
		/* It answers somebody that nothing explains: a service. */
		s->ephemeral = EPHEMERAL_NONE;
	}
	return s->ephemeral != before;
}

bool explain_name(struct known_entry *entry, const char *name)
{
	struct sighting *s = &entry->sighting;
	enum ephemeral before = s->ephemeral;

	/* A name alone makes nobody a peer: see explain_words, and reply.h for UDP. */
	if (before != EPHEMERAL_NONE && !fits(before, name))
		s->ephemeral = EPHEMERAL_NONE;
	return s->ephemeral != before;
}

bool explain_words(struct explain *x, struct known_entry *entry, const struct packet *p)
{
	const uint8_t *words = p->ip + p->ip_len - p->payload_len;
	struct sighting *s = &entry->sighting;
	size_t i, len;

	if (s->ephemeral || s->service.port < LOWEST_PORT)
		return false;
	for (i = 0; i < sizeof(sharing) / sizeof(sharing[0]); i++) {
		len = strlen(sharing[i]);
		if (p->payload_len < len || memcmp(words, sharing[i], len))
			continue;
		s->ephemeral = EPHEMERAL_P2P;
		x->tally->explained++;
		return true;
	}
	return false;
}

bool explain_may_control(const struct known_entry *entry)
{
	return AMONG(entry->sighting.app, announcing);
}

/* A packet that announces something, and who has sent it. */
struct announcing {
	struct explain *x;
	const struct packet *packet;
	bool from_server;
};

/* An address that nobody outside can mean: behind address translation it stands for the speaker. */
static bool is_nowhere(const struct addr *a)
{
	const uint8_t *b = a->b + 12;

	if (!addr_is_v4(a))
		return false;
	return !b[0] || b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	       (b[0] == 192 && b[1] == 168);
}

static void announce(void *arg, const struct announced *said)
{
	static const struct addr unsaid;
	const struct announcing *a = arg;
	struct explain *x = a->x;
	const struct packet *p = a->packet;
	/* FTP's client says PORT, and its server agrees to it. */
	bool own = said->by_server == a->from_server;
	struct expect_item item = { .host = own ? p->src : p->dst,
				    .peer = own ? p->dst : p->src,
				    .port = said->port,
				    .proto = said->proto,
				    .reason = said->reason,
				    .any_peer = said->for_anybody };

	if (!addr_is_same(&said->host, &unsaid) && !addr_is_same(&said->host, &item.host) &&
	    !is_nowhere(&said->host)) {
		if (!x->conf->ephemeral_elsewhere || !prefix_set_has(&x->conf->home, &said->host)) {
			x->tally->announced_elsewhere++;
			return;
		}
		item.host = said->host;
	}
	if (item.port < LOWEST_PORT ||
	    (!prefix_set_is_any(&x->conf->home) && !prefix_set_has(&x->conf->home, &item.host)))
		return;
	x->tally->announced++;
	x->tally->announced_evicted += expect_announce(x->expect, &item, p->time_us);
	take_late(x);
}

void explain_leave(struct explain *x, struct control *c)
{
	x->followed -= c != NULL;
	control_free(c);
}

bool explain_may_come_back(uint16_t port)
{
	return port == FTP_PORT;
}

bool explain_goes_on(const struct control *c)
{
	return c && !control_is_over(c);
}

/* A connection that may announce endpoints; NULL: it does not. */
static struct control *begin(struct explain *x, const struct control_words *words,
			     const struct packet *p, bool half)
{
	struct control *c;

	if (x->followed >= x->conf->limit_control) {
		x->tally->controls_refused++;
		return NULL;
	}
	c = control_new(words, words->from_server ? &p->src : &p->dst,
			words->from_server ? &p->dst : &p->src, half);
	x->followed += c != NULL;
	return c;
}

const char *explain_control(struct explain *x, struct control **c, const struct explain_talk *talk)
{
	const struct packet *p = talk->packet;
	const struct control_words words = { .bytes = p->ip + p->ip_len - p->payload_len,
					     .len = p->payload_len,
					     .sent = p->data_len,
					     .seq = p->seq,
					     .from_server = talk->from_server };
	struct announcing a = { x, p, talk->from_server };

	if (!*c && talk->first)
		*c = begin(x, &words, p, talk->half);
	/* One that is over stays where it is: what follows begins nothing. */
	if (!explain_goes_on(*c))
		return NULL;
	control_take(*c, &words, announce, &a);
	if (talk->from_server && control_is_secret(*c))
		x->tally->announced_evicted +=
			expect_whisper(x->expect, &p->src, &p->dst, p->time_us);
	return control_name(*c);
}

bool explain_abroad(struct explain *x, struct control **c, const struct explain_talk *talk)
{
	const struct packet *p = talk->packet;
	bool said = p->payload_len && !(p->flags & TCP_RST);

	if (said)
		explain_control(x, c, talk);
	return !(p->flags & (TCP_RST | TCP_FIN)) && (!said || explain_goes_on(*c));
}

static struct explain_echo *echo_of(struct explain *x, const struct addr *host)
{
	size_t i;

	for (i = 0; i < EXPLAIN_ECHOES; i++)
		if (x->echoes[i].until && addr_is_same(&x->echoes[i].host, host))
			return &x->echoes[i];
	return NULL;
}

static void hear(void *arg, const struct announced *said)
{
	struct announcing *a = arg;
	const struct packet *p = a->packet;
	struct explain_echo *echo;

	if (addr_is_same(&said->host, &p->dst)) {
		echo = echo_of(a->x, &p->dst);
		if (!echo)
			echo = &a->x->echoes[a->x->echo_at++ % EXPLAIN_ECHOES];
		*echo = (struct explain_echo){ p->dst, p->time_us + EXPECT_WITHIN };
		return;
	}
	echo = echo_of(a->x, &p->src);
	if (!echo || echo->until < p->time_us)
		announce(a, said);
}

void explain_datagram(struct explain *x, const struct packet *p)
{
	struct announcing a = { x, p, true };

	sip_datagram(p->ip + p->ip_len - p->payload_len, p->payload_len, hear, &a);
}
