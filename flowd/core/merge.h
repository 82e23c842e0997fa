/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sighting adds to the row of its service.
 */
#ifndef FLOWD_CORE_MERGE_H
#define FLOWD_CORE_MERGE_H

#include "store/naming.h"
#include "store/store.h"

/* Adds it; what it says anew about the name is returned. */
enum naming_news merge_sighting(struct store_service *row, const struct sighting *sighting);

#endif
