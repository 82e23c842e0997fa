/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How TLS begins inside a protocol: SMTP (RFC 3207), IMAP (RFC 3501), POP3 (RFC 2595), FTP (RFC
 * 4217), NNTP (RFC 4642), LDAP (RFC 4511), PostgreSQL, MySQL, XMPP (RFC 6120).
 */
#ifndef VERIFY_DOOR_STARTTLS_H
#define VERIFY_DOOR_STARTTLS_H

#include "verify/door/door.h"

/* By the application's name; NULL: none. */
const struct door *starttls_door(const char *app);

#endif
