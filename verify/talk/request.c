/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/request.h"

#include <stdio.h>

void request_agent(const char *announce, char *out, size_t size)
{
	bool is_said = announce && *announce;

	snprintf(out, size, "flowd%s%s%s", is_said ? " (+" : "", is_said ? announce : "",
		 is_said ? ")" : "");
}

/* The length of a first line of HTTP/1.1 that no header follows; 0: it is something else. */
static size_t bare_line(const uint8_t *bytes, size_t len)
{
	static const char begin[] = "GET ", end[] = " HTTP/1.1\r\n\r\n";
	const size_t begin_len = sizeof(begin) - 1, end_len = sizeof(end) - 1;

	if (len < begin_len + end_len || memcmp(bytes, begin, begin_len) ||
	    memcmp(bytes + len - end_len, end, end_len) || memchr(bytes, '\r', len - end_len))
		return 0;
	return len - 2;
}

size_t request_fill(const struct request *r, uint8_t *out, size_t size)
{
	static const char usual[] = "GET / HTTP/1.1\r\n\r\n";
	const uint8_t *bytes = r->question ? r->question->payload : (const uint8_t *)usual;
	size_t len = r->question ? r->question->len : sizeof(usual) - 1, line;
	char host[ADDR_TEXT_MAX], agent[REQUEST_AGENT_MAX];
	bool six = !addr_is_v4(&r->way->to);
	int rest;

	if (!bytes || len > size)
		return 0;
	memcpy(out, bytes, len);
	line = bare_line(bytes, len);
	if (!line)
		return len;
	addr_text(&r->way->to, host);
	request_agent(r->announce, agent, sizeof(agent));
	rest = snprintf((char *)out + line, size - line,
			"Host: %s%s%s:%u\r\nUser-Agent: %s\r\nAccept: */*\r\n"
			"Connection: close\r\n\r\n",
			six ? "[" : "", host, six ? "]" : "", r->way->port, agent);
	return rest < 0 || (size_t)rest >= size - line ? 0 : line + (size_t)rest;
}
