/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a service beside the finding: where its packets came from, and what probes have
 * found out.
 */
#ifndef FLOWD_CORE_FACTS_GATHER_H
#define FLOWD_CORE_FACTS_GATHER_H

#include "flowd/core/lifecycle.h"
#include "store/history/judgements.h"

/* `row` is the service's; `probe` the one that the finding is about; NULL: the latest of the near
 * vantage, if the finding rests on any. */
struct store_facts gather_facts(const struct lifecycle *l, const struct finding *finding,
				const struct store_service *row, const struct probe *probe);

/* Freezes into an alert what lists of assets say of its service's place. */
void gather_asset(const struct lifecycle *l, struct alert *alert);

#endif
