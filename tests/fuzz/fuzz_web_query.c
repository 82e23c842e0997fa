/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses what the rest is: a query string, the name of a service, a place in the
 * stream, a Host and an Origin, headers and a form. What reads prints to what reads back.
 */
#include "store/report/report.h"
#include "web/access/desk.h"
#include "web/http/head.h"
#include "web/query.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(good)              \
	do {                     \
		if (!(good))     \
			abort(); \
	} while (0)

static void check_cursor(const struct query_place *place)
{
	char text[QUERY_CURSOR_MAX];
	struct query q;

	query_open(&q, QUERY_WITH_CURSOR);
	query_cursor(place, text);
	CHECK(!query_set(&q, "cursor", text, strlen(text)));
	CHECK(service_is_same(&place->service, &q.place.service) && place->value == q.place.value);
}

/* "name=value&name=value": names are NUL-terminated, values are not. */
static void try_query(char *text, size_t size)
{
	char *end = text + size, *equals, *stop;
	struct query q;

	query_open(&q, 0xffffffff);
	for (; text < end; text = stop + 1) {
		stop = memchr(text, '&', (size_t)(end - text));
		stop = stop ? stop : end;
		equals = memchr(text, '=', (size_t)(stop - text));
		if (!equals)
			continue;
		*equals = '\0';
		query_set(&q, text, equals + 1, (size_t)(stop - equals - 1));
	}
	CHECK(q.limit >= 1 && q.limit <= QUERY_LIMIT_MOST && q.state < STATE_END &&
	      q.level < LEVEL_END && q.ago >= 0);
	CHECK(addr_order(&q.ip.low, &q.ip.high) <= 0 && memchr(q.app, 0, sizeof(q.app)));
	check_cursor(&q.place);
	query_has(&q, &q.place.service, q.app, q.state);
}

static void try_id(const char *text, size_t size)
{
	struct service s, again;
	char id[REPORT_ID_MAX];

	if (query_parse_id(text, size, &s))
		return;
	report_id(&s, id);
	CHECK(!query_parse_id(id, strlen(id), &again) && service_is_same(&s, &again));
	check_cursor(&(struct query_place){ s.port, s });
}

static void try_host(char *text, size_t size)
{
	char *host = memchr(text, '\n', size);

	query_is_loopback(text, size);
	text[size] = '\0';
	if (!host)
		return;
	*host++ = '\0';
	if (query_is_same_origin(text, host))
		CHECK(strlen(text) > strlen(host));
}

/* The same text as each of the headers, and as a form. */
static void try_head(char *text, size_t size)
{
	struct head h;
	char id[HEAD_ID_MAX];
	size_t len = 0;
	const char *found;

	text[size] = '\0';
	h = (struct head){ .authorization = text,
			   .cookie = text,
			   .accept_encoding = text,
			   .if_none_match = text,
			   .request_id = text };
	head_takes_gzip(&h);
	head_has_tag(&h, "\"a\"");
	head_id(&h, id);
	CHECK(strlen(id) < HEAD_ID_MAX);
	found = head_bearer(&h, &len);
	CHECK(!found || (found >= text && found + len <= text + size));
	found = head_cookie(&h, "flowd_session", &len);
	CHECK(!found || (found >= text && found + len <= text + size));
	found = desk_field(text, size, "token", &len);
	CHECK(!found || (found >= text && found + len <= text + size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query_position place = { 0, 0 };
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	CHECK(text);
	memcpy(text, data + 1, size - 1);
	switch (data[0] % 5) {
	case 0:
		try_query(text, size - 1);
		break;
	case 1:
		try_id(text, size - 1);
		break;
	case 2:
		query_parse_position(text, size - 1, &place);
		CHECK(place.event <= INT64_MAX && place.alert <= INT64_MAX);
		break;
	case 3:
		try_host(text, size - 1);
		break;
	default:
		try_head(text, size - 1);
	}
	free(text);
	return 0;
}
