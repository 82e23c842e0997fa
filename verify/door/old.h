/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors that should be shut: outdated versions of TLS. Each says a hello of that version alone and
 * hears whether the server goes along with it to the end of its own part, without a key being made.
 */
#ifndef VERIFY_DOOR_OLD_H
#define VERIFY_DOOR_OLD_H

#include "verify/door/door.h"

extern const struct door old_ssl2;  /* as Netscape published it */
extern const struct door old_ssl3;  /* RFC 6101 */
extern const struct door old_tls10; /* RFC 2246 */
/* RFC 4346; its `next` stays, unless the answer rules out whatever is older than it. */
extern const struct door old_tls11;

#endif
