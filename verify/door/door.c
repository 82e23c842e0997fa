/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/door.h"

#include "verify/door/cache.h"
#include "verify/door/file.h"
#include "verify/door/mongo.h"
#include "verify/door/screen.h"
#include "verify/door/smb.h"
#include "verify/door/ssh.h"
#include "verify/door/starttls.h"
#include "verify/door/web.h"

#include <stdarg.h>
#include <stdio.h>

struct wire door_in(const struct door_talk *t)
{
	return wire_open(t->in, t->in_len);
}

void door_eat(struct door_talk *t, size_t len)
{
	if (len > t->in_len)
		len = t->in_len;
	t->in_len -= len;
	memmove(t->in, t->in + len, t->in_len);
}

void door_say(struct door_talk *t, const void *bytes, size_t len)
{
	if (len > sizeof(t->out) - t->out_len)
		return;
	memcpy(t->out + t->out_len, bytes, len);
	t->out_len += len;
}

void door_say_text(struct door_talk *t, const char *text)
{
	door_say(t, text, strlen(text));
}

void door_fact(struct door_talk *t, enum fact kind, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	probe_add_fact(t->probe, kind, text);
}

static char printable(uint8_t c)
{
	return (char)(c >= ' ' && c < 0x7f ? c : '?');
}

bool door_line(struct door_talk *t, char *out, size_t size)
{
	const uint8_t *end = memchr(t->in, '\n', t->in_len);
	size_t len, i;

	if (!end)
		return false;
	len = (size_t)(end - t->in);
	for (i = 0; i < len && i < size - 1; i++)
		out[i] = printable(t->in[i]);
	if (i && i == len && t->in[i - 1] == '\r')
		i--;
	out[i] = 0;
	door_eat(t, len + 1);
	return true;
}

size_t door_text(const struct door_talk *t, char *out, size_t size)
{
	size_t i;

	for (i = 0; i < t->in_len && i < size - 1; i++)
		out[i] = t->in[i] && strchr("\t\r\n", t->in[i]) ? (char)t->in[i]
								: printable(t->in[i]);
	out[i] = 0;
	return i;
}

void door_open(struct door_talk *t)
{
	t->ended = false;
	t->in_len = 0;
	t->stage = 0;
	t->next = NULL;
	t->out_len = 0;
	if (t->door->open)
		t->door->open(t);
}

enum door_step door_hear(struct door_talk *t, const void *bytes, size_t len)
{
	size_t room = sizeof(t->in) - t->in_len;
	enum door_step step;

	t->ended = !len;
	len = len < room ? len : room;
	if (len)
		memcpy(t->in + t->in_len, bytes, len);
	t->in_len += len;
	step = t->door->hear(t);
	/* More than any door wants: it would wait for ever. */
	return step == DOOR_WAIT && (t->ended || t->in_len == sizeof(t->in)) ? DOOR_DONE : step;
}

/* By the names that verify gives and those that the wire does. */
static const struct due {
	const char *app;
	const struct door *doors[3];
} due[] = {
	{ "http", { &web_root } },
	{ "http_proxy", { &web_root } },
	{ "elasticsearch", { &web_root } },
	{ "opensearch", { &web_root } },
	{ "docker", { &web_root, &web_version } },
	{ "etcd", { &web_root, &web_version } },
	{ "kubelet", { &web_root, &web_pods } },
	{ "kubernetes", { &web_root, &web_version } },
	{ "ipp", { NULL } },
	{ "redis", { &cache_redis } },
	{ "memcached", { &cache_memcached } },
	{ "zookeeper", { &cache_zookeeper } },
	{ "mongodb", { &mongo_door } },
	{ "x11", { &screen_x11 } },
	{ "vnc", { &screen_vnc } },
	{ "rdp", { &screen_rdp_plain, &screen_rdp_tls, &screen_rdp_nla } },
	{ "ftp", { &file_ftp } },
	{ "rsync", { &file_rsync } },
	{ "ssh", { &ssh_door } },
	{ "smb", { &smb_door, &smb_old } },
	{ "smbv1", { &smb_door, &smb_old } },
	{ "smbv23", { &smb_door, &smb_old } },
	{ "microsoft-ds", { &smb_door, &smb_old } },
};

static const struct due *find(const char *app, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(due) / sizeof(due[0]); i++)
		if (strlen(due[i].app) == len && !memcmp(due[i].app, app, len))
			return &due[i];
	return NULL;
}

size_t door_due(const char *app, bool inside_tls, const struct door *out[DOORS_MOST])
{
	size_t len = strlen(app), count = 0;
	const struct due *d = find(app, len);

	/* "https" is http inside TLS. */
	if (!d && inside_tls && len && app[len - 1] == 's')
		d = find(app, len - 1);
	while (d && count < sizeof(d->doors) / sizeof(d->doors[0]) && d->doors[count]) {
		out[count] = d->doors[count];
		count++;
	}
	return count;
}

const struct door *door_starttls(const char *app)
{
	return starttls_door(app);
}
