/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/layer.h"

bool layer_enter(struct decode *d)
{
	if (d->depth == LAYER_DEPTH_MAX)
		return false;
	d->depth++;
	return true;
}

bool layer_tunnel(struct decode *d, struct packet *p, enum tunnel kind, uint32_t id)
{
	d->tally->tunnelled += !p->tunnel;
	p->tunnel = (uint8_t)kind;
	p->tunnel_id = id;
	return layer_enter(d);
}

enum decode_result layer_unknown(struct decode *d, enum unknown_kind kind, uint16_t number)
{
	record_count_unknown(d->tally, kind, number, 1);
	return DECODE_OTHER;
}
