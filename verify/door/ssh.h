/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door of SSH: what it offers (KEXINIT), and its host key, which it shows in the middle of a
 * key exchange that we do not finish (RFC 4253 sections 7 and 8, RFC 5656, RFC 8731).
 */
#ifndef VERIFY_DOOR_SSH_H
#define VERIFY_DOOR_SSH_H

#include "verify/door/door.h"

extern const struct door ssh_door;

#endif
