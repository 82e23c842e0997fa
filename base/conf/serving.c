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
