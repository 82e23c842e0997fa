/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people ask for, read from the text of a request. Pure; the text may be anything.
 */
#ifndef WEB_QUERY_H
#define WEB_QUERY_H

#include "base/prefix.h"
#include "base/record.h"
#include "rules/judge/filter.h"

#define QUERY_LIMIT 100 /* rows of a page when nobody says */
#define QUERY_LIMIT_MOST 1000

/* X(bit, name): the parameters there are. */
#define QUERY_PARAMETER_LIST(X)            \
	X(QUERY_WITH_LIMIT, "limit")       \
	X(QUERY_WITH_CURSOR, "cursor")     \
	X(QUERY_WITH_BEFORE, "before")     \
	X(QUERY_WITH_IP, "ip")             \
	X(QUERY_WITH_PORT, "port")         \
	X(QUERY_WITH_APP, "app")           \
	X(QUERY_WITH_STATE, "state")       \
	X(QUERY_WITH_LEVEL, "level")       \
	X(QUERY_WITH_PROTO, "proto")       \
	X(QUERY_WITH_SINCE, "since")       \
	X(QUERY_WITH_SORT, "sort")         \
	X(QUERY_WITH_ORDER, "order")       \
	X(QUERY_WITH_STATUS, "status")     \
	X(QUERY_WITH_ASSIGNEE, "assignee") \
	X(QUERY_WITH_FILTER, "filter")     \
	X(QUERY_WITH_SKIP, "skip")

/* X(constant, name): what services may be sorted by. */
#define QUERY_SORT_LIST(X)                   \
	X(QUERY_BY_ADDRESS, "address")       \
	X(QUERY_BY_PORT, "port")             \
	X(QUERY_BY_APP, "app")               \
	X(QUERY_BY_STATE, "state")           \
	X(QUERY_BY_LEVEL, "level")           \
	X(QUERY_BY_FIRST_SEEN, "first_seen") \
	X(QUERY_BY_LAST_SEEN, "last_seen")   \
	X(QUERY_BY_HANDSHAKES, "handshakes") \
	X(QUERY_BY_PEERS, "peers")

enum query_sort {
#define QUERY_ENUM(id, name) id,
	QUERY_SORT_LIST(QUERY_ENUM)
#undef QUERY_ENUM
};

enum query_index {
#define QUERY_ENUM(id, name) id##_INDEX,
	QUERY_PARAMETER_LIST(QUERY_ENUM)
#undef QUERY_ENUM
};

enum query_parameter {
#define QUERY_ENUM(id, name) id = 1 << id##_INDEX,
	QUERY_PARAMETER_LIST(QUERY_ENUM)
#undef QUERY_ENUM
};

/* Where a page ended: the value that rows are sorted by, and the row. */
struct query_place {
	uint32_t value;
	struct service service;
};

struct query {
	unsigned allowed, given; /* bits of enum query_parameter */
	unsigned limit;
	uint64_t before;	  /* number; 0: from the newest */
	uint32_t skip;		  /* rows before the page */
	struct query_place place; /* of the cursor: the last row of the page before */
	struct prefix_range ip;	  /* all addresses when not given */
	mono_t ago;		  /* first seen no longer ago */
	uint32_t since;		  /* the same in seconds since 1970, for the caller to set */
	uint16_t port;
	uint8_t state, level, proto; /* enums */
	uint8_t sort;		     /* enum query_sort */
	bool descending;
	uint8_t status; /* enum triage_status */
	char app[RECORD_APP_MAX];
	char assignee[TOKEN_NAME_MAX]; /* "": nobody */
	char filter[FILTER_TEXT_MAX];  /* for filter_read */
};

/* A query that may have the parameters `allowed`. */
void query_open(struct query *query, unsigned allowed);

/*
 * Reads one parameter of `len` bytes. 0; ERR_UNKNOWN no such parameter or word, ERR_SYNTAX,
 * ERR_RANGE; ERR_FULL it was given before.
 */
int query_set(struct query *query, const char *name, const char *value, size_t len);

#define QUERY_WHY_MAX 320

/* What was wrong with a parameter for which query_set has said `rc`, and what would be right. */
const char *query_explain(const struct query *query, const char *name, int rc,
			  char out[QUERY_WHY_MAX]);

/* Does the row's key and what is known of it pass? Cursor and limit are not looked at. */
bool query_has(const struct query *query, const struct service *service, const char *app,
	       unsigned state);

/* Do two queries ask for the same? Byte by byte: both must have been made by query_open. */
bool query_is_same(const struct query *a, const struct query *b);

struct store_service;

/* The same of a row of the store, with level, protocol and the time it was first seen. */
bool query_has_row(const struct query *query, const struct store_service *row);

#define QUERY_CURSOR_MAX 56 /* bytes that hold any cursor and its NUL */

/* The cursor that goes on behind a place; `out` has QUERY_CURSOR_MAX bytes; returns it. */
char *query_cursor(const struct query_place *place, char *out);

/* Reads "192.0.2.1-tcp-443" or "2001:db8::1-tcp-443". 0, ERR_SYNTAX, ERR_UNKNOWN (protocol). */
int query_parse_id(const char *text, size_t len, struct service *out);

/* How far a reader of the stream has come: the last event and alert it has got. */
struct query_position {
	uint64_t event, alert;
};

/* Reads "12.3" (event 12, alert 3). 0, ERR_SYNTAX, ERR_RANGE. */
int query_parse_position(const char *text, size_t len, struct query_position *out);

/*
 * A Host header names this machine's loopback: "localhost", 127.0.0.0/8 or "[::1]", with or without
 * a port. Anything else is a name that somebody has made to point here (DNS rebinding).
 */
bool query_is_loopback(const char *host, size_t len);

/* An Origin header is the page that `host` served. */
bool query_is_same_origin(const char *origin, const char *host);

#endif
