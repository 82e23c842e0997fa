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
	int rc = row->state == STATE_CLOSED && s->handshakes;

	if (row->evidence != EVIDENCE_FULL)
		return 0;
	/* A verdict of milliseconds may have come before the end of the client's handshake did. */
	if (row->state == STATE_SILENT) {
		rc = derive_state(l->store, &l->probers, row, NULL);
		rc = rc < 0 ? rc : rc == STATE_RESTRICTED;
	}
	if (rc > 0)
		rc = lifecycle_look(l, row);
	return rc < 0 ? rc : 0;
}
