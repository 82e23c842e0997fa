/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of those who answer for names: DNS (RFC 1035), multicast DNS asked by unicast (RFC 6762),
 * NetBIOS node status (RFC 1002 section 4.2.18), LDAP without a connection ([MS-ADTS] 6.3.3).
 */
#ifndef VERIFY_UDP_NAMES_H
#define VERIFY_UDP_NAMES_H

#include "verify/udp/answer.h"

bool names_read_version(const struct answer *a, struct probe *probe);
bool names_read_recursion(const struct answer *a, struct probe *probe);
bool names_read_mdns(const struct answer *a, struct probe *probe);
bool names_read_netbios(const struct answer *a, struct probe *probe);
bool names_read_ldap(const struct answer *a, struct probe *probe);

#endif
