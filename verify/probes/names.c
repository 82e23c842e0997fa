/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/names.h"

#include <ctype.h>
#include <string.h>

/* Names of nDPI and of files in nmap's format, where flowd's is another one. */
static const char *const others[][2] = {
	{ "ftp_control", "ftp" },
	{ "pop", "pop3" },
	{ "mail_smtp", "smtp" },
	{ "mail_pop", "pop3" },
	{ "mail_imap", "imap" },
	{ "smbv1", "smb" },
	{ "smbv23", "smb" },
	{ "microsoft-ds", "smb" },
	{ "netbios-ssn", "smb" },
	{ "ms-wbt-server", "rdp" },
	{ "domain", "dns" },
	{ "postgres", "postgresql" },
	{ "mariadb", "mysql" },
	{ "ms-sql-s", "mssql" },
	{ "mssql-tds", "mssql" },
	{ "tds", "mssql" },
	{ "oracle-tns", "oracle" },
	{ "http-proxy", "http_proxy" },
	{ "http_connect", "http_proxy" },
	{ "jabber", "xmpp" },
	{ "svnserve", "svn" },
	{ "kerberos-sec", "kerberos" },
	{ "ajp13", "ajp" },
	{ "iso-tsap", "s7comm" },
	{ "portmap", "rpcbind" },
	{ "ssl", "tls" },
	{ "X11", "x11" },
	{ "printer", "lpd" },
	{ "java-rmi", "rmi" },
	{ "rmiregistry", "rmi" },
	{ "beanstalk", "beanstalkd" },
	{ "asterisk-manager", "asterisk" },
	{ "zabbix-agent", "zabbix" },
	{ "managesieve", "sieve" },
	{ "socks4", "socks" },
	{ "socks5", "socks" },
	{ "cisco-smi", "cisco-smart-install" },
	{ "smart-install", "cisco-smart-install" },
	{ "docker_registry", "docker-registry" },
	{ "ethernetip", "ethernet-ip" },
	{ "enip", "ethernet-ip" },
	{ "iec60870", "iec104" },
	{ "mongod", "mongodb" },
	{ "apache_thrift", "thrift" },
	{ "elasticsearch_http", "elasticsearch" },
};

void names_app(const char *name, size_t len, char out[RECORD_APP_MAX])
{
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strlen(others[i][0]) == len && !memcmp(others[i][0], name, len)) {
			record_text_set(out, RECORD_APP_MAX, others[i][1]);
			return;
		}
	memset(out, 0, RECORD_APP_MAX);
	for (i = 0; i < len && i < RECORD_APP_MAX - 1; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
}

static const char *const wrapped[][2] = {
	{ "http", "https" },	 { "imap", "imaps" }, { "pop3", "pop3s" }, { "smtp", "smtps" },
	{ "ftp", "ftps" },	 { "ldap", "ldaps" }, { "irc", "ircs" },   { "nntp", "nntps" },
	{ "telnet", "telnets" }, { "xmpp", "xmpps" }, { "sip", "sips" },   { "mqtt", "mqtts" },
	{ "amqp", "amqps" },
};

const char *names_wrapped(const char *app)
{
	size_t i;

	for (i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
		if (!strcmp(wrapped[i][0], app))
			return wrapped[i][1];
	return "";
}

const char *names_inside(const char *app)
{
	size_t i;

	if (!strcmp(app, "tls"))
		return "";
	if (!strcmp(app, "pops"))
		return "pop3";
	for (i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
		if (!strcmp(wrapped[i][1], app))
			return wrapped[i][0];
	return NULL;
}
