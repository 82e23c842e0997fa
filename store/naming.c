/* SPDX-License-Identifier: Apache-2.0 */
#include "store/naming.h"

/*
 * IANA's assignments (RFC 6335) of which nobody makes another use in good faith. The first name is
 * what the port is for; TLS may stand before whatever can upgrade to it, and HTTP where servers say
 * in plain text that they want TLS.
 */
static const struct {
	uint8_t proto;
	uint16_t port;
	const char *names[4];
} ports[] = {
	{ PROTO_TCP, 21, { "ftp", "tls" } },
	{ PROTO_TCP, 22, { "ssh" } },
	{ PROTO_TCP, 23, { "telnet" } },
	{ PROTO_TCP, 25, { "smtp", "tls" } },
	{ PROTO_TCP, 53, { "dns" } },
	{ PROTO_TCP, 80, { "http", "websocket", "ocsp" } },
	{ PROTO_TCP, 88, { "kerberos" } },
	{ PROTO_TCP, 110, { "pop3", "tls" } },
	{ PROTO_TCP, 143, { "imap", "tls" } },
	{ PROTO_TCP, 179, { "bgp" } },
	{ PROTO_TCP, 389, { "ldap", "tls" } },
	{ PROTO_TCP, 443, { "tls", "http" } },
	{ PROTO_TCP, 445, { "smb", "netbios", "dce_rpc" } },
	{ PROTO_TCP, 465, { "tls", "smtp", "smtps" } },
	{ PROTO_TCP, 502, { "modbus" } },
	{ PROTO_TCP, 587, { "smtp", "tls" } },
	{ PROTO_TCP, 636, { "tls", "ldap" } },
	{ PROTO_TCP, 853, { "tls", "dns" } },
	{ PROTO_TCP, 993, { "tls", "imap", "imaps" } },
	{ PROTO_TCP, 995, { "tls", "pop3", "pop3s" } },
	{ PROTO_TCP, 1433, { "mssql", "tls" } },
	{ PROTO_TCP, 3306, { "mysql", "tls" } },
	{ PROTO_TCP, 3389, { "rdp", "tls" } },
	{ PROTO_TCP, 5432, { "postgresql", "tls" } },
	{ PROTO_TCP, 6379, { "redis", "tls" } },
	{ PROTO_UDP, 53, { "dns", "mdns" } },
	{ PROTO_UDP, 123, { "ntp" } },
	{ PROTO_UDP, 161, { "snmp" } },
};

/* What the port is for, when that denies the application; NULL: it does not. */
static const char *denial_of(const struct service *s, const char *app)
{
	size_t i, name;

	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i].port != s->port || ports[i].proto != s->proto)
			continue;
		for (name = 0; name < 4 && ports[i].names[name]; name++)
			if (!strcmp(ports[i].names[name], app))
				return NULL;
		return ports[i].names[0];
	}
	return NULL;
}

bool naming_is_masked(const struct store_service *row)
{
	return row->named == NAMED_PAYLOAD && denial_of(&row->service, row->app);
}

void naming_tell(struct finding *f, const struct store_service *row)
{
	const char *port;

	if (f->event == EVENT_CHANGED && *row->before && !row->ephemeral) {
		memcpy(f->app, row->app, sizeof(f->app));
		memcpy(f->instead_of, row->before, sizeof(f->instead_of));
		f->what = CHANGE_APP;
		record_text_set(f->before, sizeof(f->before), row->before);
		record_text_set(f->after, sizeof(f->after), row->app);
	} else if (f->event == EVENT_MASQUERADE) {
		memcpy(f->app, row->app, sizeof(f->app));
		port = denial_of(&row->service, row->app);
		record_text_set(f->instead_of, sizeof(f->instead_of), port ? port : "");
	}
}

/* A service that told two names in turn speaks both: it is not news each time. */
enum naming_news naming_merge(struct store_service *row, const struct sighting *s)
{
	bool same = !strcmp(row->app, s->app);
	enum naming_news news = NAMING_SAME;

	if (!*s->app || (same && s->named <= row->named))
		return NAMING_SAME;
	if (!*row->app)
		news = NAMING_FIRST;
	else if (same || row->named < NAMED_DPI)
		news = NAMING_SURER;
	else if (s->named < NAMED_DPI)
		return NAMING_SAME;
	else if (strcmp(row->before, s->app))
		news = NAMING_CHANGED;
	if (!same && row->named >= NAMED_DPI)
		memcpy(row->before, row->app, sizeof(row->before));
	memcpy(row->app, s->app, sizeof(row->app));
	row->named = s->named;
	return news;
}
