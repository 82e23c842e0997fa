/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/question.h"

#include "verify/udp/dtls.h"
#include "verify/udp/manage.h"
#include "verify/udp/names.h"
#include "verify/udp/snmp.h"
#include "verify/udp/text.h"
#include "verify/udp/tunnel.h"

#include <sys/random.h>

#define FOUR "\0\0\0\0"
#define EIGHT FOUR FOUR
#define SIXTEEN "0123456789abcdef"
#define SIXTY_FOUR SIXTEEN SIXTEEN SIXTEEN SIXTEEN

/* Names of DNS, in labels. */
#define DNS_HEADER "\0\0\0\0\0\1\0\0\0\0\0\0"
#define DNS_HEADER_LOOKUP "\0\0\1\0\0\1\0\0\0\0\0\1"
#define DNS_BIND "\7version\4bind\0\0\x10\0\3"
/* The name servers of the root, with EDNS0 for 4096 bytes: whoever answers strangers looks it up.
 */
#define DNS_ROOT     \
	"\0\0\2\0\1" \
	"\0\0\x29\x10\0" FOUR "\0\0"
#define DNS_SERVICES "\x09_services\7_dns-sd\4_udp\5local\0\0\x0c\x80\1"
#define DNS_STATUS \
	"\x20"     \
	"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\1"

/* Three variables of system: what it is, which kind, how it is called. */
#define SNMP_VARIABLES                                 \
	"\x30\x2a\x30\x0c\6\x08\x2b\6\1\2\1\1\1\0\5\0" \
	"\x30\x0c\6\x08\x2b\6\1\2\1\1\2\0\5\0\x30\x0c\6\x08\x2b\6\1\2\1\1\5\0\5\0"
#define SNMP_GET(version) \
	"\x30\x45\2\1" version "\4\6public\xa0\x38\2\4\1\0\0\0\2\1\0\2\1\0" SNMP_VARIABLES
/* Nothing in the security parameters: who speaks it reports its engine (RFC 3414 section 4). */
#define SNMP_ENGINE                                                                                \
	"\x30\x3b\2\1\3\x30\x11\2\4\1\0\0\0\2\3\0\xff\xe3\4\1\4\2\1\3"                             \
	"\4\x10\x30\x0e\4\0\2\1\0\2\1\0\4\0\4\0\4\0\x30\x11\4\0\4\0\xa0\x0b\2\1\1\2\1\0\2\1\0\x30" \
	"\0"

#define NTP_CLIENT "\xe3\0\x06\xec" FOUR FOUR FOUR EIGHT EIGHT EIGHT EIGHT
#define NTP_VARIABLES "\x16\2\0\0\0\0\0\0\0\0\0\0"
#define NTP_MONLIST "\x17\0\3\x2a\0\0\0\0"

#define LDAP_ROOT                                                              \
	"\x30\x25\2\1\1\x63\x20\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0b" \
	"objectClass\x30\0"

/* Main mode, or SA_INIT, with what is widely taken; the values in them are of no use to anybody. */
#define IKE_1                                                                                    \
	EIGHT EIGHT "\1\x10\2\0\0\0\0\0\0\0\0\xb8"                                               \
		    "\0\0\0\x9c\0\0\0\1\0\0\0\1\0\0\0\x90\1\1\0\4"                               \
		    "\3\0\0\x24\1\1\0\0\x80\1\0\7\x80\2\0\2\x80\3\0\1\x80\4\0\x0e\x80\x0e\1\0"   \
		    "\x80\x0b\0\1\x80\x0c\x70\x80"                                               \
		    "\3\0\0\x24\2\1\0\0\x80\1\0\7\x80\2\0\2\x80\3\0\1\x80\4\0\2\x80\x0e\0\x80"   \
		    "\x80\x0b\0\1\x80\x0c\x70\x80"                                               \
		    "\3\0\0\x20\3\1\0\0\x80\1\0\5\x80\2\0\2\x80\3\0\1\x80\4\0\2\x80\x0b\0\1\x80" \
		    "\x0c\x70\x80"                                                               \
		    "\0\0\0\x20\4\1\0\0\x80\1\0\5\x80\2\0\1\x80\3\0\1\x80\4\0\2\x80\x0b\0\1\x80" \
		    "\x0c\x70\x80"
#define IKE_2                                                                                    \
	EIGHT EIGHT "\x21\x20\x22\x08\0\0\0\0\0\0\1\xa4"                                         \
		    "\x22\0\0\x5c\0\0\0\x58\1\1\0\x09"                                           \
		    "\3\0\0\x0c\1\0\0\x0c\x80\x0e\1\0\3\0\0\x0c\1\0\0\x0c\x80\x0e\0\x80"         \
		    "\3\0\0\x08\1\0\0\3\3\0\0\x08\2\0\0\5\3\0\0\x08\2\0\0\2\3\0\0\x08\3\0\0\x0c" \
		    "\3\0\0\x08\3\0\0\2\3\0\0\x08\4\0\0\x0e\0\0\0\x08\4\0\0\2"                   \
		    "\x28\0\1\x08\0\x0e\0\0" SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR         \
		    "\0\0\0\x24" SIXTEEN SIXTEEN

#define DTLS_HELLO                                                                               \
	"\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x88\1\0\0\x7c\0\0\0\0\0\0\0\x7c\xfe\xfd" SIXTEEN SIXTEEN \
	"\0\0\0\x24\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8\xc0\x09\xc0\x13"             \
	"\xc0\x0a\xc0\x14\0\x9e\0\x9c\0\x9d\0\x2f\0\x35\0\xae\xc0\xa8\0\xff\1\0\0\x2e"           \
	"\0\x0a\0\x0a\0\x08\0\x1d\0\x17\0\x18\0\x19\0\x0b\0\2\1\0"                               \
	"\0\x0d\0\x16\0\x14\4\3\5\3\6\3\x08\7\x08\4\4\1\5\1\6\1\2\1\2\3"
/* A version that nobody has (RFC 9000 section 15): who speaks QUIC says which it has. */
#define QUIC_GREASED                            \
	"\xc0\x1a\x2a\x3a\x4a\x08" EIGHT "\x08" \
	"flowd.qv"

#define L2TP_OPEN                                                              \
	"\xc8\2\0\x41\0\0\0\0\0\0\0\0\x80\x08\0\0\0\0\0\1\x80\x08\0\0\0\2\1\0" \
	"\x80\x0a\0\0\0\3\0\0\0\3\x80\x0b\0\0\0\7"                             \
	"flowd\x80\x08\0\0\0\x09\0\0\x80\x08\0\0\0\x0a\0\4"

#define RPC_CALL(program, version, procedure) \
	FOUR FOUR "\0\0\0\2\0\1\x86" program "\0\0\0" version "\0\0\0" procedure EIGHT EIGHT
#define BACNET_READ(property) "\x81\x0a\0\x11\1\4\0\5\1\x0c\x0c\2\x3f\xff\xff\x19" property
#define IPMI_PING "\6\0\xff\6\0\0\x11\xbe\x80\0\0\0"
#define IPMI_LOGINS "\6\0\xff\7\0\0\0\0\0\0\0\0\0\x09\x20\x18\xc8\x81\0\x38\x8e\4\xb5"
#define COAP_CORE "\x40\1\0\0\xbb.well-known\4core"
#define STUN_BINDING "\0\1\0\0\x21\x12\xa4\x42" EIGHT FOUR

#define SIP_HEAD "OPTIONS sip:flowd@invalid SIP/2.0\r\nCall-ID: "
#define SIP_BRANCH "xxxxxxxxxxxxxxxx"
#define SIP_REST                                                                                \
	"\r\nVia: SIP/2.0/UDP flowd.invalid;branch=z9hG4bKflowd;rport\r\nMax-Forwards: 70\r\n"  \
	"From: <sip:flowd@invalid>;tag=flowd\r\nTo: <sip:flowd@invalid>\r\nCSeq: 1 OPTIONS\r\n" \
	"Contact: <sip:flowd@invalid>\r\nUser-Agent: flowd\r\nContent-Length: 0\r\n\r\n"
#define SSDP_SEARCH(target)                                                               \
	"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n" \
	"MX: 1\r\nST: " target "\r\nUSER-AGENT: flowd\r\n\r\n"
#define DISCOVERY                                                                                 \
	"<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" " \
	"xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                           \
	"xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"                  \
	"<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"              \
	"<a:MessageID>urn:uuid:666c6f77-6400-4000-8000-000000000000</a:MessageID>"                \
	"<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"                    \
	"<s:Body><d:Probe/></s:Body></s:Envelope>"

/* The bytes of a literal, without the zero that C puts behind it. */
#define B(bytes) bytes, sizeof(bytes) - 1
#define FOLLOWS QUESTION_FOLLOWS
#define COMMON QUESTION_COMMON
#define MANY QUESTION_MANY

static const struct question rows[] = {
	{ "dns", "version.bind", B(DNS_HEADER DNS_BIND), 0, 0, 2, COMMON, names_read_version },
	{ "dns", "NS of the root", B(DNS_HEADER_LOOKUP DNS_ROOT), 0, 0, 2, FOLLOWS,
	  names_read_recursion },
	{ "mdns", "services", B(DNS_HEADER DNS_SERVICES), 0, 0, 2, 0, names_read_mdns },
	{ "netbios", "node status", B(DNS_HEADER DNS_STATUS), 0, 0, 2, 0, names_read_netbios },
	{ "snmp", "SNMPv3 discovery", B(SNMP_ENGINE), 0, 10, 3, COMMON, snmp_read },
	{ "snmp", "SNMPv2c get public", B(SNMP_GET("\1")), 0, 18, 3, 0, snmp_read },
	{ "snmp", "SNMPv1 get public", B(SNMP_GET("\0")), 0, 18, 3, 0, snmp_read },
	{ "ntp", "time", B(NTP_CLIENT), 0, 40, 8, 0, manage_read_ntp },
	{ "ntp", "readvar", B(NTP_VARIABLES), 0, 2, 2, FOLLOWS | MANY, manage_read_ntp_variables },
	{ "ntp", "monlist", B(NTP_MONLIST), 0, 0, 0, FOLLOWS | MANY, manage_read_ntp_monlist },
	{ "memcached", "version", B("\0\0\0\0\0\1\0\0version\r\n"), 0, 0, 2, 0,
	  text_read_memcached },
	{ "memcached", "stats", B("\0\0\0\0\0\1\0\0stats\r\n"), 0, 0, 2, FOLLOWS | MANY,
	  text_read_memcached },
	{ "ldap", "root of the directory", B(LDAP_ROOT), 0, 0, 0, 0, names_read_ldap },
	{ "ipsec", "IKEv2 SA_INIT", B(IKE_2), 0, 0, 8, QUESTION_MARKED, tunnel_read_ike },
	{ "ipsec", "IKEv1 main mode", B(IKE_1), 0, 0, 8, QUESTION_MARKED, tunnel_read_ike },
	{ "sip", "OPTIONS", B(SIP_HEAD SIP_BRANCH SIP_REST), 0, sizeof(SIP_HEAD) - 1, 16,
	  QUESTION_LETTERS | COMMON, text_read_sip },
	{ "ssdp", "upnp:rootdevice", B(SSDP_SEARCH("upnp:rootdevice")), 0, 0, 0, 0,
	  text_read_ssdp },
	{ "ssdp", "ssdp:all", B(SSDP_SEARCH("ssdp:all")), 0, 0, 0, FOLLOWS | MANY, text_read_ssdp },
	{ "ws-discovery", "probe", B(DISCOVERY), 0, 0, 0, MANY, text_read_discovery },
	{ "coap", "/.well-known/core", B(COAP_CORE), 0, 2, 2, 0, text_read_coap },
	{ "quic", "version negotiation", B(QUIC_GREASED), 1200, 6, 8, COMMON, tunnel_read_quic },
	{ "openvpn", "hard reset", B("\x38" EIGHT "\0" FOUR), 0, 1, 8, 0, tunnel_read_openvpn },
	{ "wireguard", "handshake", B("\1\0\0\0" FOUR SIXTY_FOUR SIXTY_FOUR FOUR EIGHT), 0, 4, 4, 0,
	  tunnel_read_wireguard },
	{ "tftp", "read request", B("\0\1flowd-asks-who-is-here\0octet\0"), 0, 0, 0,
	  QUESTION_ANY_PORT, text_read_tftp },
	{ "stun", "binding", B(STUN_BINDING), 0, 8, 12, COMMON, tunnel_read_stun },
	{ "rpcbind", "dump", B(RPC_CALL("\xa0", "\2", "\4")), 0, 0, 4, COMMON,
	  manage_read_rpcbind },
	{ "nfs", "null", B(RPC_CALL("\xa3", "\3", "\0")), 0, 0, 4, 0, manage_read_nfs },
	{ "ipmi", "presence ping", B(IPMI_PING), 0, 0, 0, 0, manage_read_ipmi },
	{ "ipmi", "ways to log in", B(IPMI_LOGINS), 0, 0, 0, 0, manage_read_ipmi },
	{ "bacnet", "vendor-name", B(BACNET_READ("\x79")), 0, 0, 0, 0, manage_read_bacnet },
	{ "bacnet", "model-name", B(BACNET_READ("\x46")), 0, 0, 0, FOLLOWS, manage_read_bacnet },
	{ "bacnet", "firmware-revision", B(BACNET_READ("\x2c")), 0, 0, 0, FOLLOWS,
	  manage_read_bacnet },
	{ "ubiquiti", "discovery", B("\1\0\0\0"), 0, 0, 0, 0, manage_read_ubiquiti },
	{ "dtls", "ClientHello", B(DTLS_HELLO), 0, 27, 16, COMMON | MANY, dtls_read },
	{ "radius", "Status-Server", B("\x0c\1\0\x26" SIXTEEN "\x50\x12" EIGHT EIGHT), 0, 4, 16, 0,
	  tunnel_read_radius },
	{ "l2tp", "SCCRQ", B(L2TP_OPEN), 0, 55, 2, 0, tunnel_read_l2tp },
	{ "xdmcp", "query", B("\0\1\0\2\0\1\0"), 0, 0, 0, 0, text_read_xdmcp },
	{ "mssql-browser", "instances", B("\3"), 0, 0, 0, 0, text_read_sql },
	{ "nat-pmp", "external address", B("\0\0"), 0, 0, 0, 0, manage_read_nat_pmp },
	{ "source-engine", "information", B("\xff\xff\xff\xffTSource Engine Query\0"), 0, 0, 0, 0,
	  text_read_source },
	{ "small", "a line", B("flowd\r\n"), 0, 0, 0, COMMON | MANY, text_read_small },
};

_Static_assert(sizeof(rows) / sizeof(rows[0]) <= 64, "a bit for each");

const struct question *question_row(size_t i)
{
	return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : NULL;
}

/* What a port is for (IANA), or is used for by most: whom to ask first, and nothing else. */
static const struct {
	uint16_t port;
	const char *app;
} ports[] = {
	{ 53, "dns" },
	{ 5353, "mdns" },
	{ 5355, "dns" },
	{ 137, "netbios" },
	{ 161, "snmp" },
	{ 123, "ntp" },
	{ 11211, "memcached" },
	{ 389, "ldap" },
	{ 500, "ipsec" },
	{ 4500, "ipsec" },
	{ 5060, "sip" },
	{ 1900, "ssdp" },
	{ 3702, "ws-discovery" },
	{ 5683, "coap" },
	{ 80, "quic" },
	{ 443, "quic" },
	{ 784, "quic" },
	{ 853, "quic" },
	{ 8443, "quic" },
	{ 1194, "openvpn" },
	{ 51820, "wireguard" },
	{ 69, "tftp" },
	{ 3478, "stun" },
	{ 3479, "stun" },
	{ 5349, "dtls" },
	{ 19302, "stun" },
	{ 111, "rpcbind" },
	{ 2049, "nfs" },
	{ 623, "ipmi" },
	{ 664, "ipmi" },
	{ 47808, "bacnet" },
	{ 10001, "ubiquiti" },
	{ 4433, "dtls" },
	{ 5684, "dtls" },
	{ 1812, "radius" },
	{ 1813, "radius" },
	{ 1645, "radius" },
	{ 1646, "radius" },
	{ 1701, "l2tp" },
	{ 177, "xdmcp" },
	{ 1434, "mssql-browser" },
	{ 5351, "nat-pmp" },
	{ 27015, "source-engine" },
	{ 7, "small" },
	{ 13, "small" },
	{ 17, "small" },
	{ 19, "small" },
	{ 37, "small" },
};

const char *question_app_of_port(uint16_t port)
{
	size_t i;

	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (ports[i].port == port)
			return ports[i].app;
	return "";
}

bool question_is_app(const struct question *q, const char *app)
{
	static const char *const others[][2] = {
		{ "cldap", "ldap" },	{ "ike", "ipsec" },	{ "llmnr", "dns" },
		{ "http3", "quic" },	{ "chargen", "small" }, { "echo", "small" },
		{ "daytime", "small" }, { "qotd", "small" },	{ "time", "small" },
		{ "upnp", "ssdp" },	{ "rpc", "rpcbind" },	{ "mountd", "rpcbind" },
		{ "isakmp", "ipsec" },	{ "doh_dot", "quic" },	{ "google", "quic" },
		{ "dtls", "dtls" },
	};
	size_t i;

	if (!app[0])
		return false;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(app, others[i][0]))
			app = others[i][1];
	return !strcmp(q->app, app);
}

size_t question_print(const struct question *q, uint16_t port, uint8_t out[QUESTION_BYTES_MAX])
{
	size_t skip = q->flags & QUESTION_MARKED && port == 4500 ? 4 : 0, i;
	size_t len = q->padded > q->len ? q->padded : q->len;
	uint8_t *random = out + skip + q->random_at;

	memset(out, 0, QUESTION_BYTES_MAX);
	memcpy(out + skip, q->bytes, q->len);
	if (q->random_len)
		while (getrandom(random, q->random_len, 0) != q->random_len)
			;
	for (i = 0; q->flags & QUESTION_LETTERS && i < q->random_len; i++)
		random[i] = (uint8_t)('a' + random[i] % 26);
	return skip + len;
}

const char *question_silence(const char *app)
{
	static const char *const reasons[][2] = {
		{ "wireguard", "WireGuard answers only whose key it knows: silence is by design" },
		{ "openvpn", "OpenVPN with tls-auth or tls-crypt answers only who has its key" },
		{ "radius", "RADIUS answers only clients whose secret it knows" },
		{ "snmp", "SNMP without a version 3 agent answers only who knows a community" },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(reasons[i][0], app))
			return reasons[i][1];
	return NULL;
}
