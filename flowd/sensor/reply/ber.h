/* SPDX-License-Identifier: Apache-2.0 */
/* Which way messages in ASN.1's basic encoding (X.690) go. Pure. */
#ifndef FLOWD_SENSOR_REPLY_BER_H
#define FLOWD_SENSOR_REPLY_BER_H

#include "flowd/sensor/reply/reply.h"

/* RFC 1157, RFC 3416, RFC 3412. */
bool ber_snmp(const struct reply_words *w, struct reply *out);

/* RFC 4511; over UDP as RFC 1798 and Active Directory have it. */
bool ber_ldap(const struct reply_words *w, struct reply *out);

/* RFC 4120 section 5.10. */
bool ber_kerberos(const struct reply_words *w, struct reply *out);

#endif
