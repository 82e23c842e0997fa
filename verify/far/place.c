/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/place.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int place_parse(const char *text, size_t len, struct place *out)
{
	const char *colon = memrchr(text, ':', len), *end = text + len;
	unsigned long port;
	char *rest;

	if (!colon || colon == text || colon + 1 == end)
		return ERR_SYNTAX;
	port = strtoul(colon + 1, &rest, 10);
	if (rest != end || !port || port > UINT16_MAX)
		return ERR_SYNTAX;
	out->port = (uint16_t)port;
	if (*text == '[' && colon[-1] == ']')
		return addr_parse(text + 1, (size_t)(colon - text) - 2, &out->addr);
	return addr_parse(text, (size_t)(colon - text), &out->addr);
}

int place_parse_list(const char *text, struct place out[PLACE_MOST])
{
	const char *is;
	size_t len, name;
	int n = 0;

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		len = strcspn(text, ", ");
		is = memchr(text, '=', len);
		name = is ? (size_t)(is - text) : len;
		if (!name || name >= PLACE_NAME_MAX)
			return ERR_SYNTAX;
		if (n == PLACE_MOST)
			return ERR_RANGE;
		memset(&out[n], 0, sizeof(out[n]));
		memcpy(out[n].name, text, name);
		if (is && place_parse(is + 1, len - name - 1, &out[n]))
			return ERR_SYNTAX;
		n++;
		text += len;
	}
	return n;
}

int place_listen(const char *text, int waiting)
{
	struct place at;
	struct sockaddr_storage ss;
	unsigned len;
	int rc = place_parse(text, strlen(text), &at), on = 1, fd;

	if (rc)
		return rc;
	len = addr_to_socket(&at.addr, at.port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !bind(fd, (struct sockaddr *)&ss, len) && !listen(fd, waiting))
		return fd;
	rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

int place_of_conf(const struct conf *conf, struct place out[PLACE_MOST])
{
	if (!conf_is_prober(conf))
		return place_parse_list(conf->vantages, out);
	if (!*conf->connect)
		return 0;
	memset(out, 0, sizeof(*out));
	snprintf(out->name, sizeof(out->name), "%s", conf->link_peer);
	return place_parse(conf->connect, strlen(conf->connect), out) ? ERR_SYNTAX : 1;
}
