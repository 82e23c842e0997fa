/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors to a desktop: X11, VNC, RDP.
 */
#ifndef VERIFY_DOOR_SCREEN_H
#define VERIFY_DOOR_SCREEN_H

#include "verify/door/door.h"

extern const struct door screen_x11; /* connection setup without authorization */
extern const struct door screen_vnc; /* RFC 6143: its security types; none is chosen */
extern const struct door
	screen_rdp_plain; /* MS-RDPBCGR 2.2.1: is a protocol's oldest security taken, */
extern const struct door screen_rdp_tls; /* TLS without a name first, */
extern const struct door screen_rdp_nla; /* or CredSSP only? */

#endif
