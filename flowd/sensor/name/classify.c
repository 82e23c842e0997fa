/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/classify.h"

#include "base/record.h"
#include "flowd/sensor/name/doubt.h"

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
};

struct classify {
	struct ndpi_detection_module_struct *ndpi;
	unsigned name_count;
	char (*names)[RECORD_APP_MAX]; /* by nDPI's id; filled when first asked for */
};

struct classify_flow {
	struct ndpi_flow_struct ndpi;
	struct doubt_words client, server;
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

struct classify_flow *classify_flow_new(void)
{
	return calloc(1, sizeof(struct classify_flow));
}

void classify_flow_free(struct classify_flow *flow)
{
	if (!flow)
		return;
	ndpi_free_flow_data(&flow->ndpi);
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
static const char *settle(struct classify *c, const struct classify_flow *flow, ndpi_protocol found)
{
	const unsigned ids[] = { found.master_protocol, found.app_protocol };
	const char *name = doubt_proof(&flow->client, &flow->server);
	size_t i;

	if (name)
		return name;
	if (flow->ndpi.confidence != NDPI_CONFIDENCE_DPI &&
	    flow->ndpi.confidence != NDPI_CONFIDENCE_DPI_CACHE)
		return NULL;
	for (i = 0; i < 2; i++) {
		name = name_of(c, ids[i]);
		if (name && !doubt_is_wrong(name, &flow->client, &flow->server))
			return name;
	}
	return NULL;
}

static void note_words(struct doubt_words *words, const struct packet *p)
{
	if (words->len)
		return;
	words->len = (uint8_t)(p->payload_len < DOUBT_WORDS ? p->payload_len : DOUBT_WORDS);
	memcpy(words->bytes, p->ip + p->ip_len - p->payload_len, words->len);
}

/* nDPI's answer to one more packet, held against the words. */
static const char *look(struct classify *c, struct classify_flow *flow, const struct packet *p)
{
	uint32_t len = p->ip_len < UINT16_MAX ? p->ip_len : UINT16_MAX;

	return settle(c, flow,
		      ndpi_detection_process_packet(c->ndpi, &flow->ndpi, p->ip,
						    (unsigned short)len,
						    (uint64_t)(p->time_us / MONO_MS)));
}

const char *classify_packet(struct classify *c, struct classify_flow *flow, const struct packet *p,
			    bool from_server)
{
	const char *name;

	note_words(from_server ? &flow->server : &flow->client, p);
	name = look(c, flow, p);
	/* What a client asks for is its wish: who scans may ask anybody for anything. */
	return flow->server.len ? name : NULL;
}

const char *classify_wish(struct classify *c, const struct packet *p)
{
	struct classify_flow *flow = classify_flow_new();
	const char *name = NULL;

	if (flow) {
		note_words(&flow->client, p);
		name = look(c, flow, p);
	}
	classify_flow_free(flow);
	return name;
}

bool classify_grants(const struct classify_flow *flow, const char *wish)
{
	const struct doubt_words none = { .len = 0 };

	return flow->server.len && !doubt_is_wrong(wish, &none, &flow->server);
}

const char *classify_end(struct classify *c, struct classify_flow *flow)
{
	uint8_t guessed = 0;

	return settle(c, flow, ndpi_detection_giveup(c->ndpi, &flow->ndpi, 0, &guessed));
}

const char *classify_guess(struct classify *c, uint8_t proto, uint16_t port)
{
	uint8_t custom = 0;

	/* Both ports the same: nDPI takes the lower one for the server's. */
	return name_of(c, ndpi_guess_protocol_id(c->ndpi, NULL, proto, port, port, &custom));
}
