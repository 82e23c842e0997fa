/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/verdict/notice.h"

#include "flowd/core/verdict/derive.h"

int notice_probe(struct lifecycle *l, struct store_service *row, const struct probe *probe)
{
	int rc = derive_state(l->store, &l->probers, row, probe);

	if (rc < 0)
		return rc;
	row->state = (uint8_t)rc;
	return 0;
}

int notice_served(struct lifecycle *l, struct store_service *row, const struct sighting *s)
{
	int rc;

	if (!s->handshakes || row->state != STATE_CLOSED || row->evidence != EVIDENCE_FULL)
		return 0;
	rc = lifecycle_look(l, row);
	return rc < 0 ? rc : 0;
}
