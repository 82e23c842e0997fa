/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of addresses: whose they are, how they are called, whether they may be probed, and
 * which address outside leads there. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_ASSET_H
#define BASE_RECORD_ASSET_H

#include "base/record/kind.h"
#include "base/record/token.h"

/* X(constant, text): who says it; of the same network a later one goes before an earlier one. */
#define RECORD_SOURCE_LIST(X)          \
	X(ASSET_NONE, "none")          \
	X(ASSET_API, "api")            \
	X(ASSET_FILE, "file")          \
	X(ASSET_CONF, "configuration") \
	X(ASSET_PERSON, "person")

#define RECORD_ENUM(id, text) id,
enum asset_source { RECORD_SOURCE_LIST(RECORD_ENUM) ASSET_END };
#undef RECORD_ENUM

#define ASSET_NAME_MAX 64
#define ASSET_ZONE_MAX 32
#define ASSET_TAGS_MAX 128

/* A network or a host, or one port of a host. */
struct asset {
	struct addr network; /* its first address */
	struct addr outside; /* where it is reached from outside; all zero: as it is */
	wall_t changed_us;
	uint16_t port;	       /* 0: all of them */
	uint16_t outside_port; /* 0: the same */
	uint8_t bits;	       /* of 128 that are the network's: IPv4 has 96 more than its length */
	uint8_t proto;	       /* enum proto; none: of any */
	uint8_t source;	       /* enum asset_source */
	uint8_t noprobe;       /* 1: it is not to be probed */
	char name[ASSET_NAME_MAX];
	char owner[TOKEN_NAME_MAX];
	char zone[ASSET_ZONE_MAX];
	char tags[ASSET_TAGS_MAX]; /* with a comma between */
};

/* What lists of assets say of a service's place. All zero: nothing. */
struct alert_asset {
	char name[ASSET_NAME_MAX];
	char owner[TOKEN_NAME_MAX];
	char zone[ASSET_ZONE_MAX];
	char tags[ASSET_TAGS_MAX]; /* with a comma between */
};

/* How a source of them fares. */
struct asset_state {
	wall_t tried_us; /* last; 0 never */
	wall_t good_us;	 /* what is in force is of then */
	wall_t fails_us; /* since when it gives nothing good; 0 it does */
	uint64_t rows;
	uint8_t source;	  /* enum asset_source */
	uint8_t troubled; /* that it fails was said */
	uint8_t pad[2];
	uint32_t failures; /* looks that brought nothing good, ever */
	char etag[128];	   /* of what is in force; of a file its time and size */
	char error[96];	   /* why it fails; "" it does not */
};

/* Core to verify, before a job: where its service is reached from outside. */
struct job_outside {
	uint64_t job;
	struct addr host;
	uint16_t port; /* 0: the same */
	uint8_t pad[6];
};

/* Core to fetch: what is wanted. */
struct asset_query {
	uint8_t source; /* enum asset_source: api or file */
	uint8_t pad[7];
	char etag[128]; /* of what is known; "" nothing */
};

/* How an errand of fetch ended. */
enum assets_how {
	ASSETS_TAKEN,
	ASSETS_SAME, /* as the etag of the query says */
	ASSETS_FAILED
};

/* Fetch to core: this, then the rows. */
struct asset_outcome {
	uint8_t source; /* enum asset_source */
	uint8_t how;	/* enum assets_how */
	uint8_t pad[6];
	char etag[128];
	char error[96];
};

/* Web to core: what somebody says of a network. */
struct asset_order {
	struct asset asset;
	char by[TOKEN_NAME_MAX];
	uint8_t removed; /* it is not said any more */
	uint8_t pad[7];
};

/* X(constant, name): the columns of a list of them, and the members of one in JSON. */
#define RECORD_ASSET_FIELD_LIST(X)        \
	X(ASSET_FIELD_ADDRESS, "address") \
	X(ASSET_FIELD_NAME, "name")       \
	X(ASSET_FIELD_OWNER, "owner")     \
	X(ASSET_FIELD_TAGS, "tags")       \
	X(ASSET_FIELD_ZONE, "zone")       \
	X(ASSET_FIELD_PORT, "port")       \
	X(ASSET_FIELD_PROTO, "proto")     \
	X(ASSET_FIELD_OUTSIDE, "outside") \
	X(ASSET_FIELD_PROBE, "probe")

#define RECORD_ENUM(id, text) id,
enum asset_field { RECORD_ASSET_FIELD_LIST(RECORD_ENUM) ASSET_FIELD_END };
#undef RECORD_ENUM

/* Static, "?" outside the range; and back, or ERR_UNKNOWN. */
const char *record_source_text(unsigned source);
int record_source_parse(const char *text, size_t len);
const char *record_field_text(unsigned field);
int record_field_parse(const char *text, size_t len);

/*
 * Sets a field from text; an empty one says nothing. An address is a host or a prefix; outside is
 * an address, maybe with ":port" ("[address]:port" of IPv6); tags are separated by commas, blanks
 * or semicolons; probe is yes or no. 0; ERR_SYNTAX, ERR_RANGE.
 */
int record_asset_set(struct asset *a, enum asset_field field, const char *text, size_t len);

/* Does it make sense as a whole? A port or an address outside is of a single host only. */
bool record_asset_is_whole(const struct asset *a);

/* A list of the configuration, one a line: "10.1.0.0/24 name=office owner=it tags=pci,web".
 * Reads the next one: 1, and `*text` is behind it; 0 the end; ERR_SYNTAX, ERR_RANGE. */
int record_asset_next(const char **text, struct asset *out);

/* The prefix as text; `out` has ADDR_TEXT_MAX + 4 bytes; returns it. */
#define ASSET_TEXT_MAX (ADDR_TEXT_MAX + 4)
char *record_asset_text(const struct asset *a, char *out);

/* Makes harmless what another role has said; false: it makes no sense at all. */
bool record_mend_asset(struct asset *a, wall_t latest);

static inline bool asset_is_mapped(const struct asset *a)
{
	static const struct addr none;

	return !addr_is_same(&a->outside, &none);
}

#endif
