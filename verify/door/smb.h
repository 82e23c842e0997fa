/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors of SMB: the newest dialect and whether messages must be signed (MS-SMB2 2.2.3, 2.2.4), and
 * whether SMB 1 is still spoken (MS-CIFS 2.2.4.52). Negotiation only, no session.
 */
#ifndef VERIFY_DOOR_SMB_H
#define VERIFY_DOOR_SMB_H

#include "verify/door/door.h"

extern const struct door smb_door;
extern const struct door smb_old;

#endif
