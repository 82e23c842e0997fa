/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that are text, or little else: memcached behind its frame header, SIP (RFC 3261), SSDP
 * (UPnP 2.0), WS-Discovery, TFTP (RFC 1350), CoAP (RFC 7252), XDMCP, SQL Server's browser
 * ([MC-SQLR]), Source games, character generator (RFC 864), daytime (867), quote of the day (865),
 * time (868).
 */
#ifndef VERIFY_UDP_TEXT_H
#define VERIFY_UDP_TEXT_H

#include "verify/udp/answer.h"

bool text_read_memcached(const struct answer *a, struct probe *probe);
bool text_read_sip(const struct answer *a, struct probe *probe);
bool text_read_ssdp(const struct answer *a, struct probe *probe);
bool text_read_discovery(const struct answer *a, struct probe *probe);
bool text_read_tftp(const struct answer *a, struct probe *probe);
bool text_read_coap(const struct answer *a, struct probe *probe);
bool text_read_xdmcp(const struct answer *a, struct probe *probe);
bool text_read_sql(const struct answer *a, struct probe *probe);
bool text_read_source(const struct answer *a, struct probe *probe);
/* The small services: whatever a line of text brings. */
bool text_read_small(const struct answer *a, struct probe *probe);

#endif
