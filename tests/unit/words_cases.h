/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First words of both sides and the protocol they prove; each protocol has one case that is it and
 * one that looks like it and is not (name NULL, or what it is instead).
 */
#ifndef TESTS_UNIT_WORDS_CASES_H
#define TESTS_UNIT_WORDS_CASES_H

#include "base/record.h"

#define BYTES(text)                      \
	{                                \
		(text), sizeof(text) - 1 \
	}
#define SILENT        \
	{             \
		"", 0 \
	}

struct words_case {
	const char *about, *name;
	uint8_t proto;
	struct {
		const char *bytes;
		size_t len;
	} client, server;
};

/* clang-format off */
#define T PROTO_TCP
#define U PROTO_UDP
#define B BYTES
#define NTP_REST "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DHCP_REST "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define DHCP_BODY DHCP_REST DHCP_REST DHCP_REST DHCP_REST DHCP_REST "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define QUIC_REST DHCP_BODY DHCP_BODY DHCP_BODY DHCP_BODY DHCP_BODY
#define GUID "\xaa\x01\x02\x03\x04\x05\x06\x07\xff\x09\x0a\x0b\x0c\x0d\x0e\x00"
#define DNS_ASK "\x12\x34\x01\x00\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"
#define DNS_SAY "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\1a\7example\0\0\1\0\1"
#define SESSION "\x11\x22\x33\x44\x55\x66\x77\x88"
static const struct words_case words_cases[] = {
	{ "ssh", "ssh", T, SILENT, B("SSH-2.0-OpenSSH_9.6\r\n") },
	{ "ssh that is asked for http", "ssh", T, B("GET / HTTP/1.1\r\n\r\n"), B("SSH-2.0-x\r\n") },
	{ "http on any port", "http", T, B("GET / HTTP/1.1\r\n\r\n"), B("HTTP/1.1 200 OK\r\n") },
	{ "http, its answer alone", "http", T, SILENT, B("HTTP/1.0 404 Not Found\r\n") },
	{ "http/2", "http", T, B("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), B("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\144") },
	{ "http that nobody answers", NULL, T, B("GET / HTTP/1.1\r\n\r\n"), SILENT },
	{ "http that somebody else answers", NULL, T, B("GET / HTTP/1.1\r\n\r\n"), B("\x01\x02\x03\x04\x05\x06\x07\x08") },
	{ "ftp", "ftp", T, SILENT, B("220 (vsFTPd 3.0.3)\r\n") },
	{ "ftp by its client", "ftp", T, B("USER anonymous\r\n"), B("220 welcome\r\n") },
	{ "smtp", "smtp", T, SILENT, B("220 mail.example ESMTP x\r\n") },
	{ "smtp by its client", "smtp", T, B("EHLO a.example\r\n"), B("220 mail.example ready\r\n") },
	{ "a greeting that may be either", NULL, T, SILENT, B("220 ready\r\n") },
	{ "pop3", "pop3", T, SILENT, B("+OK POP3 ready\r\n") },
	{ "pop3 by its client", "pop3", T, B("CAPA\r\n"), B("+OK hello\r\n") },
	{ "no pop3", NULL, T, SILENT, B("+OK hello\r\n") },
	{ "imap", "imap", T, SILENT, B("* OK [CAPABILITY IMAP4rev1] ready\r\n") },
	{ "no imap", NULL, T, SILENT, B("* hello\r\n") },
	{ "nntp", "nntp", T, SILENT, B("200 news.example NNTP ready\r\n") },
	{ "nntp by its client", "nntp", T, B("MODE READER\r\n"), B("201 no posting\r\n") },
	{ "no nntp", NULL, T, SILENT, B("200 hello\r\n") },
	{ "irc", "irc", T, B("NICK a\r\n"), B(":irc.example NOTICE * :*** Looking up\r\n") },
	{ "no irc", NULL, T, SILENT, B(": hello\r\n") },
	{ "xmpp", "xmpp", T, SILENT, B("<?xml version='1.0'?><stream:stream xmlns='jabber:client'") },
	{ "xml that is no xmpp", NULL, T, SILENT, B("<?xml version='1.0'?><policy/>") },
	{ "rtsp", "rtsp", T, B("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"), B("RTSP/1.0 200 OK\r\n") },
	{ "no rtsp", NULL, T, B("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"), B("\xff\xfe\xfd") },
	{ "sip", "sip", U, B("OPTIONS sip:a SIP/2.0\r\n\r\n"), B("SIP/2.0 200 OK\r\n") },
	{ "no sip", NULL, U, SILENT, B("hello") },
	{ "telnet", "telnet", T, SILENT, B("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23") },
	{ "no telnet", NULL, T, SILENT, B("\xff\xd8\xff\xe0\0\20JFIF") },
	{ "rsync", "rsync", T, SILENT, B("@RSYNCD: 31.0\n") },
	{ "no rsync", NULL, T, SILENT, B("@ERROR\n") },
	{ "svn", "svn", T, SILENT, B("( success ( 2 2 ( ) ( edit-pipeline ) ) )") },
	{ "no svn", NULL, T, SILENT, B("( failure )") },
	{ "git", "git", T, B("0032git-upload-pack /a\0host=b\0"), B("00b2deadbeef") },
	{ "no git", NULL, T, SILENT, B("00b2deadbeef") },
	{ "vnc", "vnc", T, SILENT, B("RFB 003.008\n") },
	{ "no vnc", NULL, T, SILENT, B("RFC 1149\n") },
	{ "nats", "nats", T, SILENT, B("INFO {\"server_id\":\"A\"}\r\n") },
	{ "no nats", NULL, T, SILENT, B("INFO hello\r\n") },
	{ "stomp", "stomp", T, B("CONNECT\nhost:a\n\n\0"), B("CONNECTED\nversion:1.2\n\n\0") },
	{ "no stomp", NULL, T, B("CONNECT\nhost:a\n\n\0"), B("what?\n") },
	{ "jdwp", "jdwp", T, B("JDWP-Handshake"), B("JDWP-Handshake") },
	{ "no jdwp", NULL, T, B("JDWP-Handshake"), B("what?\n") },
	{ "shoutcast", "shoutcast", T, SILENT, B("ICY 200 OK\r\n") },
	{ "no shoutcast", NULL, T, SILENT, B("ICY road\r\n") },
	{ "bittorrent", "bittorrent", T, SILENT, B("\x13" "BitTorrent protocol\0\0") },
	{ "no bittorrent", NULL, T, SILENT, B("\x13" "BitTorrent\0\0\0\0\0\0\0\0\0") },
	{ "gnutella", "gnutella", T, B("GNUTELLA CONNECT/0.6\r\n"), B("GNUTELLA/0.6 200 OK\r\n") },
	{ "no gnutella", NULL, T, SILENT, B("GNUTELLA?\r\n") },
	{ "fox", "fox", T, SILENT, B("fox a 0 -1 fox hello\n{\n") },
	{ "no fox", NULL, T, SILENT, B("fox and hound\n") },
	{ "pjl", "pjl", T, B("@PJL INFO ID\r\n"), B("@PJL INFO ID\r\n\"x\"\r\n") },
	{ "no pjl", NULL, T, SILENT, B("@HJL INFO ID\r\n") },
	{ "a listing", "ftp-data", T, SILENT, B("-rw-r--r--    1 ftp  ftp  1024 Jan 01 00:00 a\r\n") },
	{ "a listing of who was asked", NULL, T, B("ls\n"), B("-rw-r--r--    1 ftp  ftp  1024 Jan 01 00:00 a\r\n") },

	{ "redis", "redis", T, B("*1\r\n$4\r\nPING\r\n"), B("+PONG\r\n") },
	{ "redis by its answer", "redis", T, SILENT, B("-NOAUTH Authentication required.\r\n") },
	{ "no redis", NULL, T, B("*1\r\n$4\r\nPING\r\n"), B("HELLO\r\n") },
	{ "memcached", "memcached", T, B("stats\r\n"), B("STAT pid 1\r\nSTAT uptime 2\r\n") },
	{ "memcached, binary", "memcached", T, B("\x80\x0b\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"), B("\x81\x0b\0\0\0\0\0\0\0\0\0\5\0\0\0\1\0\0\0\0\0\0\0\0" "1.6.9") },
	{ "no memcached", NULL, T, B("stats\r\n"), B("what?\r\n") },
	{ "cassandra", "cassandra", T, B("\4\0\0\0\5\0\0\0\0"), B("\x84\0\0\0\6\0\0\0\x10\0\1\0\x0b" "CQL_VERSION") },
	{ "no cassandra", NULL, T, B("\4\0\0\0\5\0\0\0\0"), B("\4\0\0\0\6\0\0\0\0") },
	{ "mysql", "mysql", T, SILENT, B("\x13\0\0\0\x0a" "8.0.36\0\x01\0\0\0" "abcdef\0") },
	{ "mysql is full", "mysql", T, SILENT, B("\x17\0\0\0\xff\x10\x04" "Too many connections") },
	{ "no mysql", NULL, T, SILENT, B("\x14\0\0\1\x0a" "8.0.36\0\x01\0\0\0" "abcdef\0") },
	{ "postgresql", "postgresql", T, B("\0\0\0\x08\x04\xd2\x16\x2f"), B("N") },
	{ "postgresql by its answer", "postgresql", T, SILENT, B("R\0\0\0\x0c\0\0\0\5abcd") },
	{ "no postgresql", NULL, T, SILENT, B("N") },
	{ "mssql", "mssql", T, B("\x12\1\0\x14\0\0\0\0\0\0\x0b\0\6\xff\x0f\0\0\1\0\0"), B("\4\1\0\x14\0\0\1\0\0\0\x0b\0\6\xff\x0f\0\7\xd0\0\0") },
	{ "no mssql", NULL, T, SILENT, B("\4\1\0\x15\0\0\1\0\0\0\x0b\0\6\xff\x0f\0\7\xd0\0\0") },
	{ "mongodb", "mongodb", T, B("\x10\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0"), B("\x10\0\0\0\7\0\0\0\1\0\0\0\xdd\7\0\0") },
	{ "no mongodb", NULL, T, B("\x10\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0"), B("\x10\0\0\0\7\0\0\0\1\0\0\0\xde\7\0\0") },
	{ "amqp", "amqp", T, B("AMQP\0\0\x09\x01"), B("\1\0\0\0\0\1\xf4\0\x0a\0\x0a\0\x09") },
	{ "no amqp", NULL, T, B("AMQP\0\0\x09\x01"), B("\1\0\0\0\0\1\xf4\0\x0b\0\x0a\0\x09") },
	{ "mqtt", "mqtt", T, B("\x10\x0e\0\4MQTT\4\2\0\x3c\0\2id"), B("\x20\2\0\0") },
	{ "no mqtt", NULL, T, B("\x10\x0e\0\4MQTX\4\2\0\x3c\0\2id"), B("\x20\2\0\0") },
	{ "kafka", "kafka", T, B("\0\0\0\x0b\0\x12\0\0\0\0\0\7\0\1a"), B("\0\0\0\x0a\0\0\0\7\0\0\0\0\0\1") },
	{ "no kafka", NULL, T, B("\0\0\0\x0b\0\x12\0\0\0\0\0\7\0\1a"), B("\0\0\0\x0a\0\0\0\x08\0\0\0\0\0\1") },
	{ "zookeeper", "zookeeper", T, B("ruok"), B("imok") },
	{ "zookeeper's client", "zookeeper", T, SILENT, B("\0\0\0\x25\0\0\0\0\0\0\x75\x30\1\2\3\4\5\6\7\x08\0\0\0\x10") },
	{ "no zookeeper", NULL, T, SILENT, B("imok") },
	{ "activemq", "activemq", T, SILENT, B("\0\0\1\x4d\1ActiveMQ\0\0\0\x0c") },
	{ "no activemq", NULL, T, SILENT, B("\0\0\1\x4d\1ActiveMX\0\0\0\x0c") },

	{ "ldap", "ldap", T, B("\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"), B("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0") },
	{ "ldap is no mqtt", "ldap", T, SILENT, B("\x30\x84\0\0\0\x10\2\1\1\x61\x84\0\0\0\7\x0a\1\0\4\0\4\0") },
	{ "no ldap", NULL, T, SILENT, B("\x30\x0c\2\1\1\x41\7\x0a\1\0\4\0\4\0") },
	{ "kerberos", "kerberos", U, B("\x6a\x0c\x30\x0a\xa1\3\2\1\5\xa2\3\2\1\x0a"), B("\x7e\x0c\x30\x0a\xa0\3\2\1\5\xa1\3\2\1\x1e") },
	{ "no kerberos", NULL, U, SILENT, B("\x7e\x0c\x30\x0a\xa0\3\2\1\4\xa1\3\2\1\x1e") },
	{ "snmp", "snmp", U, B("\x30\x1b\2\1\1\4\6public\xa0\x0e\2\4\0\0\0\1\2\1\0\2\1\0\x30\0"), B("\x30\x1b\2\1\1\4\6public\xa2\x0e\2\4\0\0\0\1\2\1\0\2\1\0\x30\0") },
	{ "no snmp", NULL, U, SILENT, B("\x30\x1b\2\1\1\4\6public\xb2\x0e\2\4\0\0\0\1\2\1\0\2\1\0\x30\0") },
	{ "radius", "radius", U, B("\1\7\0\x17" GUID "\1\3a"), B("\2\7\0\x17" GUID "\x12\3b") },
	{ "no radius", NULL, U, SILENT, B("\2\7\0\x18" GUID "\x12\3b") },

	{ "tls", "tls", T, B("\x16\3\1\0\x2f\1\0\0\x2b\3\3"), B("\x16\3\3\0\x30\2\0\0\x2c\3\3") },
	{ "tls that says no", "tls", T, B("\x16\3\1\0\x2f\1\0\0\x2b\3\3"), B("\x15\3\3\0\2\2\x28") },
	{ "no tls", NULL, T, B("\x16\3\1\0\x2f\1\0\0\x2b\3\3"), B("\x16\3\3\0\x30\7\0\0\x2c\3\3") },
	{ "smb", "smb", T, SILENT, B("\0\0\0\x24\xfeSMB\x40\0") },
	{ "no smb", NULL, T, SILENT, B("\0\0\0\x24\xfeSMC\x40\0") },
	{ "rdp", "rdp", T, B("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x08\0\x03\0\0\0"), B("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\0\x08\0\1\0\0\0") },
	{ "no rdp", NULL, T, SILENT, B("\3\0\0\x0b\6\xd0\0\0\x12\x34\0") },
	{ "pptp", "pptp", T, SILENT, B("\0\x9c\0\1\x1a\x2b\x3c\x4d\0\2\0\0") },
	{ "no pptp", NULL, T, SILENT, B("\0\x9c\0\1\x1a\x2b\x3c\x4e\0\2\0\0") },
	{ "bgp", "bgp", T, SILENT, B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\x1d\1\4") },
	{ "no bgp", NULL, T, SILENT, B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\0\x1d\1\4") },
	{ "ldp", "ldp", T, SILENT, B("\0\1\0\x12\1\2\3\4\0\0\2\0\0\x08\0\0\0\1\0\0\0\0") },
	{ "no ldp", NULL, T, SILENT, B("\0\1\0\x12\1\2\3\4\0\0\7\0\0\x08\0\0\0\1\0\0\0\0") },
	{ "diameter", "diameter", T, SILENT, B("\1\0\0\x14\0\0\1\1\0\0\0\0\0\0\0\1\0\0\0\2") },
	{ "no diameter", NULL, T, SILENT, B("\1\0\0\x15\0\0\1\1\0\0\0\0\0\0\0\1\0\0\0\2") },
	{ "tacacs", "tacacs", T, B("\xc0\1\1\0\1\2\3\4\0\0\0\1x"), B("\xc0\1\2\0\1\2\3\4\0\0\0\1x") },
	{ "no tacacs", NULL, T, B("\xc0\1\1\0\1\2\3\4\0\0\0\1x"), B("\xc0\1\2\0\1\2\3\5\0\0\0\1x") },
	{ "ajp", "ajp", T, B("\x12\x34\0\1\x0a"), B("AB\0\1\x09") },
	{ "no ajp", NULL, T, SILENT, B("AB\0\1\x0b") },
	{ "rsh", "rsh", T, B("1023\0a\0b\0id\0"), B("\0") },
	{ "no rsh", NULL, T, B("1023\0a\0b\0id\0"), B("no") },
	{ "rlogin", "rlogin", T, B("\0a\0b\0xterm/38400\0"), B("\0") },
	{ "no rlogin", NULL, T, B("\0a\0b\0xterm\0"), B("\0") },
	{ "x11", "x11", T, B("l\0\x0b\0\0\0\0\0\0\0\0\0"), B("\1\0\x0b\0\0\0\x10\0") },
	{ "no x11", NULL, T, SILENT, B("\1\0\x0b\0\0\0\x10\0") },
	{ "adb", "adb", T, SILENT, B("CNXN\0\0\0\1\0\0\4\0\0\0\0\0\0\0\0\0\xbc\xb1\xa7\xb1") },
	{ "no adb", NULL, T, SILENT, B("CNXN\0\0\0\1\0\0\4\0\0\0\0\0\0\0\0\0\xbc\xb1\xa7\xb2") },
	{ "rmi", "rmi", T, B("JRMI\0\2\x4b"), B("\x4e\0\7" "10.0.0.1") },
	{ "no rmi", NULL, T, B("JRMI\0\2\x4b"), B("no") },
	{ "stun in its frame", "stun", T, SILENT, B("\0\x14\1\1\0\0\x21\x12\xa4\x42" GUID) },
	{ "no stun", NULL, T, SILENT, B("\0\x14\1\1\0\0\x21\x12\xa4\x43" GUID) },
	{ "dns over tcp", "dns", T, B("\0\x1b" DNS_ASK), B("\0\x1b" DNS_SAY) },
	{ "no dns", NULL, T, SILENT, B("\0\x1b" DNS_ASK) },
	{ "openvpn over tcp", "openvpn", T, B("\0\x0e\x38" SESSION "\0\0\0\0\0"), B("\0\x1a\x40" SESSION "\1\0\0\0\0" SESSION "\0\0\0\0") },
	{ "no openvpn", NULL, T, B("\0\x0e\x38" SESSION "\0\0\0\0\0"), B("\0\x1a\x48" SESSION "\1\0\0\0\0" SESSION "\0\0\0\0") },
	{ "socks", "socks", T, B("\5\1\0"), B("\5\0") },
	{ "no socks", NULL, T, B("\5\1\0"), B("\5\7") },

	{ "dnp3", "dnp3", T, SILENT, B("\5\x64\5\xc0\1\0\0\4\xe9\x21") },
	{ "no dnp3", NULL, T, SILENT, B("\5\x64\5\xc0\1\0\0\4\xe9\x22") },
	{ "iec 104", "iec60870", T, B("\x68\4\7\0\0\0"), B("\x68\4\x0b\0\0\0") },
	{ "no iec 104", NULL, T, SILENT, B("\x68\4\x0f\0\0\0") },
	{ "s7", "s7comm", T, SILENT, B("\3\0\0\x0b\6\xd0\0\0\x12\x34\0\3\0\0\x1b\2\xf0\x80\x32\3") },
	{ "no s7", NULL, T, SILENT, B("\3\0\0\x0b\6\xd0\0\0\x12\x34\0\3\0\0\x1b\2\xf0\x80\x33\3") },
	{ "ethernetip", "ethernetip", T, SILENT, B("\x65\0\4\0" SESSION SESSION "\0\0\0\0\1\0\0\0") },
	{ "no ethernetip", NULL, T, SILENT, B("\x66\0\4\0" SESSION SESSION "\0\0\0\0\1\0\0\0") },
	{ "opcua", "opcua", T, SILENT, B("ACKF\x08\0\0\0") },
	{ "no opcua", NULL, T, SILENT, B("ACKF\x08\1\0\0") },
	{ "fins", "fins", T, SILENT, B("FINS\0\0\0\x10\0\0\0\1\0\0\0\0") },
	{ "no fins", NULL, T, SILENT, B("FINSTERNIS\0\0\0\1\0\0") },
	{ "hart-ip", "hart-ip", T, B("\1\0\0\0\0\2\0\x0d\1\0\0\xea\x60"), B("\1\1\0\0\0\2\0\x0d\1\0\0\xea\x60") },
	{ "no hart-ip", NULL, T, B("\1\0\0\0\0\2\0\x0d\1\0\0\xea\x60"), B("\1\1\0\0\0\3\0\x0d\1\0\0\xea\x60") },
	{ "modbus", "modbus", T, B("\0\1\0\0\0\6\1\3\0\0\0\1"), B("\0\1\0\0\0\5\1\3\2\0\7") },
	{ "no modbus", NULL, T, B("\0\1\0\0\0\6\1\3\0\0\0\1"), B("\0\2\0\0\0\5\1\3\2\0\7") },
	{ "bacnet", "bacnet", U, SILENT, B("\x81\x0a\0\x0c\1\0\x10\0\xc4\2\0\0") },
	{ "no bacnet", NULL, U, SILENT, B("\x81\x0a\0\x0d\1\0\x10\0\xc4\2\0\0") },

	{ "dns", "dns", U, B(DNS_ASK), B(DNS_SAY) },
	{ "dns of another question", NULL, U, B("\x12\x35\x01\x00\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"), B(DNS_SAY) },
	{ "stun", "stun", U, SILENT, B("\1\1\0\0\x21\x12\xa4\x42" GUID) },
	{ "no stun over udp", NULL, U, SILENT, B("\1\1\0\1\x21\x12\xa4\x42" GUID) },
	{ "ntp", "ntp", U, B("\x23\0\6\xe9\0\0\0\0" "abcd" NTP_REST), B("\x24\2\6\xe9\0\0\0\0" "abcd" NTP_REST) },
	{ "two clients of ntp", NULL, U, B("\x23\0\6\xe9\0\0\0\0" "abcd" NTP_REST), B("\x23\2\6\xe9\0\0\0\0" "abcd" NTP_REST) },
	{ "quic", "quic", U, SILENT, B("\xc3\0\0\0\1\x08" SESSION "\0\0") },
	{ "quic of no known version", "quic", U, B("\xc3\x1a\x2a\x3a\x4a\x08" SESSION QUIC_REST), B("\x80\0\0\0\0\0\x08" SESSION "\0\0\0\1") },
	{ "no quic", NULL, U, SILENT, B("\xc3\0\0\1\1\x08" SESSION "\0\0") },
	{ "dtls", "dtls", U, SILENT, B("\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x0c\3\0\0\0\0\0\0\0\0\0\0\0") },
	{ "no dtls", NULL, U, SILENT, B("\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x0d\3\0\0\0\0\0\0\0\0\0\0\0") },
	{ "wireguard", "wireguard", U, SILENT, B("\2\0\0\0" GUID GUID GUID GUID GUID SESSION) },
	{ "wireguard with a tail", "wireguard", U, B("\1\0\0\0" GUID GUID GUID GUID GUID GUID GUID GUID GUID "tail"), B("\2\0\0\0abcd\xaa\1\2\3" GUID GUID GUID GUID GUID "tail") },
	{ "no wireguard", NULL, U, SILENT, B("\2\0\0\0" GUID GUID GUID GUID GUID SESSION "x") },
	{ "ike", "ipsec", U, SILENT, B(SESSION SESSION "\x21\x20\x22\x20\0\0\0\0\0\0\0\x1c") },
	{ "no ike", NULL, U, SILENT, B(SESSION SESSION "\x21\x20\x22\x20\0\0\0\0\0\0\0\x1d") },
	{ "dhcp", "dhcp", U, SILENT, B("\2\1\6\0" DHCP_BODY "\x63\x82\x53\x63\x35\1\2") },
	{ "no dhcp", NULL, U, SILENT, B("\2\1\6\0" DHCP_BODY "\x63\x82\x53\x64\x35\1\2") },
	{ "tftp", "tftp", U, B("\0\1a\0octet\0"), B("\0\3\0\1hello") },
	{ "no tftp", NULL, U, B("\0\1a\0octet\0"), B("\0\3\0\2hello") },
	{ "ssdp", "ssdp", U, B("M-SEARCH * HTTP/1.1\r\n\r\n"), B("HTTP/1.1 200 OK\r\nST: a\r\nUSN: b\r\n\r\n") },
	{ "no ssdp", NULL, U, SILENT, B("HTTP/1.1 200 OK\r\n\r\n") },
	{ "rpcbind", "rpcbind", U, B("\0\0\0\1\0\0\0\0\0\0\0\2\0\1\x86\xa0\0\0\0\2"), B("\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ "nfs", "nfs", U, B("\0\0\0\1\0\0\0\0\0\0\0\2\0\1\x86\xa3\0\0\0\2"), B("\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ "mountd", "mountd", U, B("\0\0\0\1\0\0\0\0\0\0\0\2\0\1\x86\xa5\0\0\0\2"), B("\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ "no rpc", NULL, U, B("\0\0\0\1\0\0\0\0\0\0\0\2\0\1\x86\xa0\0\0\0\2"), B("\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ "ipmi", "ipmi", U, SILENT, B("\6\0\xff\7\0\0\0\0\0\0\0\0") },
	{ "no ipmi", NULL, U, SILENT, B("\6\0\xff\x08\0\0\0\0\0\0\0\0") },
	{ "raknet", "raknet", U, SILENT, B("\6\0\xff\xff\0\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78") },
	{ "no raknet", NULL, U, SILENT, B("\6\0\xff\xff\0\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x79") },
	{ "rdp over udp", "rdp", U, SILENT, B("\1\2\3\4\0\x40\0\5\1\2\3\4\4\xd0\4\xd0") },
	{ "no rdp over udp", NULL, U, SILENT, B("\1\2\3\4\0\x40\0\4\1\2\3\4\4\xd0\4\xd0") },
	{ "gnutella's pong", "gnutella", U, SILENT, B(GUID "\1\1\0\3\0\0\0abc") },
	{ "no gnutella over udp", NULL, U, SILENT, B(GUID "\1\1\0\4\0\0\0abc") },
	{ "bittorrent's table", "bittorrent", U, SILENT, B("d1:rd2:id20:" GUID "abcde1:t1:a1:y1:re") },
	{ "no bittorrent over udp", NULL, U, SILENT, B("d1:x") },
	{ "memcached over udp", "memcached", U, SILENT, B("\0\1\0\0\0\1\0\0STAT pid 1\r\n") },
	{ "no memcached over udp", NULL, U, SILENT, B("\0\1\0\0\0\1\0\0hello") },
	{ "openvpn", "openvpn", U, B("\x38" SESSION "\0\0\0\0\0"), B("\x40" SESSION "\1\0\0\0\0" SESSION "\0\0\0\0") },
	{ "no openvpn over udp", NULL, U, SILENT, B("\x40" SESSION "\1\0\0\0\0" SESSION "\0\0\0\0") },
	{ "coap", "coap", U, B("\x41\1\1\2t"), B("\x61\x45\1\2t") },
	{ "no coap", NULL, U, B("\x41\1\1\2t"), B("\x61\x45\1\3u") },
};
/* clang-format on */
#undef T
#undef U
#undef B

#endif
