/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a newborn sensor gets to know of what the store knows.
 */
#ifndef FLOWD_CORE_GREET_H
#define FLOWD_CORE_GREET_H

#include "base/ipc.h"
#include "store/store.h"

/* Sends IPC_KNOWN. Commits. 0, -errno or an error of the store. */
int greet_sensor(struct store *store, struct ipc *sensor);

#endif
