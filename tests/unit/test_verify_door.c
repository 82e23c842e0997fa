/* SPDX-License-Identifier: Apache-2.0 */
/* What servers say at doors, and what comes of it. */
#include "tests/unit/unit.h"
#include "verify/door/cache.h"
#include "verify/door/file.h"
#include "verify/door/mongo.h"
#include "verify/door/old.h"
#include "verify/door/screen.h"
#include "verify/door/smb.h"
#include "verify/door/ssh.h"
#include "verify/door/starttls.h"
#include "verify/door/web.h"

#include <stdio.h>
#include <stdlib.h>

#define SAID_MOST 4
#define BYTES(text)                    \
	{                              \
		text, sizeof(text) - 1 \
	}

struct said {
	const char *bytes;
	size_t len;
};

struct dialog {
	const struct door *door;
	const char *app;	     /* in place of the door: STARTTLS of it */
	struct said said[SAID_MOST]; /* each after what we have answered to the one before */
	bool ends;		     /* the server closes then */
	enum door_step step;	     /* at last */
	const char *facts;	     /* "kind: text" lines */
	const char *answer;	     /* what we said last, "" not looked at */
	const char *next;	     /* a door's name */
	const char *version;
};

#define JSON "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
#define WAITS .step = DOOR_WAIT, .facts = ""
#define NONE .step = DOOR_DONE, .facts = ""

static const struct dialog dialogs[] = {
	/* HTTP */
	{ &web_root,
	  .said = { BYTES("HTTP/1.1 301 Moved\r\nServer: nginx/1.2\r\nLocation: https://a/\r\n"
			  "Content-Length: 46\r\n\r\n<html><TITLE x='1'> A\r\n\t page "),
		    BYTES("</title></html>") },
	  .ends = true, .step = DOOR_DONE,
	  .facts = "http-status: 301 Moved\nhttp-server: nginx/1.2\nhttp-location: https://a/\n"
		   "http-title: A page\n" },
	{ &web_root, .said = { BYTES("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") },
	  .step = DOOR_DONE, .facts = "http-status: 200 OK\n" },
	{ &web_root, .said = { BYTES("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello") },
	  WAITS },
	{ &web_root, .said = { BYTES("HTTP/1.1 200 OK\r\nServer: x") }, WAITS },
	{ &web_root, .said = { BYTES("HTTP/1.1 200 OK\r\nServer: x") }, .ends = true, NONE },
	{ &web_root, .said = { BYTES("SSH-2.0-x\r\n") }, NONE },
	{ &web_root,
	  .said = { BYTES("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
			  "Content-Length: 3\r\n\r\nno\n") },
	  .step = DOOR_DONE, .facts = "http-status: 404 Not Found\n", .next = "version" },
	{ &web_root,
	  .said = { BYTES("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
			  "Content-Length: 3\r\n\r\nno\n") },
	  .step = DOOR_DONE, .facts = "http-status: 404 Not Found\n" },
	{ &web_root,
	  .said = { BYTES(
		  JSON
		  "96\r\n\r\n{\"cluster_name\" : \"logs\",\"version\":{\"number\" : \"7.17.9\","
		  "\"lucene_version\" : \"8.11.1\"},\"x\":\"y\"}            ") },
	  .step = DOOR_DONE,
	  .facts = "http-status: 200 OK\nnoauth: elasticsearch: cluster logs, version 7.17.9\n" },
	{ &web_version,
	  .said = { BYTES(JSON "44\r\n\r\n{\"etcdserver\":\"3.4.23\",\"etcdcluster\":\"3.4.0\"}") },
	  .step = DOOR_DONE, .facts = "info: etcd 3.4.23\n", .next = "keys", .version = "3.4.23" },
	{ &web_version,
	  .said = { BYTES(JSON "41\r\n\r\n{\"Version\":\"24.0.7\",\"ApiVersion\":\"1.43\"}  ") },
	  .step = DOOR_DONE, .facts = "noauth: docker: the API answers, version 24.0.7\n",
	  .version = "24.0.7" },
	{ &web_version,
	  .said = { BYTES(
		  JSON "50\r\n\r\n{\"gitVersion\": \"v1.28.2\",\n \"goVersion\": \"go1.20.8\"}") },
	  .step = DOOR_DONE, .facts = "info: Kubernetes v1.28.2\n" },
	{ &web_version, .said = { BYTES("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") },
	  NONE, .next = "pods" },
	{ &web_pods,
	  .said = { BYTES(JSON "34\r\n\r\n{\"kind\":\"PodList\",\"apiVersion\":\"v1\"}") },
	  .step = DOOR_DONE, .facts = "noauth: kubelet: the list of pods is told\n" },
	{ &web_pods, .said = { BYTES("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n") },
	  NONE },
	{ &web_keys,
	  .said = { BYTES(JSON "60\r\n\r\n{\"header\":{\"cluster_id\":\"14841639068965178418\"},"
			       "\"count\":\"7\"}") },
	  .step = DOOR_DONE, .facts = "noauth: etcd: keys may be read: 7\n" },
	{ &web_keys,
	  .said = { BYTES("HTTP/1.1 400 Bad Request\r\nContent-Length: 47\r\n\r\n"
			  "{\"error\":\"etcdserver: user name is empty\",\"c\":3}") },
	  NONE },
	{ &web_root,
	  .said = { BYTES("HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n"
			  "<a href=\"/metrics\">Here</a>  ") },
	  .step = DOOR_DONE, .facts = "http-status: 200 OK\n", .next = "metrics" },
	{ &web_metrics,
	  .said = { BYTES("HTTP/1.0 200 OK\r\n\r\n# HELP go_build_info version=\"9\"\n"
			  "go_build_info{version=\"v1.2\"} 1\nb_build_info{goversion=\"1.3\"} 1\n"),
		    BYTES("a_build_info{goversion=\"1.3\",version=\"v2.0.1-rc"),
		    BYTES("1\"} 1\nc_build_info{version=\"3\"} 1\n") },
	  .step = DOOR_DONE, .facts = "info: a 2.0.1-rc1\n", .version = "2.0.1-rc1" },
	{ &web_metrics,
	  .said = { BYTES("HTTP/1.0 200 OK\r\n\r\na_build_info{version=\"main\"} 1\n"
			  "a_build_info{version=\"1.0\n_build_info{version=\"1\"}\n"
			  "x y_build_info{version=\"1\"}\n") },
	  .ends = true, NONE },
	/* Redis, memcached, ZooKeeper */
	{ &cache_redis, .said = { BYTES("$36\r\n# Keyspace\r\ndb0:keys=1\r\ndb3:keys=2\r\n\r\n") },
	  .step = DOOR_DONE, .facts = "noauth: redis: commands are obeyed; databases in use: 2\n" },
	{ &cache_redis, .said = { BYTES("-NOAUTH Authentication required.\r\n") }, NONE },
	{ &cache_redis, .said = { BYTES("-DENIED Redis is running in protected mode\r\n") }, NONE },
	{ &cache_redis, .said = { BYTES("$36\r\n") }, WAITS },
	{ &cache_memcached,
	  .said = { BYTES("STAT pid 1\r\nSTAT version 1.6.18\r\n"),
		    BYTES("STAT curr_items 12\r\nEND\r\n") },
	  .step = DOOR_DONE, .facts = "noauth: memcached: commands are obeyed; items: 12\n",
	  .version = "1.6.18" },
	{ &cache_memcached, .said = { BYTES("CLIENT_ERROR unauthenticated\r\n") }, NONE },
	{ &cache_zookeeper,
	  .said = { BYTES("Zookeeper version: 3.8.0-5a02a05, built on 2022-02-25\n"
			  "Latency min/avg/max: 0/0.0/0\nMode: standalone\n"
			  "Node count: 5\n") },
	  .step = DOOR_DONE, .facts = "noauth: zookeeper: tells its state (srvr); nodes: 5\n",
	  .version = "3.8.0" },
	{ &cache_zookeeper,
	  .said = { BYTES("srvr is not executed because it is not in the whitelist.\n") }, NONE },
	/* MongoDB: buildInfo, then listDatabases. */
	{ &mongo_door,
	  .said = { BYTES(":\000\000\000\001\000\000\000\001\000\000\000\335\007\000\000\000\000"
			  "\000\000\000%\000\000\000\002version\000\007\000\000\0006.0."
			  "12\000\001ok\000\000\000\000\000\000\000\360?\000"),
		    BYTES("w\000\000\000\001\000\000\000\002\000\000\000\335\007\000\000\000\000"
			  "\000\000\000b\000\000\000\004databases\000F\000\000\000\0030\000\034\000"
			  "\000\000\002name\000\006\000\000\000admin\000\020n\000\001\000\000\000"
			  "\000\0031\000\037\000\000\000\002name\000\005\000\000\000shop\000\022n"
			  "\000\001\001\001\001\001\001\001\001\000\000\001ok\000\000\000\000\000"
			  "\000\000\360?\000") },
	  .step = DOOR_DONE, .facts = "noauth: mongodb: databases: admin, shop\n",
	  .version = "6.0.12" },
	{ &mongo_door,
	  .said = { BYTES(":\000\000\000\001\000\000\000\001\000\000\000\335\007\000\000\000\000"
			  "\000\000\000%\000\000\000\002version\000\007\000\000\0006.0."
			  "12\000\001ok\000\000\000\000\000\000\000\360?\000"),
		    BYTES("J\000\000\000\001\000\000\000\002\000\000\000\335\007\000\000\000\000"
			  "\000\000\0005\000\000\000\001ok\000\000\000\000\000\000\000\000\000\002e"
			  "rrmsg\000\030\000\000\000requires authentication\000\000") },
	  NONE, .version = "6.0.12" },
	/* X11, VNC, RDP */
	{ &screen_x11,
	  .said = { BYTES("\1\0\x0b\0\0\0\x10\0"
			  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\5\0"
			  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "X.Org") },
	  .step = DOOR_DONE, .facts = "noauth: x11: the display is open to anybody: X.Org\n" },
	{ &screen_x11, .said = { BYTES("\0\x16\x0b\0\0\0\6\0No protocol specified\n") }, NONE },
	{ &screen_vnc, .said = { BYTES("RFB 003.008\n"), BYTES("\2\1\2") }, .step = DOOR_DONE,
	  .facts = "info: security types: none, password\nnoauth: vnc: the screen is open to "
		   "anybody\n" },
	{
		&screen_vnc,
		.said = { BYTES("RFB 003.008\n"), BYTES("\1\x13") },
		.step = DOOR_DONE,
		.facts = "info: security types: VeNCrypt\n",
	},
	{ &screen_vnc, .said = { BYTES("RFB 003.003\n"), BYTES("\0\0\0\1") }, .step = DOOR_DONE,
	  .facts = "info: security types: none\nnoauth: vnc: the screen is open to anybody\n" },
	{ &screen_vnc, .said = { BYTES("RFB 003.003\n") }, WAITS, .answer = "RFB 003.003\n" },
	{ &screen_vnc, .said = { BYTES("RFB 003.889\n") }, WAITS, .answer = "RFB 003.008\n" },
	{ &screen_rdp_plain,
	  .said = { BYTES("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\0\0\0\0") },
	  .step = DOOR_DONE, .facts = "rdp-security: RDP's own, the oldest\n" },
	{ &screen_rdp_plain, .said = { BYTES("\3\0\0\x0b\6\xd0\0\0\x12\x34\0") }, .step = DOOR_DONE,
	  .facts = "rdp-security: RDP's own, the oldest\n" },
	{ &screen_rdp_plain,
	  .said = { BYTES("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\3\0\x08\0\5\0\0\0") }, NONE },
	{ &screen_rdp_tls, .said = { BYTES("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0") },
	  .step = DOOR_TLS, .facts = "rdp-security: TLS, without naming a user first\n" },
	{ &screen_rdp_nla, .said = { BYTES("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\2\0\0\0") },
	  .step = DOOR_TLS, .facts = "rdp-security: CredSSP (NLA)\n" },
	/* FTP, rsync */
	{ &file_ftp, .said = { BYTES("220-welcome\r\n220 ready\r\n"), BYTES("230 come in\r\n") },
	  .step = DOOR_DONE, .facts = "noauth: ftp: anonymous is let in without a password\n" },
	{ &file_ftp,
	  .said = { BYTES("220 ready\r\n"), BYTES("331 Please specify the password.\r\n") }, NONE,
	  .answer = "QUIT\r\n" },
	{ &file_ftp,
	  .said = { BYTES("220 ready\r\n"),
		    BYTES("331 Guest login ok, send your e-mail address as password.\r\n") },
	  .step = DOOR_DONE,
	  .facts = "noauth: ftp: anonymous is asked for a mail address only: 331 Guest login ok, "
		   "send "
		   "your e-mail address as password.\n" },
	{ &file_ftp,
	  .said = { BYTES("220 ready\r\n"), BYTES("331 Password required for anonymous\r\n") },
	  NONE },
	{ &file_ftp, .said = { BYTES("220 ready\r\n") }, WAITS, .answer = "USER anonymous\r\n" },
	{ &file_rsync,
	  .said = { BYTES("@RSYNCD: 31.0 sha512 md5\n"),
		    BYTES("hello? all\npublic         \tall files\nhome\t\n@RSYNCD: EXIT\n") },
	  .step = DOOR_DONE, .facts = "noauth: rsync: tells its modules: public, home\n" },
	{ &file_rsync, .said = { BYTES("@RSYNCD: 31.0 sha512 md5\n") }, WAITS,
	  .answer = "@RSYNCD: 31.0\n#list\n" },
	/* STARTTLS */
	{ .app = "smtp",
	  .said = { BYTES("220-a\r\n220 b ESMTP\r\n"),
		    BYTES("250-b\r\n250-STARTTLS\r\n250 HELP\r\n"), BYTES("220 go ahead\r\n") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "smtp",
	  .said = { BYTES("220 b\r\n"), BYTES("250-b\r\n250 STARTTLS\r\n") },
	  WAITS,
	  .answer = "STARTTLS\r\n" },
	{ .app = "smtp", .said = { BYTES("220 b\r\n"), BYTES("250-b\r\n250 HELP\r\n") }, NONE },
	{ .app = "smtp",
	  .said = { BYTES("220 b\r\n"), BYTES("250-STARTTLS\r\n250 HELP\r\n"),
		    BYTES("454 not now\r\n") },
	  NONE },
	{ .app = "imap",
	  .said = { BYTES("* OK ready\r\n"), BYTES("a OK begin\r\n") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "imap", .said = { BYTES("* OK ready\r\n"), BYTES("a BAD what\r\n") }, NONE },
	{ .app = "pop3",
	  .said = { BYTES("+OK ready\r\n"), BYTES("+OK begin\r\n") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "pop3", .said = { BYTES("+OK ready\r\n"), BYTES("-ERR what\r\n") }, NONE },
	{ .app = "ftp",
	  .said = { BYTES("220 b\r\n"), BYTES("234 go\r\n") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "nntp",
	  .said = { BYTES("200 b\r\n"), BYTES("382 go\r\n") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "ldap",
	  .said = { BYTES("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "ldap",
	  .said = { BYTES("\x30\x84\0\0\0\x0c\2\1\1\x78\7\x0a\1\2\4\0\4\0") },
	  NONE },
	{ .app = "ldap", .said = { BYTES("\x30\x0c\2\1\1") }, WAITS },
	{ .app = "postgresql", .said = { BYTES("S") }, .step = DOOR_TLS, .facts = "" },
	{ .app = "postgresql", .said = { BYTES("N") }, NONE },
	{ .app = "mysql",
	  .said = { BYTES("(\000\000\000\01210.11."
			  "6\000\001\000\000\000abcdefgh\000\376\377\010\002\000\377\301\025\000"
			  "\000\000\000\000\000\000\000\000\000") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "mysql",
	  .said = { BYTES("(\000\000\000\01210.11."
			  "6\000\001\000\000\000abcdefgh\000\376\367\010\002\000\377\301\025\000"
			  "\000\000\000\000\000\000\000\000\000") },
	  NONE },
	{ .app = "xmpp",
	  .said = { BYTES("<stream:stream id='1'><stream:features><starttls "
			  "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"),
		    BYTES("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>") },
	  .step = DOOR_TLS,
	  .facts = "" },
	{ .app = "xmpp",
	  .said = { BYTES("<stream:stream id='1'><stream:features></stream:features>") },
	  NONE },
	/* SMB */
	{ &smb_door,
	  .said = { BYTES("\0\0\0\x80\xfeSMB\x40\0\0\0\0\0\0\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			  "\x41\0\3\0\x11\3\0\0"
			  "0123456789abcdef"
			  "0123456789abcdef0123456789abcdef01234567") },
	  .ends = true, .step = DOOR_DONE, .facts = "smb-dialect: 3.1.1\nsmb-signing: required\n" },
	{ &smb_old,
	  .said = { BYTES(
		  "\0\0\0\x28\xffSMB\x72\0\0\0\0\x88\1\x48\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\x11\0\0\3\x32\0\1\0") },
	  .step = DOOR_DONE,
	  .facts = "smb-dialect: 1.0 (NT LM 0.12)\nsmb-signing: not required by 1.0\n" },
	{ &smb_old,
	  .said = { BYTES(
		  "\0\0\0\x25\xffSMB\x72\0\0\0\0\x88\1\x48\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		  "\1\xff\xff\0\0") },
	  NONE },
	/* Outdated TLS: a server's whole part, an alert, another version. */
	{ &old_tls10,
	  .said = { BYTES("\x16\3\1\0\x2a\2\0\0\x26\3\1"
			  "0123456789abcdef0123456789abcdef\0\0\x2f\0"),
		    BYTES("\x16\3\1\0\4\x0e\0\0\0") },
	  .step = DOOR_DONE, .facts = "weak-tls: TLSv1\n" },
	{ &old_tls10,
	  .said = { BYTES("\x16\3\1\0\x2a\2\0\0\x26\3\1"
			  "0123456789abcdef0123456789abcdef\0\0\x2f\0"),
		    BYTES("\x15\3\1\0\2\2\x50") },
	  NONE },
	{ &old_tls11,
	  .said = { BYTES("\x16\3\1\0\x2a\2\0\0\x26\3\1"
			  "0123456789abcdef0123456789abcdef\0\0\x2f\0"),
		    BYTES("\x16\3\1\0\4\x0e\0\0\0") },
	  NONE, .next = "TLSv1" },
	/* Whoever refuses the version refuses the older ones with it; any other reason tells
	   nothing. */
	{ &old_tls11, .said = { BYTES("\x15\3\2\0\2\2\x46") }, NONE },
	{ &old_tls11, .said = { BYTES("\x15\3\2\0\2\2\x28") }, NONE, .next = "TLSv1" },
	{ &old_ssl3, .said = { BYTES("\x15\3\0\0\2\2\x28") }, NONE },
	{ &old_ssl3, .said = { BYTES("\x15\3\0\0\2\1\x70") }, WAITS },
	{ &old_ssl2,
	  .said = { BYTES("\x80\x17\4\0\1\0\2\0\0\0\3\0\x10\7\0\xc0"
			  "0123456789abcdef") },
	  .step = DOOR_DONE, .facts = "weak-tls: SSLv2\n" },
	{ &old_ssl2, .said = { BYTES("\x15\3\1\0\2\2\x46") }, NONE },
};

static void tell_facts(const struct probe *p, char *out)
{
	struct probe_fact fact;
	size_t at = 0;

	*out = 0;
	while (probe_next_fact(p, &at, &fact))
		out += sprintf(out, "%s: %s\n", record_fact_text(fact.kind), fact.text);
}

/* `step` bytes at a time: what comes of it must not depend on that. */
static bool play(const struct dialog *d, size_t step)
{
	struct probe probe = { .job = 1 };
	struct door_talk *t = calloc(1, sizeof(*t));
	enum door_step rc = DOOR_WAIT;
	char facts[PROBE_FACTS_MAX * 2], last[DOOR_OUT_MAX + 1] = "";
	size_t i, at, n;
	bool ok;

	assert_non_null(t);
	t->door = d->door ? d->door : starttls_door(d->app);
	assert_non_null(t->door);
	t->probe = &probe;
	t->host = "h:1";
	t->agent = "flowd";
	t->sni = "";
	door_open(t);
	for (i = 0; i < SAID_MOST && d->said[i].bytes && rc == DOOR_WAIT; i++)
		for (at = 0; at < d->said[i].len && rc == DOOR_WAIT; at += n) {
			n = d->said[i].len - at < step ? d->said[i].len - at : step;
			rc = door_hear(t, d->said[i].bytes + at, n);
			if (t->out_len) {
				memcpy(last, t->out, t->out_len);
				last[t->out_len] = 0;
			}
			t->out_len = 0;
		}
	if (d->ends && rc == DOOR_WAIT)
		rc = door_hear(t, NULL, 0);
	tell_facts(&probe, facts);
	ok = rc == d->step && !strcmp(facts, d->facts) &&
	     !strcmp(probe.version, d->version ? d->version : "") &&
	     !strcmp(t->next ? t->next->name : "", d->next ? d->next : "") &&
	     (!d->answer || !strcmp(last, d->answer));
	if (!ok)
		print_error("%s, dialog %zu: step %d, version \"%s\", next %s, last answer \"%s\", "
			    "facts:\n%s\n",
			    t->door->name, (size_t)(d - dialogs), rc, probe.version,
			    t->next ? t->next->name : "none", last, facts);
	free(t);
	return ok;
}

static void test_dialogs(void **state)
{
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < sizeof(dialogs) / sizeof(dialogs[0]); i++) {
		bad += !play(&dialogs[i], SIZE_MAX);
		bad += !play(&dialogs[i], 1);
		bad += !play(&dialogs[i], 7);
	}
	assert_int_equal(bad, 0);
}

static void put_string(uint8_t **p, const char *text, size_t len)
{
	wire_put_be32(*p, (uint32_t)len);
	memcpy(*p + 4, text, len);
	*p += 4 + len;
}

/* A packet of SSH around what stands from 5 on; its length. */
static size_t close_packet(uint8_t *packet, const uint8_t *end)
{
	wire_put_be32(packet, (uint32_t)(end - packet) - 4 + 4);
	packet[4] = 4;
	return (size_t)(end - packet) + 4;
}

static void test_ssh(void **state)
{
	static const char *const lists[] = { "x,diffie-hellman-group14-sha1", "ssh-rsa",
					     "aes128-ctr,aes256-ctr", "aes128-ctr" };
	uint8_t packet[1024] = { 0 };
	uint8_t *p = packet + 5;
	struct probe probe = { .job = 1 };
	struct door_talk *t = calloc(1, sizeof(*t));
	char facts[2048];
	size_t i;

	(void)state;
	t->door = &ssh_door;
	t->probe = &probe;
	door_open(t);
	assert_memory_equal(t->out, "SSH-2.0-flowd\r\n", 15);
	assert_int_equal((t->out_len - 15) % 8, 0);
	t->out_len = 0;
	assert_int_equal(door_hear(t, "hello\r\nSSH-2.0-x\r\n", 18), DOOR_WAIT);
	*p = 20;
	p += 17;
	for (i = 0; i < 10; i++)
		put_string(&p, i < 4 ? lists[i] : "", i < 4 ? strlen(lists[i]) : 0);
	assert_int_equal(door_hear(t, packet, close_packet(packet, p + 5)), DOOR_WAIT);
	/* Half of an exchange in group 14: 255 bytes of a number. */
	assert_int_equal(t->out[5], 30);
	assert_int_equal(wire_be32_at(t->out + 6), 255);
	memset(packet, 0, sizeof(packet));
	p = packet + 5;
	*p++ = 31;
	put_string(&p, "\0\0\0\7ssh-rsabcd", 14);
	assert_int_equal(door_hear(t, packet, close_packet(packet, p)), DOOR_DONE);
	tell_facts(&probe, facts);
	assert_string_equal(
		facts,
		"ssh-algorithms: key exchange: x diffie-hellman-group14-sha1\n"
		"ssh-algorithms: host keys: ssh-rsa\n"
		"ssh-algorithms: ciphers: aes128-ctr\n"
		"ssh-host-key: ssh-rsa SHA256:toUtZB3LRo3Xu3orcW5hkkhTgkLeAd6WIvL/vbAcWeM\n");
	free(t);
}

static void test_hello_says_name(void **state)
{
	struct probe probe = { .job = 1 };
	struct door_talk *t = calloc(1, sizeof(*t));
	const char name[] = "www.example.com";

	(void)state;
	t->probe = &probe;
	t->door = &old_tls11;
	t->sni = name;
	door_open(t);
	assert_int_equal(wire_be16_at(t->out + 3), t->out_len - 5);
	assert_int_equal(wire_be16_at(t->out + 7), t->out_len - 9);
	assert_non_null(memmem(t->out, t->out_len, name, sizeof(name) - 1));
	t->sni = "1.2.3.4";
	door_open(t);
	assert_null(memmem(t->out, t->out_len, "1.2.3.4", 7));
	t->door = &old_ssl3;
	t->sni = name;
	door_open(t);
	assert_null(memmem(t->out, t->out_len, name, sizeof(name) - 1));
	free(t);
}

static void test_due(void **state)
{
	const struct door *doors[DOORS_MOST];

	(void)state;
	assert_int_equal(door_due("http", false, doors), 1);
	assert_ptr_equal(doors[0], &web_root);
	assert_int_equal(door_due("https", true, doors), 1);
	assert_int_equal(door_due("https", false, doors), 0);
	assert_int_equal(door_due("rdp", false, doors), 3);
	assert_int_equal(door_due("ipp", false, doors), 0);
	assert_int_equal(door_due("", true, doors), 0);
	assert_int_equal(door_due("s", true, doors), 0);
	assert_null(door_starttls("http"));
	assert_non_null(door_starttls("mariadb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogs),
		cmocka_unit_test(test_ssh),
		cmocka_unit_test(test_hello_says_name),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
