/* SPDX-License-Identifier: Apache-2.0 */
/*
 * News of network interfaces from the kernel (rtnetlink(7)).
 */
#ifndef FLOWD_SENSOR_LINK_H
#define FLOWD_SENSOR_LINK_H

#include <stdbool.h>

/* A socket to wait on, the caller's to close; -1 and errno. */
int link_open(void);

/* Is this interface of interest? */
typedef bool (*link_fn)(void *arg, const char *name);

/* Takes the news that wait. True: an interface of interest is up. */
bool link_take(int fd, link_fn fn, void *arg);

#endif
