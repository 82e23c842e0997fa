/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a file of service probes in nmap's format (nmap.org/book/vscan-fileformat.html): questions,
 * and patterns of their answers. Pure: bytes in, a list out; patterns and templates stay where they
 * stand in the text. What cannot be used is told and left out, the rest is taken.
 */
#ifndef VERIFY_PROBES_PARSE_H
#define VERIFY_PROBES_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARSE_CPES 3
#define PARSE_PAYLOAD_MAX 4096

/* Bytes of the text, not NUL-terminated; at NULL: not given. */
struct parse_span {
	const char *at;
	uint32_t len;
};

struct parse_range {
	uint16_t low, high;
};

struct parse_ports {
	struct parse_range *ranges; /* owned */
	size_t count;
};

/* What an answer says, each a template with $1, $P(1), $SUBST(1,"_","."), $I(1,">"). */
enum parse_field {
	PARSE_PRODUCT,
	PARSE_VERSION,
	PARSE_INFO,
	PARSE_OS,
	PARSE_HOSTNAME,
	PARSE_DEVICE,
	PARSE_FIELDS
};

/* A line "match" or "softmatch". */
struct parse_match {
	struct parse_span service, pattern;
	struct parse_span fields[PARSE_FIELDS], cpe[PARSE_CPES];
	uint32_t line;
	uint8_t cpe_count;
	bool soft, caseless, dotall;
};

/* A line "Probe" and those that belong to it. */
struct parse_question {
	struct parse_span name, fallback; /* fallback: names, separated by commas */
	uint8_t *payload;		  /* owned; NULL: it only listens */
	size_t len;
	struct parse_ports ports, ssl_ports;
	uint32_t wait_ms, wrapped_ms;  /* 0: not given */
	uint32_t first_match, matches; /* in the book's list */
	uint32_t line;
	uint8_t proto;	/* IPPROTO_TCP, IPPROTO_UDP */
	uint8_t rarity; /* 1 to 9 */
};

struct parse_book {
	struct parse_question *questions; /* owned, like the next two */
	struct parse_match *matches;
	size_t question_count, match_count;
	struct parse_ports exclude_tcp, exclude_udp;
};

/* What cannot be used, with its place, both from 1. */
typedef void (*parse_fn)(void *arg, uint32_t line, uint32_t column, const char *what);

/*
 * Reads `text`, which must stay as long as `out`; `fault` may be NULL. 0, also when lines were left
 * out; -ENOMEM.
 */
int parse_probes(const char *text, size_t len, parse_fn fault, void *arg, struct parse_book *out);
void parse_free(struct parse_book *book);

/* Reads "80,443,8000-8010" and adds to `out`; of "T:80,U:53" the part of `kind`. 0; ERR_SYNTAX and
 * nothing is added; -ENOMEM. */
int parse_ports(const char *text, size_t len, char kind, struct parse_ports *out);
bool parse_has_port(const struct parse_ports *ports, uint16_t port);

/* Is a name in a list with commas? */
bool parse_lists(struct parse_span list, const char *name);

#endif
