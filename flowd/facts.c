/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/facts.h"

struct rules_facts facts_told(const struct store_facts *facts, wall_t now)
{
	return (struct rules_facts){ .now_us = now,
				     .vlan = facts->vlan,
				     .tunnel = facts->tunnel,
				     .noauth = facts->noauth,
				     .weak_tls = facts->weak_tls,
				     .selfsigned = facts->selfsigned,
				     .asked = facts->asked,
				     .answered = facts->answered,
				     .not_after_us = facts->not_after_us,
				     .owner = *facts->owner ? facts->owner : NULL,
				     .zone = *facts->zone ? facts->zone : NULL,
				     .tags = *facts->tags ? facts->tags : NULL };
}

struct rules_facts facts_then(const struct store_judgement *row)
{
	return facts_told(&row->facts, row->time_us);
}
