/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has ordered what, into the trail: orders that do not say so themselves.
 */
#ifndef FLOWD_CORE_WISH_NOTING_H
#define FLOWD_CORE_WISH_NOTING_H

#include "base/ipc.h"
#include "store/store.h"

/* The order was taken; what is no order of a person is left out. */
void noting_put(struct store *store, const struct orderer *who, const struct ipc_message *order);

#endif
