/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of what runs machines: NTP (RFC 5905; modes 6 and 7 as ntpd
 * speaks them, RFC 9327), IPMI (RMCP, IPMI 2.0 section 13), ONC RPC (RFC 5531, 1833), BACnet
 * (ASHRAE 135), Ubiquiti's discovery, NAT-PMP (RFC 6886).
 */
#ifndef VERIFY_UDP_MANAGE_H
#define VERIFY_UDP_MANAGE_H

#include "verify/udp/answer.h"

bool manage_read_ntp(const struct answer *a, struct probe *probe);
bool manage_read_ntp_variables(const struct answer *a, struct probe *probe);
bool manage_read_ntp_monlist(const struct answer *a, struct probe *probe);
bool manage_read_ipmi(const struct answer *a, struct probe *probe);
bool manage_read_rpcbind(const struct answer *a, struct probe *probe);
bool manage_read_nfs(const struct answer *a, struct probe *probe);
bool manage_read_bacnet(const struct answer *a, struct probe *probe);
bool manage_read_ubiquiti(const struct answer *a, struct probe *probe);
bool manage_read_nat_pmp(const struct answer *a, struct probe *probe);

#endif
