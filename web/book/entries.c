/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/entries.h"

#include "base/prefix.h"
#include "store/report/reading.h"
#include "web/book/nmap.h"

#include <stdio.h>
#include <stdlib.h>

#define COLUMNS 16
#define LINE_MOST 4096
#define WRONG(text) (r->wrong = (text), false)

struct entries {
	const struct baseline *common;
	struct ledger *out;
	const char *wrong;
	int columns[COLUMNS]; /* of CSV: enum field of each */
	size_t column_count;
};

/* X(constant, name): what an entry may say. */
#define FIELD_LIST(X)                       \
	X(FIELD_IP, "ip")                   \
	X(FIELD_PROTO, "proto")             \
	X(FIELD_PORT, "port")               \
	X(FIELD_APP, "app")                 \
	X(FIELD_CERTIFICATE, "certificate") \
	X(FIELD_HOST_KEY, "host_key")       \
	X(FIELD_OWNER, "owner")             \
	X(FIELD_REASON, "reason")           \
	X(FIELD_TICKET, "ticket")           \
	X(FIELD_EXPIRES, "expires")

enum field {
#define FIELD_ENUM(id, name) id,
	FIELD_LIST(FIELD_ENUM)
#undef FIELD_ENUM
		FIELD_END
};

static const char *const fields[] = {
#define FIELD_NAME(id, name) name,
	FIELD_LIST(FIELD_NAME)
#undef FIELD_NAME
};

/* ---- one value ---- */

static bool set_address(struct entries *r, struct baseline *b, const char *text, size_t len)
{
	struct prefix_range range;

	if (prefix_parse(text, len, &range) || addr_order(&range.low, &range.high))
		return WRONG("this is no address");
	b->service.host = range.low;
	return true;
}

static bool set_port(struct entries *r, struct baseline *b, const char *text, size_t len)
{
	unsigned long n = 0;
	size_t i;

	for (i = 0; i < len && i < 5 && text[i] >= '0' && text[i] <= '9'; i++)
		n = n * 10 + (unsigned long)(text[i] - '0');
	if (!len || i < len || !n || n > UINT16_MAX)
		return WRONG("a port from 1 to 65535 is needed");
	b->service.port = (uint16_t)n;
	return true;
}

static bool set_proto(struct entries *r, struct baseline *b, const char *text, size_t len)
{
	int n = record_proto_parse(text, len);

	if (n <= 0)
		return WRONG("tcp, udp or sctp");
	b->service.proto = (uint8_t)n;
	return true;
}

static bool set_expires(struct entries *r, struct baseline *b, const char *text, size_t len)
{
	int year, month, day, end = 0;
	char date[32];

	if (!len)
		return true;
	snprintf(date, sizeof(date), "%.*s", (int)len, text);
	if (sscanf(date, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10 ||
	    (date[10] && date[10] != 'T') || year < 1970 || year > 9999 || month < 1 ||
	    month > 12 || day < 1 || day > 31)
		return WRONG("a day such as 2027-01-31 is needed");
	/* Days from the civil calendar: the year begins in March. */
	year -= month <= 2;
	b->expires_us = (((wall_t)year / 400) * 146097 + (year % 400) * 365 + (year % 400) / 4 -
			 (year % 400) / 100 + (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day -
			 1 - 719468) *
			MONO_DAY;
	return true;
}

static bool set_text(struct entries *r, char *out, size_t size, const char *text, size_t len)
{
	size_t i;

	if (len >= size)
		return WRONG("a text is too long");
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return WRONG("a text has control characters in it");
	memset(out, 0, size);
	memcpy(out, text, len);
	return true;
}

#define SET_TEXT(field) set_text(r, b->field, sizeof(b->field), text, len)

static bool set_field(struct entries *r, struct baseline *b, int field, const char *text,
		      size_t len)
{
	switch (field) {
	case FIELD_IP:
		return set_address(r, b, text, len);
	case FIELD_PROTO:
		return set_proto(r, b, text, len);
	case FIELD_PORT:
		return set_port(r, b, text, len);
	case FIELD_APP:
		return SET_TEXT(app);
	case FIELD_CERTIFICATE:
		return SET_TEXT(certificate);
	case FIELD_HOST_KEY:
		return SET_TEXT(host_key);
	case FIELD_OWNER:
		return !len || SET_TEXT(owner);
	case FIELD_REASON:
		return !len || SET_TEXT(reason);
	case FIELD_TICKET:
		return !len || SET_TEXT(ticket);
	default:
		return set_expires(r, b, text, len);
	}
}

static bool add(struct entries *r, const struct baseline *b)
{
	if (!b->service.proto || !b->service.port)
		return WRONG("address, protocol and port are needed");
	ledger_add(r->out, b);
	return !r->out->full || WRONG("there are too many");
}

/* ---- CSV (RFC 4180), whose fields have no line breaks ---- */

/* The next field of a line from `*at` on, unquoted in `buffer`; false: a quote has no end. */
static bool next_cell(const char *line, size_t len, size_t *at, char *buffer, size_t *out)
{
	bool quoted = *at < len && line[*at] == '"', open = quoted;
	size_t i = *at + quoted, n = 0;

	for (; i < len && (open || line[i] != ','); i++) {
		if (quoted && line[i] == '"') {
			if (i + 1 < len && line[i + 1] == '"')
				buffer[n++] = line[i++];
			else
				open = false;
			continue;
		}
		buffer[n++] = line[i];
	}
	*at = i;
	*out = n;
	return !open;
}

static int field_of(const char *name, size_t len)
{
	int i;

	for (i = 0; i < FIELD_END; i++)
		if (strlen(fields[i]) == len && !memcmp(fields[i], name, len))
			return i;
	return -1;
}

static bool read_csv(struct entries *r, const char *line, size_t len)
{
	struct baseline b = *r->common;
	char cell[LINE_MOST];
	bool head = !r->column_count;
	size_t at = 0, column = 0, n;

	for (;; at++, column++) {
		if (!next_cell(line, len, &at, cell, &n))
			return WRONG("a quote has no end");
		if (column == (head ? COLUMNS : r->column_count))
			return WRONG("there are too many columns");
		if (head && (r->columns[column] = field_of(cell, n)) < 0)
			return WRONG("the first line names columns: ip,proto,port and so on");
		if (!head && !set_field(r, &b, r->columns[column], cell, n))
			return false;
		if (at >= len)
			break;
	}
	if (head) {
		r->column_count = column + 1;
		return true;
	}
	return add(r, &b);
}

/* ---- a line of JSON ---- */

static bool read_own(struct entries *r, const struct reading *doc)
{
	struct baseline b = *r->common;
	char number[24];
	int i;

	for (i = 0; i < FIELD_END; i++) {
		const struct reading *value = reading_child(doc, fields[i]);
		const char *text = reading_text(value);

		if (reading_kind(value) == READING_NUMBER) {
			snprintf(number, sizeof(number), "%lld", (long long)reading_number(value));
			text = number;
		}
		if (text && !set_field(r, &b, i, text, strlen(text)))
			return false;
	}
	return add(r, &b);
}

static bool read_masscan(struct entries *r, const struct reading *doc)
{
	const struct reading *ports = reading_child(doc, "ports"), *port;
	const char *ip = reading_text(reading_child(doc, "ip")), *status, *proto;
	struct baseline b;
	char number[24];
	size_t i;

	/* The last line of old releases says that it has finished, and no more. */
	if (!ip && !ports)
		return true;
	if (!ip)
		return WRONG("there is no address");
	for (i = 0; (port = reading_item(ports, i)); i++) {
		b = *r->common;
		status = reading_text(reading_child(port, "status"));
		proto = reading_text(reading_child(port, "proto"));
		/* A banner's line has no status: its port has another line. */
		if (!status || strcmp(status, "open") != 0)
			continue;
		snprintf(number, sizeof(number), "%lld",
			 (long long)reading_number(reading_child(port, "port")));
		if (!proto || !set_address(r, &b, ip, strlen(ip)) ||
		    !set_proto(r, &b, proto, strlen(proto)) ||
		    !set_port(r, &b, number, strlen(number)) || !add(r, &b))
			return r->wrong ? false : WRONG("there is no protocol");
	}
	return true;
}

/* Masscan writes a list, a row in each line, with its commas at either end. */
static bool read_json(struct entries *r, enum baseline_from format, const char *line, size_t len)
{
	struct reading *doc;
	bool good;

	while (format == ENTRY_MASSCAN && len && strchr("[, \t]", *line)) {
		line++;
		len--;
	}
	while (format == ENTRY_MASSCAN && len && strchr("[], \t", line[len - 1]))
		len--;
	if (!len || (format == ENTRY_MASSCAN && !strncmp(line, "{finished", 9)))
		return true;
	doc = reading_new(line, len);
	if (reading_kind(doc) != READING_OBJECT)
		good = WRONG("this is no object of JSON");
	else
		good = format == ENTRY_MASSCAN ? read_masscan(r, doc) : read_own(r, doc);
	reading_free(doc);
	return good;
}

static const char *take_nmap(void *arg, const struct nmap_port *port)
{
	struct entries *r = arg;
	struct baseline b = *r->common;

	return set_address(r, &b, port->address, strlen(port->address)) &&
			       set_proto(r, &b, port->proto, strlen(port->proto)) &&
			       set_port(r, &b, port->number, strlen(port->number)) && add(r, &b)
		       ? NULL
		       : r->wrong;
}

/* Line after line; false: what is wrong is in the reader, and in which line in `number`. */
static bool read_lines(struct entries *r, const char *text, size_t len, uint64_t *number)
{
	const enum baseline_from format = (enum baseline_from)r->common->source;
	const char *end = text + len, *next, *line;
	size_t n;
	bool good = true;

	for (line = text; line < end && good; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		n = (size_t)((next ? next : end) - line);
		next = next ? next + 1 : end;
		++*number;
		n -= n && line[n - 1] == '\r';
		if (!n)
			continue;
		if (n >= LINE_MOST)
			good = WRONG("the line is too long");
		else
			good = format == ENTRY_CSV ? read_csv(r, line, n)
						   : read_json(r, format, line, n);
	}
	return good;
}

bool entries_read(const char *text, size_t len, const struct baseline *common, struct ledger *out,
		  struct entries_fault *fault)
{
	struct entries reader = { .common = common, .out = out }, *r = &reader;
	uint64_t number = 0;

	if (common->source == ENTRY_NMAP)
		r->wrong = nmap_read(text, len, take_nmap, r, &number);
	else
		read_lines(r, text, len, &number);
	if (!r->wrong && !out->rows)
		r->wrong = "there is no entry";
	if (!r->wrong)
		return true;
	fault->line = number;
	snprintf(fault->detail, sizeof(fault->detail), "line %llu: %s", (unsigned long long)number,
		 r->wrong);
	return false;
}
