/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/facts/gather.h"

#include "rules/rules.h"
#include "store/assets/assets.h"

static uint32_t cut(uint64_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static void take_probe(struct store_facts *out, const struct probe *probe)
{
	struct rules_facts said = { .now_us = 0 };

	rules_facts_add(&said, probe);
	out->noauth = said.noauth;
	out->weak_tls = said.weak_tls;
	out->selfsigned = said.selfsigned;
	out->asked = said.asked;
	out->answered = said.answered;
	out->not_after_us = said.not_after_us;
}

static void take_asset(struct store *store, const struct service *service, struct store_facts *out)
{
	struct asset asset;

	if (store_find_asset(store, service, &asset) <= 0)
		return;
	record_text_set(out->owner, sizeof(out->owner), asset.owner);
	record_text_set(out->zone, sizeof(out->zone), asset.zone);
	record_text_set(out->tags, sizeof(out->tags), asset.tags);
}

void gather_asset(const struct lifecycle *l, struct alert *alert)
{
	struct asset asset;

	if (alert->finding.event == EVENT_HEALTH ||
	    store_find_asset(l->store, &alert->finding.service, &asset) <= 0)
		return;
	record_text_set(alert->asset.name, sizeof(alert->asset.name), asset.name);
	record_text_set(alert->asset.owner, sizeof(alert->asset.owner), asset.owner);
	record_text_set(alert->asset.zone, sizeof(alert->asset.zone), asset.zone);
	record_text_set(alert->asset.tags, sizeof(alert->asset.tags), asset.tags);
}

struct store_facts gather_facts(const struct lifecycle *l, const struct finding *f,
				const struct store_service *row, const struct probe *probe)
{
	struct store_facts out = { .vlan = row->vlan, .tunnel = row->tunnel };
	struct probe latest;

	take_asset(l->store, &f->service, &out);
	if (!probe && f->verified && l->vantages.near &&
	    store_get_probe(l->store, &f->service, l->vantages.near, &latest) > 0)
		probe = &latest;
	if (probe)
		take_probe(&out, probe);
	/* A probe's question is one we know; without it, what clients were sent counts. */
	if (!out.asked) {
		out.asked = cut(row->asked);
		out.answered = cut(row->answered);
	}
	return out;
}
