/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/classify.h"

#include "base/record.h"
#include "flowd/sensor/name/doubt.h"
#include "flowd/sensor/name/hello.h"
#include "flowd/sensor/name/hints.h"

#include <ctype.h>
#include <ndpi/ndpi_api.h>
#include <ndpi/ndpi_main.h>
#include <stdlib.h>
#include <string.h>

/* Names that differ from nDPI's own in more than case. */
static const struct {
	const char *ndpi, *ours;
} renamed[] = {
	{ "ftp_control", "ftp" }, { "ftp_data", "ftp-data" }, { "smbv1", "smb" },
	{ "smbv23", "smb" },	  { "mssql-tds", "mssql" },   { "whois-das", "whois" },
	{ "http_proxy", "http" }, { "http_connect", "http" }, { "pops", "pop3s" },
	{ "jabber", "xmpp" },	  { "usenet", "nntp" },
};

struct classify {
	struct ndpi_detection_module_struct *ndpi;
	unsigned name_count;
	char (*names)[RECORD_APP_MAX]; /* by nDPI's id; filled when first asked for */
};

struct classify_flow {
	struct ndpi_flow_struct ndpi;
	struct words client, server;
	const struct fit_row *proof; /* of the words so far */
	uint64_t weighed;	     /* the words it is of */
	uint8_t proto;
	uint8_t named; /* enum named, of the latest name */
	char before[RECORD_APP_MAX];
	bool hinted; /* its hints have been given */
	bool passed; /* nDPI has not seen all: it would find what is known */
	/* The client's first packet, which nDPI is not shown until the server has spoken: what the
	 * first words of both prove needs no nDPI. */
	uint8_t *held;		    /* owned; NULL: none */
	uint16_t held_len, held_at; /* at: of its payload */
	wall_t held_us;
	struct hello hello; /* what was read of it instead */
};

struct classify *classify_new(void)
{
	struct classify *c = calloc(1, sizeof(*c));
	NDPI_PROTOCOL_BITMASK all;

	if (!c)
		return NULL;
	c->ndpi = ndpi_init_detection_module(ndpi_dont_load_tor_hosts);
	if (!c->ndpi) {
		free(c);
		return NULL;
	}
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(c->ndpi, &all);
	ndpi_finalize_initialization(c->ndpi);
	c->name_count = ndpi_get_num_supported_protocols(c->ndpi);
	c->names = calloc(c->name_count, sizeof(*c->names));
	if (!c->names) {
		classify_free(c);
		return NULL;
	}
	return c;
}

void classify_free(struct classify *c)
{
	if (!c)
		return;
	ndpi_exit_detection_module(c->ndpi);
	free(c->names);
	free(c);
}

struct classify_flow *classify_flow_new(const char *before)
{
	struct classify_flow *flow = calloc(1, sizeof(*flow));

	if (flow)
		record_text_set(flow->before, sizeof(flow->before), before);
	return flow;
}

void classify_flow_free(struct classify_flow *flow)
{
	if (!flow)
		return;
	ndpi_free_flow_data(&flow->ndpi);
	free(flow->held);
	free(flow);
}

/* Our name of an nDPI id. */
static const char *name_of(struct classify *c, unsigned id)
{
	char *name;
	size_t i;

	if (id == NDPI_PROTOCOL_UNKNOWN || id >= c->name_count)
		return NULL;
	name = c->names[id];
	if (*name)
		return name;
	record_text_set(name, RECORD_APP_MAX, ndpi_get_proto_name(c->ndpi, (uint16_t)id));
	for (i = 0; name[i]; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	for (i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (!strcmp(name, renamed[i].ndpi))
			record_text_set(name, RECORD_APP_MAX, renamed[i].ours);
	return name;
}

/*
 * The protocol, not the site or product it is used for: "tls", not "google". nDPI may take the
 * outer protocol from the port (HTTP on port 22 is "SSH.HTTP"): when the payload contradicts it,
 * the inner one stands.
 */
static const char *ndpi_says(struct classify *c, const struct classify_flow *flow,
			     ndpi_protocol found)
{
	const unsigned ids[] = { found.master_protocol, found.app_protocol };
	const char *name;
	size_t i;

	if (flow->ndpi.confidence != NDPI_CONFIDENCE_DPI &&
	    flow->ndpi.confidence != NDPI_CONFIDENCE_DPI_CACHE)
		return NULL;
	for (i = 0; i < 2; i++) {
		name = name_of(c, ids[i]);
		if (name && !doubt_is_wrong(name, flow->proto, &flow->client, &flow->server))
			return name;
		/* Without the carrier nothing rides on it. */
		if (name && doubt_is_carrier(name))
			return NULL;
	}
	return NULL;
}

/*
 * What rides on a carrier is nDPI's to know; everything else that is proved needs no nDPI. What
 * nDPI only remembers of an address and a port (sums of both, which collide) is no match for proof.
 */
static const char *settle(struct classify *c, struct classify_flow *flow, ndpi_protocol found,
			  const struct fit_row *proof)
{
	bool seen = flow->ndpi.confidence == NDPI_CONFIDENCE_DPI;
	const char *name = proof && !seen ? NULL : ndpi_says(c, flow, found);

	if (name) {
		flow->named = !flow->server.len ? NAMED_CLIENT : seen ? NAMED_DPI : NAMED_CACHE;
		if (!proof || strcmp(name, proof->name))
			return name;
	}
	if (!proof)
		return NULL;
	flow->named = NAMED_PAYLOAD;
	return proof->name;
}

/*
 * A few zeros in a segment that nobody pushes are no words: some stacks and middleboxes leave the
 * padding of short frames in the packet, and keep-alives repeat a byte.
 */
static bool is_padding(const struct packet *p, const uint8_t *payload)
{
	static const uint8_t zeros[6];

	return p->proto == PROTO_TCP && !(p->flags & TCP_PSH) && p->payload_len <= sizeof(zeros) &&
	       !memcmp(payload, zeros, p->payload_len);
}

static void note_words(struct classify_flow *flow, struct words *words, const struct packet *p)
{
	const uint8_t *payload = p->ip + p->ip_len - p->payload_len;

	flow->proto = p->proto;
	if (p->proto == PROTO_TCP || !words->len)
		words_note(words, p->seq, payload, p->payload_len, p->data_len);
}

static ndpi_protocol show(struct classify *c, struct classify_flow *flow, const uint8_t *ip,
			  uint16_t len, wall_t time)
{
	return ndpi_detection_process_packet(c->ndpi, &flow->ndpi, ip, len,
					     (uint64_t)(time / MONO_MS));
}

static ndpi_protocol show_held(struct classify *c, struct classify_flow *flow)
{
	ndpi_protocol found = { .app_protocol = NDPI_PROTOCOL_UNKNOWN };

	if (flow->held)
		found = show(c, flow, flow->held, flow->held_len, flow->held_us);
	free(flow->held);
	flow->held = NULL;
	return found;
}

/* Reads the held packet where that needs no nDPI, which spends much on it: true, it is done with.
 */
static bool read_held(struct classify_flow *flow)
{
	if (!flow->held || !hints_is_server_hello(&flow->server) ||
	    !hello_read(flow->held + flow->held_at, flow->held_len - flow->held_at, &flow->hello))
		return false;
	free(flow->held);
	flow->held = NULL;
	return true;
}

static uint16_t length_of(const struct packet *p)
{
	return (uint16_t)(p->ip_len < UINT16_MAX ? p->ip_len : UINT16_MAX);
}

/* Keeps the first words of a client for later; false when they are not the first. */
static bool hold(struct classify_flow *flow, const struct packet *p)
{
	if (flow->server.len || flow->held || flow->ndpi.num_processed_pkts)
		return false;
	flow->held_len = length_of(p);
	flow->held_at = (uint16_t)(flow->held_len - p->payload_len);
	flow->held_us = p->time_us;
	flow->held = malloc(flow->held_len);
	if (flow->held)
		memcpy(flow->held, p->ip, flow->held_len);
	return flow->held;
}

/* What all words so far prove; mostly a packet adds nothing to the first ones of its side. */
static const struct fit_row *weigh(struct classify_flow *flow)
{
	const struct words *c = &flow->client, *s = &flow->server;
	uint64_t words = ((uint64_t)(c->base ^ s->base) << 32 | c->len << 16 | s->len) + 1;

	if (words != flow->weighed)
		flow->proof = doubt_proof(flow->proto, c, s);
	flow->weighed = words;
	return flow->proof;
}

/* The answer to one more packet, held against the words. */
static const char *look(struct classify *c, struct classify_flow *flow, const struct packet *p)
{
	const struct fit_row *proof = weigh(flow);
	ndpi_protocol found = { .app_protocol = NDPI_PROTOCOL_UNKNOWN };

	/* What rides on a carrier was looked for when the service got its name. */
	if (proof && !strcmp(proof->name, flow->before)) {
		flow->passed = true;
		if (!read_held(flow) && proof->flags & FIT_HINTS)
			show_held(c, flow);
	} else if (!proof || proof->flags & (FIT_CARRIER | FIT_HINTS)) {
		show_held(c, flow);
		found = show(c, flow, p->ip, length_of(p), p->time_us);
	}
	if (!proof || (proof->flags & FIT_CARRIER && !flow->passed))
		return settle(c, flow, found, proof);
	flow->named = NAMED_PAYLOAD;
	return proof->name;
}

const char *classify_packet(struct classify *c, struct classify_flow *flow, const struct packet *p,
			    bool from_server)
{
	const char *name;

	if (is_padding(p, p->ip + p->ip_len - p->payload_len))
		return NULL;
	note_words(flow, from_server ? &flow->server : &flow->client, p);
	if (hold(flow, p))
		return NULL;
	name = look(c, flow, p);
	/* What a client asks for is its wish: who scans may ask anybody for anything. */
	return flow->server.len ? name : NULL;
}

const char *classify_wish(struct classify *c, const struct packet *p)
{
	struct classify_flow *flow = classify_flow_new("");
	const char *name = NULL;

	if (flow) {
		note_words(flow, &flow->client, p);
		name = look(c, flow, p);
	}
	classify_flow_free(flow);
	return name;
}

bool classify_grants(const struct classify_flow *flow, const char *wish)
{
	const struct words none = { .len = 0 };

	return flow->server.len && !doubt_is_wrong(wish, flow->proto, &none, &flow->server);
}

const char *classify_end(struct classify *c, struct classify_flow *flow)
{
	const struct fit_row *wish = NULL;
	uint8_t guessed = 0;
	const char *name;

	show_held(c, flow);
	name = settle(c, flow, ndpi_detection_giveup(c->ndpi, &flow->ndpi, 0, &guessed),
		      flow->proof);
	if (!name && !flow->server.len && (wish = doubt_wish(flow->proto, &flow->client)))
		flow->named = NAMED_CLIENT;
	return wish ? wish->name : name;
}

static bool is_found(const struct classify_flow *flow, uint16_t id)
{
	const uint16_t *stack = flow->ndpi.detected_protocol_stack;

	return stack[0] == id || stack[1] == id;
}

/*
 * Whose part of nDPI's union holds something; and the server has agreed: an alert or a page that
 * says no to TLS is no answer to what the client asked for.
 */
static bool has_tls(const struct classify_flow *flow)
{
	if (flow->proto == PROTO_TCP)
		return (flow->passed || is_found(flow, NDPI_PROTOCOL_TLS)) &&
		       hints_is_server_hello(&flow->server);
	return flow->server.len &&
	       (is_found(flow, NDPI_PROTOCOL_QUIC) || is_found(flow, NDPI_PROTOCOL_DTLS));
}

static bool has_ssh(const struct classify_flow *flow)
{
	return is_found(flow, NDPI_PROTOCOL_SSH) && words_start(&flow->server, "SSH-");
}

bool classify_awaits(const struct classify_flow *flow)
{
	if (has_tls(flow))
		return !flow->passed && flow->proto == PROTO_TCP &&
		       !*flow->ndpi.protos.tls_quic.ja3_server;
	if (has_ssh(flow))
		return !flow->passed && !*flow->ndpi.protos.ssh.hassh_server;
	return words_start(&flow->server, "HTTP/") && hints_http_goes_on(&flow->server);
}

static void put(struct hint **out, enum hint_kind kind, const char *text)
{
	if (!text || !*text)
		return;
	(*out)->kind = (uint8_t)kind;
	record_text_set((*out)->text, sizeof((*out)->text), text);
	++*out;
}

/* nDPI writes some of its fingerprints in capitals; nobody else does. */
static void put_digest(struct hint **out, enum hint_kind kind, const char *digest)
{
	char text[RECORD_HINT_MAX];
	size_t i;

	record_text_set(text, sizeof(text), digest);
	for (i = 0; text[i]; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	put(out, kind, text);
}

size_t classify_hints(struct classify_flow *flow, struct hint *out)
{
	struct hint *const first = out;
	char text[RECORD_HINT_MAX];

	if (flow->hinted)
		return 0;
	flow->hinted = true;
	if (has_tls(flow)) {
		put(&out, HINT_SNI,
		    *flow->hello.sni ? flow->hello.sni : flow->ndpi.host_server_name);
		put(&out, HINT_ALPN,
		    *flow->hello.alpn ? flow->hello.alpn : flow->ndpi.protos.tls_quic.alpn);
		put_digest(&out, HINT_JA3S, flow->ndpi.protos.tls_quic.ja3_server);
	} else if (words_start(&flow->server, "HTTP/")) {
		if (hints_http_field(&flow->client, "Host", text))
			put(&out, HINT_HTTP_HOST, text);
		if (hints_http_field(&flow->server, "Server", text))
			put(&out, HINT_HTTP_SERVER, text);
	} else if (hints_ssh_banner(&flow->server, text)) {
		put(&out, HINT_SSH_BANNER, text);
		if (has_ssh(flow))
			put_digest(&out, HINT_HASSH_SERVER, flow->ndpi.protos.ssh.hassh_server);
	}
	return (size_t)(out - first);
}

enum named classify_named(const struct classify_flow *flow)
{
	return flow->named;
}

const char *classify_guess(struct classify *c, uint8_t proto, uint16_t port)
{
	uint8_t custom = 0;

	/* Both ports the same: nDPI takes the lower one for the server's. */
	return name_of(c, ndpi_guess_protocol_id(c->ndpi, NULL, proto, port, port, &custom));
}
