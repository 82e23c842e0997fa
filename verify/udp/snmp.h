/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of SNMP agents: versions 1 (RFC 1157), 2c (RFC 1901, 3416) and 3 (RFC 3412, 3414).
 */
#ifndef VERIFY_UDP_SNMP_H
#define VERIFY_UDP_SNMP_H

#include "verify/udp/answer.h"

bool snmp_read(const struct answer *a, struct probe *probe);

#endif
