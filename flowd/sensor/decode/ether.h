/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands between a link and IP: Ethernet (IEEE 802.3), 802.1Q, QinQ and other tags, LLC and
 * SNAP (IEEE 802.2, RFC 1042), MPLS (RFC 3032) with pseudowires (RFC 4385, RFC 4448), PPPoE (RFC
 * 2516), NSH (RFC 8300).
 */
#ifndef FLOWD_SENSOR_DECODE_ETHER_H
#define FLOWD_SENSOR_DECODE_ETHER_H

#include "flowd/sensor/decode/layer.h"

/* IEEE 802 numbers (IANA). */
#define ETHER_IPV4 0x0800
#define ETHER_ARP 0x0806
#define ETHER_VLAN 0x8100
#define ETHER_IPV6 0x86dd
#define ETHER_PPP 0x880b
#define ETHER_MPLS 0x8847
#define ETHER_MPLS_MULTICAST 0x8848
#define ETHER_PPPOE 0x8864
#define ETHER_NSH 0x894f
#define ETHER_QINQ 0x88a8
#define ETHER_QINQ_OLD 0x9100
#define ETHER_BRIDGED 0x6558 /* an Ethernet frame */

/* An Ethernet frame, from its addresses on. */
enum decode_result ether_take(struct decode *d, struct wire *w, struct packet *p);

/* What an EtherType announces; below 0x600 it is a length, and LLC follows. */
enum decode_result ether_take_type(struct decode *d, struct wire *w, uint16_t type,
				   struct packet *p);

enum decode_result ether_take_llc(struct decode *d, struct wire *w, struct packet *p);

/* From SNAP's organization code on. */
enum decode_result ether_take_snap(struct decode *d, struct wire *w, struct packet *p);

/* From the first label on. */
enum decode_result ether_take_mpls(struct decode *d, struct wire *w, struct packet *p);

/* Network service header. */
enum decode_result ether_take_nsh(struct decode *d, struct wire *w, struct packet *p);

/* Does an Ethernet frame that carries something well-known begin `skip` bytes further on? */
bool ether_is_likely(const struct wire *w, size_t skip);

#endif
