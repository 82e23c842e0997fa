/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf/serving.h"

#include <stdio.h>
#include <string.h>

static bool is_public(const struct conf *conf)
{
	static const struct addr six = { { [15] = 1 } };
	struct addr a;

	return !addr_parse(conf->web_address, strlen(conf->web_address), &a) &&
	       !addr_is_same(&a, &six) && !(addr_is_v4(&a) && a.b[12] == 127);
}

bool serving_asks(const struct conf *conf)
{
	return !strcmp(conf->web_auth, "on") ||
	       (!strcmp(conf->web_auth, "auto") && is_public(conf));
}

/* Each with its scheme, a host, maybe a port, and nothing behind it (RFC 6454, 6.2). */
static bool is_origins(const char *list)
{
	size_t len, scheme;

	for (; *(list += strspn(list, ", ")); list += len) {
		len = strcspn(list, ", ");
		scheme = !strncmp(list, "https://", 8) ? 8 : !strncmp(list, "http://", 7) ? 7 : 0;
		if (!scheme || len == scheme || memchr(list + scheme, '/', len - scheme) ||
		    memchr(list, '*', len))
			return false;
	}
	return true;
}

const char *serving_check(const struct conf *conf, const char **option)
{
	struct addr a;

	*option = "web.address";
	if (addr_parse(conf->web_address, strlen(conf->web_address), &a))
		return "an address such as 127.0.0.1 or ::";
	if (is_public(conf) && !conf->web_tls)
		return "whoever is not on this machine is served over TLS only: set web.tls";
	*option = "web.auth";
	if (strcmp(conf->web_auth, "auto") && strcmp(conf->web_auth, "on") &&
	    strcmp(conf->web_auth, "off"))
		return "auto, on or off";
	if (is_public(conf) && !serving_asks(conf))
		return "off is for loopback addresses only";
	*option = "web.cors";
	if (*conf->web_cors && !serving_asks(conf))
		return "goes with tokens: set web.auth: on";
	if (!is_origins(conf->web_cors))
		return "expected origins such as https://soc.example or http://localhost:3000";
	*option = "web.certificate";
	if (!*conf->web_certificate != !*conf->web_key)
		return "goes with web.key, and web.key with it";
	return NULL;
}

bool serving_socket(const struct conf *conf, char *out, size_t size)
{
	const char *state = conf_state(conf);
	int len;

	if (!strcmp(conf->web_socket, "none") || (!*conf->web_socket && !state))
		return false;
	len = *conf->web_socket ? snprintf(out, size, "%s", conf->web_socket)
				: snprintf(out, size, "%s/web/api.sock", state);
	return len > 0 && (size_t)len < size;
}
