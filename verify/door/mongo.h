/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door of MongoDB: buildInfo, which it tells everybody, then the names of databases, which it
 * keeps for those who have said who they are, where that is asked for. Wire protocol: OP_MSG.
 */
#ifndef VERIFY_DOOR_MONGO_H
#define VERIFY_DOOR_MONGO_H

#include "verify/door/door.h"

extern const struct door mongo_door;

#endif
