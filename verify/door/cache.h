/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors of stores that are commanded by lines: Redis, memcached, ZooKeeper. Each is asked for its
 * own state only.
 */
#ifndef VERIFY_DOOR_CACHE_H
#define VERIFY_DOOR_CACHE_H

#include "verify/door/door.h"

extern const struct door cache_redis;	  /* INFO keyspace, as an inline command */
extern const struct door cache_memcached; /* stats, of the text protocol */
extern const struct door cache_zookeeper; /* srvr, one of the four letter words */

#endif
