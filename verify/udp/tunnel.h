/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of what carries others: IKE (RFC 2408, 7296), OpenVPN, L2TP (RFC 2661), QUIC (RFC 8999),
 * STUN (RFC 8489), WireGuard, RADIUS (RFC 2865, 5997), XDMCP.
 */
#ifndef VERIFY_UDP_TUNNEL_H
#define VERIFY_UDP_TUNNEL_H

#include "verify/udp/answer.h"

bool tunnel_read_ike(const struct answer *a, struct probe *probe);
bool tunnel_read_openvpn(const struct answer *a, struct probe *probe);
bool tunnel_read_l2tp(const struct answer *a, struct probe *probe);
bool tunnel_read_quic(const struct answer *a, struct probe *probe);
bool tunnel_read_stun(const struct answer *a, struct probe *probe);
bool tunnel_read_wireguard(const struct answer *a, struct probe *probe);
bool tunnel_read_radius(const struct answer *a, struct probe *probe);

#endif
