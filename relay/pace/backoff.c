/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/pace/backoff.h"

mono_t backoff_next(struct backoff *b, mono_t asked)
{
	mono_t delay = b->delay ? 2 * b->delay : BACKOFF_FIRST;

	b->delay = delay < BACKOFF_MOST ? delay : BACKOFF_MOST;
	b->dice = b->dice * 6364136223846793005ULL + 1442695040888963407ULL;
	delay = b->delay / 2 + (mono_t)((b->dice >> 33) % (uint64_t)(b->delay / 2 + 1));
	asked = asked < BACKOFF_ASKED_MOST ? asked : BACKOFF_ASKED_MOST;
	return asked > delay ? asked : delay;
}

void backoff_reset(struct backoff *b)
{
	b->delay = 0;
}
