/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tunnels over UDP: VXLAN (RFC 7348) with GPE (draft-ietf-nvo3-vxlan-gpe) and group policy, GENEVE
 * (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC 4380), L2TP (RFC 2661, RFC 3931), CAPWAP (RFC
 * 5415), AYIYA (draft-massar-v6ops-ayiya), TZSP. The port alone decides nothing: the header must
 * fit, and VXLAN, GENEVE and Teredo are recognized on any port when all of the packet fits.
 */
#ifndef FLOWD_SENSOR_DECODE_TUNNEL_H
#define FLOWD_SENSOR_DECODE_TUNNEL_H

#include "flowd/sensor/decode/layer.h"

/* With the cursor at the payload of UDP packet `p`: false, and nothing changed, when it is no
 * tunnel; else the result of what it carries. */
bool tunnel_take_udp(struct decode *d, struct wire *w, struct packet *p,
		     enum decode_result *result);

/* L2TP version 3 straight over IP. */
enum decode_result tunnel_take_l2tp(struct decode *d, struct wire *w, struct packet *p);

#endif
