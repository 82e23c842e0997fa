/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing is judged here: what is no address or port, flowd itself refuses.
 */
#include "web/ctl/naming.h"

#include "web/ctl/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *naming_service(const char *text)
{
	const char *host = text, *end = strchr(text, ':'), *port, *proto;
	char *out;
	size_t digits;

	if (*text == '[') {
		host = text + 1;
		end = strchr(text, ']');
	}
	if (!end || end == host)
		return strdup(text);
	port = end + (*end == ']');
	if (*port++ != ':')
		return strdup(text);
	digits = strspn(port, "0123456789");
	proto = port + digits;
	if (!digits || (*proto && *proto != '/'))
		return strdup(text);
	proto = *proto ? proto + 1 : "tcp";
	if (asprintf(&out, "%.*s-%s-%.*s", (int)(end - host), host, proto, (int)digits, port) < 0)
		return NULL;
	return out;
}

char *naming_encode(const char *text)
{
	char *id = naming_service(text), *out = id ? remote_encode(id) : NULL;

	free(id);
	return out;
}
