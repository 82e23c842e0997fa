/* SPDX-License-Identifier: Apache-2.0 */
#include "web/query.h"

#include "base/err.h"
#include "base/wire.h"
#include "store/store.h"

#include <stdio.h>

#define CURSOR_BYTES 27 /* value, zone, host, protocol, port: the order of the rows */

static const char *const names[] = {
#define QUERY_NAME(id, name) name,
	QUERY_PARAMETER_LIST(QUERY_NAME)
};
static const char *const sorts[] = { QUERY_SORT_LIST(QUERY_NAME) };
#undef QUERY_NAME

void query_open(struct query *q, unsigned allowed)
{
	/* Its bytes are compared, those between the members, too. */
	memset(q, 0, sizeof(*q));
	q->allowed = allowed;
	q->limit = QUERY_LIMIT;
	memset(&q->ip.high, 0xff, sizeof(q->ip.high));
}

/* Reads digits only, up to `high`. 0, ERR_SYNTAX, ERR_RANGE. */
static int parse_number(const char *text, size_t len, uint64_t high, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	if (!len || len > 20)
		return ERR_SYNTAX;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_SYNTAX;
		if (n > (UINT64_MAX - 9) / 10)
			return ERR_RANGE;
		n = n * 10 + (uint64_t)(text[i] - '0');
	}
	if (n > high)
		return ERR_RANGE;
	*out = n;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool query_is_same(const struct query *a, const struct query *b)
{
	return !memcmp(a, b, sizeof(*a));
}

char *query_cursor(const struct query_place *place, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const struct service *s = &place->service;
	uint8_t bytes[CURSOR_BYTES];
	size_t i;

	wire_put_be32(bytes, place->value);
	wire_put_be32(bytes + 4, s->zone);
	memcpy(bytes + 8, s->host.b, sizeof(s->host.b));
	bytes[24] = s->proto;
	wire_put_be16(bytes + 25, s->port);
	for (i = 0; i < CURSOR_BYTES; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * i] = '\0';
	return out;
}

static int parse_cursor(const char *text, size_t len, struct query_place *out)
{
	uint8_t bytes[CURSOR_BYTES];
	struct service s = { 0 };
	int high, low;
	size_t i;

	if (len != sizeof(bytes) * 2)
		return ERR_SYNTAX;
	for (i = 0; i < sizeof(bytes); i++) {
		high = hex_digit(text[2 * i]);
		low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return ERR_SYNTAX;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	s.zone = wire_be32_at(bytes + 4);
	s.host = addr_v6(bytes + 8);
	s.proto = bytes[24];
	s.port = wire_be16_at(bytes + 25);
	out->value = wire_be32_at(bytes);
	out->service = s;
	return 0;
}

static int set_sort(struct query *q, const char *text, size_t len)
{
	uint8_t i;

	for (i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
		if (strlen(sorts[i]) == len && !memcmp(sorts[i], text, len)) {
			q->sort = i;
			return 0;
		}
	return ERR_UNKNOWN;
}

static int set_order(struct query *q, const char *text, size_t len)
{
	q->descending = len == 4 && !memcmp(text, "desc", len);
	return q->descending || (len == 3 && !memcmp(text, "asc", len)) ? 0 : ERR_UNKNOWN;
}

/* A word of one of the enums. */
static int set_word(uint8_t *out, int word)
{
	if (word < 0)
		return word;
	*out = (uint8_t)word;
	return 0;
}

static int set_ago(struct query *q, const char *text, size_t len)
{
	char copy[24];

	if (len >= sizeof(copy))
		return ERR_RANGE;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return mono_parse(copy, &q->ago);
}

static int parse_app(const char *text, size_t len, char *out)
{
	size_t i;

	if (!len || len >= RECORD_APP_MAX)
		return ERR_RANGE;
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return ERR_SYNTAX;
	memset(out, 0, RECORD_APP_MAX);
	memcpy(out, text, len);
	return 0;
}

/* "" is nobody. */
static int set_assignee(struct query *q, const char *text, size_t len)
{
	if (len >= sizeof(q->assignee))
		return ERR_RANGE;
	if (memchr(text, 0, len))
		return ERR_SYNTAX;
	memset(q->assignee, 0, sizeof(q->assignee));
	memcpy(q->assignee, text, len);
	return 0;
}

/* Whether it makes sense is for others to say. */
static int set_filter(struct query *q, const char *text, size_t len)
{
	if (len >= sizeof(q->filter))
		return ERR_RANGE;
	if (memchr(text, 0, len))
		return ERR_SYNTAX;
	memset(q->filter, 0, sizeof(q->filter));
	memcpy(q->filter, text, len);
	return 0;
}

/* A number from 1 to `high` into `out`; it is left alone on failure. */
static int set_number(const char *text, size_t len, uint64_t high, uint64_t *out)
{
	uint64_t n;
	int rc = parse_number(text, len, high, &n);

	if (!rc && !n)
		rc = ERR_RANGE;
	if (!rc)
		*out = n;
	return rc;
}

static int set_value(struct query *q, unsigned parameter, const char *value, size_t len)
{
	uint64_t n = 0;
	int rc;

	switch (parameter) {
	case QUERY_WITH_LIMIT:
		rc = set_number(value, len, QUERY_LIMIT_MOST, &n);
		q->limit = rc ? q->limit : (unsigned)n;
		return rc;
	case QUERY_WITH_CURSOR:
		return parse_cursor(value, len, &q->place);
	case QUERY_WITH_BEFORE:
		return set_number(value, len, INT64_MAX, &q->before);
	case QUERY_WITH_IP:
		return prefix_parse(value, len, &q->ip);
	case QUERY_WITH_PORT:
		rc = parse_number(value, len, UINT16_MAX, &n);
		q->port = (uint16_t)n;
		return rc;
	case QUERY_WITH_APP:
		return parse_app(value, len, q->app);
	case QUERY_WITH_LEVEL:
		return set_word(&q->level, record_level_parse(value, len));
	case QUERY_WITH_PROTO:
		return set_word(&q->proto, record_proto_parse(value, len));
	case QUERY_WITH_SINCE:
		return set_ago(q, value, len);
	case QUERY_WITH_SORT:
		return set_sort(q, value, len);
	case QUERY_WITH_ORDER:
		return set_order(q, value, len);
	case QUERY_WITH_STATUS:
		return set_word(&q->status, record_triage_parse(value, len));
	case QUERY_WITH_FILTER:
		return set_filter(q, value, len);
	case QUERY_WITH_SKIP:
		rc = parse_number(value, len, UINT32_MAX, &n);
		q->skip = (uint32_t)n;
		return rc;
	case QUERY_WITH_ASSIGNEE:
		return set_assignee(q, value, len);
	default:
		return set_word(&q->state, record_state_parse(value, len));
	}
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Its bit; one that is never allowed when there is none such. */
static unsigned parameter_of(const char *name)
{
	unsigned i;

	for (i = 0; i < COUNT(names) && strcmp(names[i], name); i++)
		;
	return i < COUNT(names) ? 1U << i : 0;
}

int query_set(struct query *q, const char *name, const char *value, size_t len)
{
	unsigned parameter = parameter_of(name);
	int rc;

	if (!(q->allowed & parameter))
		return ERR_UNKNOWN;
	if (q->given & parameter)
		return ERR_FULL;
	rc = set_value(q, parameter, value, len);
	if (!rc)
		q->given |= parameter;
	return rc;
}

/* ---- what is wrong ---- */

static void add(char *out, const char *word)
{
	size_t len = strlen(out);

	snprintf(out + len, QUERY_WHY_MAX - len, " %s", word);
}

static void add_words(char *out, const char *(*text)(unsigned), unsigned first, unsigned end)
{
	for (; first < end; first++)
		add(out, text(first));
}

static void add_choice(const struct query *q, unsigned parameter, char *out)
{
	size_t i;

	switch (parameter) {
	case QUERY_WITH_SORT:
		for (i = 0; i < COUNT(sorts); i++)
			add(out, sorts[i]);
		return;
	case QUERY_WITH_ORDER:
		add(out, "asc desc");
		return;
	case QUERY_WITH_LEVEL:
		add_words(out, record_level_text, LEVEL_LOW, LEVEL_END);
		return;
	case QUERY_WITH_PROTO:
		add(out, "tcp udp sctp");
		return;
	case QUERY_WITH_STATUS:
		add_words(out, record_triage_text, TRIAGE_NEW, TRIAGE_END);
		return;
	case QUERY_WITH_STATE:
		add_words(out, record_state_text, STATE_CANDIDATE, STATE_END);
		return;
	default:
		for (i = 0; i < COUNT(names); i++)
			if (q->allowed & 1U << i)
				add(out, names[i]);
	}
}

const char *query_explain(const struct query *q, const char *name, int rc, char out[QUERY_WHY_MAX])
{
	unsigned parameter = parameter_of(name) & q->allowed;

	if (rc == ERR_RANGE)
		return "the value is out of range";
	if (rc == ERR_FULL)
		return "the parameter is given twice";
	if (rc == ERR_SYNTAX)
		return parameter == QUERY_WITH_SINCE ? "a time such as 90m, 24h or 30d is needed"
						     : "the value cannot be read";
	snprintf(out, QUERY_WHY_MAX,
		 parameter ? "there is no such word; there are:"
			   : "there is no such parameter; there are:");
	add_choice(q, parameter, out);
	return out;
}

bool query_has(const struct query *q, const struct service *s, const char *app, unsigned state)
{
	if (addr_order(&s->host, &q->ip.low) < 0 || addr_order(&s->host, &q->ip.high) > 0)
		return false;
	if (q->given & QUERY_WITH_PORT && s->port != q->port)
		return false;
	if (q->given & QUERY_WITH_STATE && state != q->state)
		return false;
	return !(q->given & QUERY_WITH_APP) ||
	       !strncmp(*app ? app : "unknown", q->app, RECORD_APP_MAX);
}

bool query_has_row(const struct query *q, const struct store_service *row)
{
	if (q->given & QUERY_WITH_LEVEL && row->level != q->level)
		return false;
	if (q->given & QUERY_WITH_PROTO && row->service.proto != q->proto)
		return false;
	if (q->given & QUERY_WITH_SINCE && row->first_us < (wall_t)q->since * MONO_SECOND)
		return false;
	return query_has(q, &row->service, store_app(row), store_state(row));
}

/* The last `c` in the text, NULL when there is none. */
static const char *last_of(const char *text, size_t len, char c)
{
	return memrchr(text, c, len);
}

int query_parse_id(const char *text, size_t len, struct service *out)
{
	const char *port = last_of(text, len, '-');
	const char *proto = port ? last_of(text, (size_t)(port - text), '-') : NULL;
	struct service s = { 0 };
	uint64_t n;
	int rc;

	if (!proto)
		return ERR_SYNTAX;
	if (addr_parse(text, (size_t)(proto - text), &s.host) ||
	    parse_number(port + 1, (size_t)(text + len - port - 1), UINT16_MAX, &n))
		return ERR_SYNTAX;
	rc = record_proto_parse(proto + 1, (size_t)(port - proto - 1));
	if (rc <= 0)
		return ERR_UNKNOWN;
	s.proto = (uint8_t)rc;
	s.port = (uint16_t)n;
	*out = s;
	return 0;
}

int query_parse_position(const char *text, size_t len, struct query_position *out)
{
	const char *dot = memchr(text, '.', len);
	struct query_position p;
	int rc;

	if (!dot)
		return ERR_SYNTAX;
	rc = parse_number(text, (size_t)(dot - text), INT64_MAX, &p.event);
	if (!rc)
		rc = parse_number(dot + 1, (size_t)(text + len - dot - 1), INT64_MAX, &p.alert);
	if (!rc)
		*out = p;
	return rc;
}

/* Length of a host without its port; 0 when the port is none. */
static size_t host_len(const char *host, size_t len)
{
	const char *colon = last_of(host, len, ':');
	const char *bracket = last_of(host, len, ']');
	uint64_t port;

	if (!colon || (bracket && bracket > colon))
		return len;
	if (parse_number(colon + 1, (size_t)(host + len - colon - 1), UINT16_MAX, &port))
		return 0;
	return (size_t)(colon - host);
}

bool query_is_loopback(const char *host, size_t len)
{
	static const struct addr six = { { [15] = 1 } };
	struct addr a;

	len = host_len(host, len);
	if (len == 9 && !strncasecmp(host, "localhost", len))
		return true;
	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return !addr_parse(host + 1, len - 2, &a) && addr_is_same(&a, &six);
	return !addr_parse(host, len, &a) && addr_is_v4(&a) && a.b[12] == 127;
}

bool query_is_same_origin(const char *origin, const char *host)
{
	static const char plain[] = "http://", sealed[] = "https://";

	if (!strncmp(origin, plain, sizeof(plain) - 1))
		return !strcasecmp(origin + sizeof(plain) - 1, host);
	return !strncmp(origin, sealed, sizeof(sealed) - 1) &&
	       !strcasecmp(origin + sizeof(sealed) - 1, host);
}
