/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/decode.h"

#include "flowd/sensor/decode/fragment.h"
#include "flowd/sensor/decode/layer.h"
#include "flowd/sensor/decode/medium.h"
#include "flowd/sensor/decode/wlan.h"

#include <stdlib.h>

struct decode *decode_new(struct tally *tally, size_t fragment_bytes, const struct hash_key *key,
			  bool report_tunnels)
{
	struct decode *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->tally = tally;
	d->report_tunnels = report_tunnels;
	d->fragments = fragment_table_new(fragment_bytes, key, tally);
	if (!d->fragments) {
		decode_free(d);
		return NULL;
	}
	return d;
}

void decode_free(struct decode *d)
{
	if (!d)
		return;
	fragment_table_free(d->fragments);
	free(d);
}

bool decode_knows(int link)
{
	return medium_is_known(link);
}

/* Counts why there is no packet. */
static enum decode_result count(struct decode *d, enum decode_result result)
{
	switch (result) {
	case DECODE_OK:
	case DECODE_FRAGMENT:
		break;
	case DECODE_OTHER:
		d->tally->undecoded++;
		break;
	case DECODE_SHORT:
	case DECODE_MALFORMED:
		d->tally->malformed++;
		break;
	case DECODE_DEEP:
		d->tally->too_deep++;
		break;
	}
	return result;
}

enum decode_result decode_frame(struct decode *d, int link, const uint8_t *bytes, size_t len,
				struct packet *out)
{
	struct wire w = wire_open(bytes, len);
	enum decode_result result;

	if (__builtin_expect(d->holding, 0)) {
		fragment_release(d->fragments);
		d->holding = false;
	}
	d->depth = 0;
	d->end_count = 0;
	d->rest.at = d->rest.end;
	out->vlan = 0;
	out->tunnel = TUNNEL_NONE;
	out->tunnel_id = 0;
	result = medium_take(d, &w, link, out);
	return __builtin_expect(result == DECODE_OK, 1) ? result : count(d, result);
}

bool decode_has_more(const struct decode *d)
{
	return d->end_count || d->rest.at != d->rest.end;
}

enum decode_result decode_more(struct decode *d, struct packet *out)
{
	if (d->end_count) {
		*out = d->ends[--d->end_count];
		return DECODE_OK;
	}
	return count(d, wlan_take_rest(d, out));
}
