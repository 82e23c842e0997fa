/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

bool addr_is_group(const struct addr *a)
{
	static const struct addr none;
	static const uint8_t v4_none[4], v4_all[4] = { 255, 255, 255, 255 };

	if (addr_is_v4(a))
		return (a->b[12] & 0xf0) == 0xe0 || !memcmp(a->b + 12, v4_none, 4) ||
		       !memcmp(a->b + 12, v4_all, 4);
	return a->b[0] == 0xff || addr_is_same(a, &none);
}

int addr_parse(const char *text, size_t len, struct addr *out)
{
	char copy[ADDR_TEXT_MAX];
	uint8_t bytes[16];

	if (len >= sizeof(copy) || memchr(text, 0, len))
		return ERR_SYNTAX;
	memcpy(copy, text, len);
	copy[len] = 0;
	if (inet_pton(AF_INET, copy, bytes) == 1)
		*out = addr_v4(bytes);
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		*out = addr_v6(bytes);
	else
		return ERR_SYNTAX;
	return 0;
}

/* inet_ntop writes by way of sprintf, which takes three times as long. */
static void put_v4(const uint8_t bytes[4], char *out)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (bytes[i] >= 100)
			*out++ = (char)('0' + bytes[i] / 100);
		if (bytes[i] >= 10)
			*out++ = (char)('0' + bytes[i] / 10 % 10);
		*out++ = (char)('0' + bytes[i] % 10);
		*out++ = i < 3 ? '.' : '\0';
	}
}

char *addr_text(const struct addr *a, char *out)
{
	if (addr_is_v4(a))
		put_v4(a->b + 12, out);
	else
		inet_ntop(AF_INET6, a->b, out, ADDR_TEXT_MAX);
	return out;
}

unsigned addr_to_socket(const struct addr *a, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *in = (struct sockaddr_in *)out;

	memset(out, 0, sizeof(*out));
	if (addr_is_v4(a)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->b + 12, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, a->b, 16);
	return sizeof(*in6);
}

int addr_from_socket(const struct sockaddr_storage *ss, struct addr *out, uint16_t *port)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

	if (ss->ss_family == AF_INET) {
		*out = addr_v4((const uint8_t *)&in->sin_addr);
		if (port)
			*port = ntohs(in->sin_port);
		return 0;
	}
	if (ss->ss_family == AF_INET6) {
		*out = addr_v6((const uint8_t *)&in6->sin6_addr);
		if (port)
			*port = ntohs(in6->sin6_port);
		return 0;
	}
	return ERR_UNKNOWN;
}
