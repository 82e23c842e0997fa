/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Payloads of UDP, made up after the formats' specifications, and what they say of their direction.
 * X(name, source port, destination port, way, app or NULL, length on the wire, bytes)
 */
#ifndef TESTS_UNIT_REPLY_CASES_H
#define TESTS_UNIT_REPLY_CASES_H

/* clang-format off */
#define REPLY_CASE_LIST(X) \
	X("dns query", 40000, 53, REQUEST, "dns", 33, \
	  "\0224\001\000\000\001\000\000\000\000\000\000\003www\007example\003net" \
	  "\000\000\001\000\001") \
	X("dns answer", 53, 40000, RESPONSE, "dns", 49, \
	  "\0224\201\200\000\001\000\001\000\000\000\000\003www\007example\003net" \
	  "\000\000\001\000\001\300\014\000\001\000\001\000\000\000<\000\004\300" \
	  "\000\002\001") \
	X("dns query that was cut", 40000, 53, REQUEST, "dns", 33, \
	  "\0224\001\000\000\001\000\000\000\000\000\000\003www\007exa") \
	X("dns answer that was cut", 53, 40000, RESPONSE, "dns", 49, \
	  "\0224\201\200\000\001\000\001\000\000\000\000\003www\007exa") \
	X("cut, and no port of names", 9999, 40000, EITHER, NULL, 49, \
	  "\0224\201\200\000\001\000\001\000\000\000\000\003www\007exa") \
	X("cut by the sender", 40000, 53, EITHER, NULL, 20, \
	  "\0224\001\000\000\001\000\000\000\000\000\000\003www\007exa") \
	X("dns on another port", 8053, 40000, RESPONSE, "dns", 33, \
	  "\0224\205\203\000\001\000\000\000\000\000\000\003www\007example\003net" \
	  "\000\000\001\000\001") \
	X("dns refusal of twelve bytes", 53, 40000, RESPONSE, NULL, 12, \
	  "\0224\201\005\000\000\000\000\000\000\000\000") \
	X("twelve bytes elsewhere", 9999, 40000, EITHER, NULL, 12, \
	  "\0224\201\005\000\000\000\000\000\000\000\000") \
	X("dns reserved bit", 40000, 53, EITHER, NULL, 33, \
	  "\0224\001@\000\001\000\000\000\000\000\000\003www\007example\003net\000" \
	  "\000\001\000\001") \
	X("dns name with a pointer first", 40000, 53, EITHER, NULL, 18, \
	  "\0224\001\000\000\001\000\000\000\000\000\000\300\014\000\001\000\001") \
	X("mdns answer", 5353, 5353, RESPONSE, "mdns", 38, \
	  "\000\000\204\000\000\000\000\001\000\000\000\000\004host\005local\000" \
	  "\000\001\200\001\000\000\000x\000\004\300\000\002\001") \
	X("llmnr query", 50000, 5355, REQUEST, "llmnr", 22, \
	  "\0224\000\000\000\001\000\000\000\000\000\000\004wpad\000\000\001\000" \
	  "\001") \
	X("netbios status answer", 137, 137, RESPONSE, "netbios", 60, \
	  "\0224\204\000\000\000\000\001\000\000\000\000 CKAAAAAAAAAAAAAAAAAAAAAAAA" \
	  "AAAAAA\000\000!\000\001\000\000\000\000\000\000\000\000\000\000") \
	X("ntp client", 123, 123, REQUEST, "ntp", 48, \
	  "#\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000") \
	X("ntp server", 123, 123, RESPONSE, "ntp", 48, \
	  "$\002\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000") \
	X("ntp server elsewhere", 1123, 40000, RESPONSE, NULL, 48, \
	  "$\002\006\354\001\001\001\001\001\001\001\001\001\001\001\001\001\001" \
	  "\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001\001" \
	  "\001\001\001\001\001\001\001\001\001\001\001\001") \
	X("ntp monlist", 40000, 123, REQUEST, "ntp", 8, \
	  "\027\000\003*\000\000\000\000") \
	X("ntp monlist's answer", 123, 40000, RESPONSE, "ntp", 48, \
	  "\327\000\003*\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000") \
	X("ntp readvar's answer", 123, 40000, RESPONSE, "ntp", 12, \
	  "\026\202\000\001\000\000\000\000\000\000\000\000") \
	X("snmp get", 40000, 161, REQUEST, "snmp", 40, \
	  "0&\002\001\001\004\006public\240\031\002\001\001\002\001\000\002\001\000" \
	  "0\0160\014\006\010+\006\001\002\001\001\001\000\005\000") \
	X("snmp response", 161, 40000, RESPONSE, "snmp", 40, \
	  "0&\002\001\001\004\006public\242\031\002\001\001\002\001\000\002\001\000" \
	  "0\0160\014\006\010+\006\001\002\001\001\001\000\005\000") \
	X("snmp trap", 40000, 162, REQUEST, "snmp", 40, \
	  "0&\002\001\001\004\006public\247\031\002\001\001\002\001\000\002\001\000" \
	  "0\0160\014\006\010+\006\001\002\001\001\001\000\005\000") \
	X("snmp 3 discovery", 40000, 161, REQUEST, "snmp", 31, \
	  "0\035\002\001\0030\016\002\001\007\002\003\000\377\343\004\001\004\002" \
	  "\001\003\004\0000\006\004\000\004\000\240\000") \
	X("snmp 3 report", 161, 40000, RESPONSE, "snmp", 31, \
	  "0\035\002\001\0030\016\002\001\007\002\003\000\377\343\004\001\000\002" \
	  "\001\003\004\0000\006\004\000\004\000\250\000") \
	X("snmp 3 encrypted", 161, 40000, EITHER, "snmp", 28, \
	  "0\032\002\001\0030\016\002\001\007\002\003\000\377\343\004\001\003\002" \
	  "\001\003\004\000\004\003\001\002\003") \
	X("cldap search", 40000, 389, REQUEST, "ldap", 12, \
	  "0\012\002\001\001c\005\004\000\012\001\000") \
	X("cldap entry", 389, 40000, RESPONSE, "ldap", 25, \
	  "0\011\002\001\001d\004\004\0000\0000\014\002\001\001e\007\012\001\000" \
	  "\004\000\004\000") \
	X("kerberos ticket asked", 40000, 88, REQUEST, "kerberos", 14, \
	  "j\0140\012\241\003\002\001\005\242\003\002\001\012") \
	X("kerberos error", 88, 40000, RESPONSE, "kerberos", 14, \
	  "~\0140\012\240\003\002\001\005\242\003\002\001\012") \
	X("stun request", 51000, 52000, REQUEST, "stun", 20, \
	  "\000\001\000\000!\022\244Baaaaaaaaaaaa") \
	X("stun success", 52000, 51000, RESPONSE, "stun", 32, \
	  "\001\001\000\014!\022\244Baaaaaaaaaaaa\000 \000\010\000\001\021\021\042" \
	  "\04233") \
	X("stun error", 3478, 51000, RESPONSE, "stun", 20, \
	  "\001\021\000\000!\022\244Baaaaaaaaaaaa") \
	X("stun indication", 3478, 51000, EITHER, "stun", 20, \
	  "\000\021\000\000!\022\244Baaaaaaaaaaaa") \
	X("turn allocation", 51000, 3478, REQUEST, "stun", 28, \
	  "\000\003\000\010!\022\244Baaaaaaaaaaaa\000\031\000\004\021\000\000\000") \
	X("stun of old, answer", 3478, 51000, RESPONSE, "stun", 32, \
	  "\001\001\000\014bbbbbbbbbbbbbbbb\000\001\000\010\000\001\021\021\300\000" \
	  "\002\001") \
	X("stun of old, shared secret", 3478, 51000, EITHER, "stun", 32, \
	  "\000\002\000\014bbbbbbbbbbbbbbbb\000\001\000\010\000\001\021\021\300\000" \
	  "\002\001") \
	X("quic versions", 8443, 40443, RESPONSE, "quic", 27, \
	  "\300\000\000\000\000\010ABCDEFGH\010abcdefgh\000\000\000\001") \
	X("quic versions, none known", 8443, 40443, EITHER, NULL, 27, \
	  "\300\000\000\000\000\010ABCDEFGH\010abcdefgh\001\002\003\004") \
	X("quic initial of a client", 40443, 443, REQUEST, "quic", 1208, \
	  "\303\000\000\000\001\010abcdefgh\000\000D\236UUUUUUUUUUUUUUUUUUUUUUUUUUU" \
	  "UUUUUUUUUUUUUUUUUUU") \
	X("quic initial with a token", 40443, 443, REQUEST, "quic", 322, \
	  "\303\000\000\000\001\010abcdefgh\004abcd\002ttUUUUUUUUUUUUUUUUUUUUUUUUUU" \
	  "UUUUUUUUUUUUUUUU") \
	X("quic initial of a server", 443, 40443, RESPONSE, "quic", 1208, \
	  "\303\000\000\000\001\000\010abcdefgh\000D\236UUUUUUUUUUUUUUUUUUUUUUUUUUU" \
	  "UUUUUUUUUUUUUUUUUUU") \
	X("quic initial of either", 443, 40443, EITHER, "quic", 1216, \
	  "\303\000\000\000\001\010ABCDEFGH\010abcdefgh\000D\236UUUUUUUUUUUUUUUUUUU" \
	  "UUUUUUUUUUUUUUUUUUU") \
	X("quic retry", 443, 40443, RESPONSE, "quic", 63, \
	  "\360\000\000\000\001\010ABCDEFGH\010abcdefghtttttttttttttttttttttttttttt" \
	  "tttttttttttt") \
	X("quic 2 retry", 443, 40443, RESPONSE, "quic", 63, \
	  "\300k3C\317\010ABCDEFGH\010abcdefghttttttttttttttttttttttttttttttttttttt" \
	  "ttt") \
	X("quic early data", 40443, 443, REQUEST, "quic", 63, \
	  "\320\000\000\000\001\010ABCDEFGH\010abcdefghtttttttttttttttttttttttttttt" \
	  "tttttttttttt") \
	X("quic short header", 443, 40443, EITHER, NULL, 61, \
	  "Awwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww") \
	X("quic of google, client", 40443, 443, REQUEST, "quic", 74, \
	  "\015ccccccccQ043\001xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	  "xxxxxxxx") \
	X("quic of google, versions", 443, 40443, RESPONSE, "quic", 17, \
	  "\011ccccccccQ043Q039") \
	X("quic of google, 46, server", 443, 40443, RESPONSE, "quic", 74, \
	  "\303Q046\005ccccccccxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
	  "xxxxxxxx") \
	X("dtls hello", 40000, 4433, REQUEST, "dtls", 45, \
	  "\026\376\377\000\000\000\000\000\000\000\000\000 \001\000\000\024\000" \
	  "\000\000\000\000\000\000\024hhhhhhhhhhhhhhhhhhhh") \
	X("dtls hello of a server", 4433, 40000, RESPONSE, "dtls", 45, \
	  "\026\376\375\000\000\000\000\000\000\000\000\000 \002\000\000\024\000" \
	  "\000\000\000\000\000\000\024hhhhhhhhhhhhhhhhhhhh") \
	X("dtls verify request", 4433, 40000, RESPONSE, "dtls", 45, \
	  "\026\376\375\000\000\000\000\000\000\000\000\000 \003\000\000\024\000" \
	  "\000\000\000\000\000\000\024hhhhhhhhhhhhhhhhhhhh") \
	X("dtls certificate", 4433, 40000, EITHER, "dtls", 45, \
	  "\026\376\375\000\000\000\000\000\000\000\000\000 \013\000\000\024\000" \
	  "\000\000\000\000\000\000\024hhhhhhhhhhhhhhhhhhhh") \
	X("wireguard initiation", 40000, 51820, REQUEST, "wireguard", 148, \
	  "\001\000\000\000iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" \
	  "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii" \
	  "iiiiiiiiiiiiiiii") \
	X("wireguard response", 51820, 40000, RESPONSE, "wireguard", 92, \
	  "\002\000\000\000rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" \
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr") \
	X("wireguard cookie", 51820, 40000, RESPONSE, "wireguard", 64, \
	  "\003\000\000\000rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" \
	  "rrrr") \
	X("wireguard of another size", 51820, 40000, EITHER, NULL, 92, \
	  "\001\000\000\000rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" \
	  "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr") \
	X("ike 2 initiator", 500, 500, REQUEST, "ipsec", 48, \
	  "initiate\000\000\000\000\000\000\000\000! \042\010\000\000\000\000\000" \
	  "\000\0000pppppppppppppppppppp") \
	X("ike 2 responder", 500, 500, RESPONSE, "ipsec", 48, \
	  "initiateresponds! \042 \000\000\000\000\000\000\0000pppppppppppppppppppp") \
	X("ike 2 behind a marker", 4500, 40000, RESPONSE, "ipsec", 52, \
	  "\000\000\000\000initiateresponds! # \000\000\000\000\000\000\0000ppppppp" \
	  "ppppppppppppp") \
	X("ike 1 first", 500, 500, REQUEST, "ipsec", 48, \
	  "initiate\000\000\000\000\000\000\000\000\001\020\002\000\000\000\000\000" \
	  "\000\000\0000pppppppppppppppppppp") \
	X("ike 1 second", 500, 500, RESPONSE, "ipsec", 48, \
	  "initiateresponds\001\020\002\000\000\000\000\000\000\000\0000ppppppppppp" \
	  "ppppppppp") \
	X("ike 1 third", 500, 500, EITHER, "ipsec", 48, \
	  "initiateresponds\004\020\002\000\000\000\000\000\000\000\0000ppppppppppp" \
	  "ppppppppp") \
	X("l2tp request", 1701, 1701, REQUEST, "l2tp", 20, \
	  "\310\002\000\024\000\000\000\000\000\000\000\000\200\010\000\000\000\000" \
	  "\000\001") \
	X("l2tp reply", 1701, 1701, RESPONSE, "l2tp", 20, \
	  "\310\002\000\024\000\000\000\000\000\000\000\000\200\010\000\000\000\000" \
	  "\000\002") \
	X("openvpn reset of a client", 40000, 1194, REQUEST, NULL, 14, \
	  "8sssssssssssss") \
	X("openvpn reset of a server", 1194, 40000, RESPONSE, NULL, 26, \
	  "@sssssssssssssssssssssssss") \
	X("openvpn elsewhere", 1195, 40000, EITHER, NULL, 26, \
	  "@sssssssssssssssssssssssss") \
	X("sip request", 40000, 5060, REQUEST, "sip", 43, \
	  "OPTIONS sip:a@192.0.2.1 SIP/2.0\015\012Via: x\015\012\015\012") \
	X("sip answer", 5060, 40000, RESPONSE, "sip", 18, \
	  "SIP/2.0 200 OK\015\012\015\012") \
	X("rtsp answer", 554, 40000, RESPONSE, "rtsp", 19, \
	  "RTSP/1.0 200 OK\015\012\015\012") \
	X("text without an end", 40000, 5060, EITHER, NULL, 21, \
	  "OPTIONS sip:a SIP/2.0") \
	X("ssdp search", 40000, 1900, REQUEST, "ssdp", 37, \
	  "M-SEARCH * HTTP/1.1\015\012ST: ssdp:all\015\012\015\012") \
	X("ssdp answer", 1900, 40000, RESPONSE, "ssdp", 40, \
	  "HTTP/1.1 200 OK\015\012ST: upnp:rootdevice\015\012\015\012") \
	X("dht query", 6881, 6881, REQUEST, "bittorrent", 56, \
	  "d1:ad2:id20:nnnnnnnnnnnnnnnnnnnne1:q4:ping1:t2:aa1:y1:qe") \
	X("dht answer", 6881, 6881, RESPONSE, "bittorrent", 47, \
	  "d1:rd2:id20:nnnnnnnnnnnnnnnnnnnne1:t2:aa1:y1:re") \
	X("raknet ping", 40000, 19132, REQUEST, "raknet", 33, \
	  "\001tttttttt\000\377\377\000\376\376\376\376\375\375\375\375\0224Vxggggg" \
	  "ggg") \
	X("raknet pong", 19132, 40000, RESPONSE, "raknet", 39, \
	  "\034ttttttttgggggggg\000\377\377\000\376\376\376\376\375\375\375\375\022" \
	  "4Vx\000\004MCPE") \
	X("source query", 40000, 27015, REQUEST, NULL, 25, \
	  "\377\377\377\377TSource Engine Query\000") \
	X("source answer", 27015, 40000, RESPONSE, NULL, 15, \
	  "\377\377\377\377I\021name\000map\000") \
	X("dhcp request", 68, 67, REQUEST, "dhcp", 244, \
	  "\001\001\006\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000c\202Sc5\001\001\377") \
	X("dhcp reply", 67, 68, RESPONSE, "dhcp", 244, \
	  "\002\001\006\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000c\202Sc5\001\001\377") \
	X("dhcpv6 solicit", 546, 547, REQUEST, "dhcpv6", 4, \
	  "\001abc") \
	X("dhcpv6 reply", 547, 546, RESPONSE, "dhcpv6", 4, \
	  "\007abc") \
	X("radius request", 40000, 1812, REQUEST, "radius", 25, \
	  "\001\007\000\031AAAAAAAAAAAAAAAA\001\005bob") \
	X("radius accept on another port", 1899, 40000, RESPONSE, "radius", 24, \
	  "\002\007\000\030AAAAAAAAAAAAAAAA\022\004ok") \
	X("radius accounted", 1813, 40000, RESPONSE, "radius", 20, \
	  "\005\007\000\024AAAAAAAAAAAAAAAA") \
	X("radius accounted elsewhere", 9999, 40000, EITHER, NULL, 20, \
	  "\005\007\000\024AAAAAAAAAAAAAAAA") \
	X("radius attributes that don't fit", 1812, 40000, EITHER, NULL, 25, \
	  "\002\007\000\031AAAAAAAAAAAAAAAA\001\011bob") \
	X("tftp read", 40000, 69, REQUEST, "tftp", 17, \
	  "\000\001boot.img\000octet\000") \
	X("tftp first block", 41000, 40000, EITHER, NULL, 8, \
	  "\000\003\000\001data") \
	X("tftp of another mode", 40000, 69, EITHER, NULL, 18, \
	  "\000\001boot.img\000binary\000") \
	X("coap get", 40000, 5683, REQUEST, "coap", 9, \
	  "@\001\000\001\264test") \
	X("coap content", 5683, 40000, RESPONSE, "coap", 7, \
	  "`E\000\001\377hi") \
	X("coap elsewhere", 5999, 40000, EITHER, NULL, 7, \
	  "`E\000\001\377hi") \
	X("gtp echo", 2123, 2123, REQUEST, "gtp-c", 12, \
	  "2\001\000\004\000\000\000\000\000\001\000\000") \
	X("gtp echo's answer", 2123, 2123, RESPONSE, "gtp-c", 14, \
	  "2\002\000\006\000\000\000\000\000\001\000\000\016\001") \
	X("gtp 2 session created", 2123, 2123, RESPONSE, "gtp-c", 12, \
	  "H!\000\010\000\000\000\001\000\000\001\000") \
	X("gtp 2 bearer asked", 2123, 2123, REQUEST, "gtp-c", 12, \
	  "H_\000\010\000\000\000\001\000\000\001\000") \
	X("nat-pmp answer", 5351, 40000, RESPONSE, "nat-pmp", 12, \
	  "\000\200\000\000\000\000\000\001\300\000\002\001") \
	X("rpc call", 40000, 111, REQUEST, "rpc", 40, \
	  "\000\000\000\007\000\000\000\000\000\000\000\002\000\001\206\240\000\000" \
	  "\000\002\000\000\000\004\000\000\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000") \
	X("rpc accepted", 111, 40000, RESPONSE, "rpc", 28, \
	  "\000\000\000\007\000\000\000\001\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000") \
	X("rpc denied", 111, 40000, RESPONSE, "rpc", 24, \
	  "\000\000\000\007\000\000\000\001\000\000\000\001\000\000\000\000\000\000" \
	  "\000\002\000\000\000\002") \
	X("rpc of odd length", 111, 40000, EITHER, NULL, 29, \
	  "\000\000\000\007\000\000\000\001\000\000\000\000\000\000\000\000\000\000" \
	  "\000\000\000\000\000\000\000\000\000\000\000") \
	X("memcached get", 40000, 11211, REQUEST, "memcached", 15, \
	  "\000\001\000\000\000\001\000\000get a\015\012") \
	X("memcached value", 11211, 40000, RESPONSE, "memcached", 29, \
	  "\000\001\000\000\000\001\000\000VALUE a 0 1\015\012x\015\012END\015\012") \
	X("memcached number past the count", 11211, 40000, EITHER, NULL, 13, \
	  "\000\001\000\001\000\001\000\000END\015\012") \
	X("some/ip request", 40000, 30490, REQUEST, NULL, 20, \
	  "\001\000\000\001\000\000\000\014\000\000\000\007\001\001\000\000data") \
	X("some/ip response", 30490, 40000, RESPONSE, NULL, 20, \
	  "\001\000\000\001\000\000\000\014\000\000\000\007\001\001\200\000data") \
	X("bacnet who-is", 47808, 47808, REQUEST, "bacnet", 12, \
	  "\201\013\000\014\001 \377\377\000\377\020\010") \
	X("bacnet i-am", 47808, 47808, RESPONSE, "bacnet", 9, \
	  "\201\012\000\011\001\000\020\000\304") \
	X("bacnet property", 47808, 40000, RESPONSE, "bacnet", 9, \
	  "\201\012\000\011\001\0000\001\014") \
	X("ipmi ping", 40000, 623, REQUEST, "ipmi", 12, \
	  "\006\000\377\006\000\000\021\276\200\000\000\000") \
	X("ipmi pong", 623, 40000, RESPONSE, "ipmi", 12, \
	  "\006\000\377\006\000\000\021\276@\000\000\020") \
	X("ipmi answer", 623, 40000, RESPONSE, "ipmi", 21, \
	  "\006\000\377\007\000\000\000\000\000\000\000\000\000\020\201\034c \0008" \
	  "\000") \
	X("nothing", 40000, 9999, EITHER, NULL, 0, \
	  "") \
	X("one byte", 4500, 40000, EITHER, NULL, 1, \
	  "\377") \
	X("noise", 40000, 9999, EITHER, NULL, 100, \
	  "<=>\077@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\134]^_`abcdefghijklmnopqrstuvwxyz{|}" \
	  "~\177\200\201\202\203\204\205\206\207\210\211\212\213\214\215\216\217" \
	  "\220\221\222\223\224\225\226\227\230\231\232\233\234\235\236\237") \
	X("a long name cut short", 40000, 53, REQUEST, "dns", 60, \
	  "\0224\001\000\000\001\000\000\000\000\000\000\003www\007e")
/* clang-format on */

#endif
