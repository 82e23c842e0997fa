/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/datagram/silence.h"

#define FRESH (3600 * MONO_SECOND) /* what was seen so shortly before the job still counts */

enum state silence_state(const struct store_service *row, const struct job *job,
			 const struct probe *probe)
{
	bool seen = row->evidence >= EVIDENCE_ANSWERED && row->handshakes &&
		    row->last_us >= job->made_us - FRESH;

	if (row->service.proto == PROTO_UDP && probe->state == STATE_SILENT && seen)
		return row->state == STATE_OPEN ? STATE_OPEN : STATE_CANDIDATE;
	return (enum state)probe->state;
}
