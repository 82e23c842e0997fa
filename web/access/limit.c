/* SPDX-License-Identifier: Apache-2.0 */
#include "web/access/limit.h"

#define NETWORK_SIX 8 /* bytes of a /64 */

void limit_open(struct limit *l, uint64_t count, mono_t period, unsigned burst)
{
	*l = (struct limit){ .key = hash_key_new() };
	l->interval = count ? period / (mono_t)count : 0;
	l->credit = l->interval * burst;
}

bool limit_may(struct limit *l, const struct addr *client, mono_t now, bool take)
{
	size_t len = addr_is_v4(client) ? sizeof(client->b) : NETWORK_SIX, i, at = 0;
	uint64_t tag = hash_bytes(&l->key, client->b, len), set = tag % LIMIT_SETS;
	mono_t due = now;

	if (!l->interval)
		return true;
	for (i = 0; i < LIMIT_WAYS; i++) {
		if (l->rows[set][i].tag == tag)
			break;
		/* Whoever has used the least makes room. */
		if (l->rows[set][i].due < l->rows[set][at].due)
			at = i;
	}
	if (i < LIMIT_WAYS) {
		at = i;
		due = l->rows[set][i].due > now ? l->rows[set][i].due : now;
	}
	if (due - now >= l->credit)
		return false;
	if (take) {
		l->rows[set][at].tag = tag;
		l->rows[set][at].due = due + l->interval;
	}
	return true;
}
