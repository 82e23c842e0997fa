/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored records are little-endian");
_Static_assert(sizeof(struct service) == 24 && sizeof(struct sighting) == 288, "layout");
_Static_assert(sizeof(struct host_sighting) == 272, "layout");
_Static_assert(sizeof(struct hint) == 136, "layout");
_Static_assert(sizeof(struct job) == 200, "layout");
_Static_assert(sizeof(struct role_news) == 40, "layout");
_Static_assert(sizeof(struct finding) == 592 && sizeof(struct alert) == 5656, "layout");

#define CLOSE(field) ((field)[sizeof(field) - 1] = 0)

void record_mend_sighting(struct sighting *s, wall_t latest)
{
	s->first_us = record_time_most(s->first_us, latest);
	s->last_us = record_time_most(s->last_us, latest);
	if (s->evidence >= EVIDENCE_END)
		s->evidence = EVIDENCE_INVALID;
	if (s->ephemeral >= EPHEMERAL_END)
		s->ephemeral = EPHEMERAL_NONE;
	if (s->tunnel >= TUNNEL_END)
		s->tunnel = TUNNEL_NONE;
	s->reflects = s->reflects != 0;
	if (s->named >= NAMED_END)
		s->named = NAMED_NONE;
	CLOSE(s->app);
	CLOSE(s->app_guess);
}

void record_mend_host(struct host_sighting *h, wall_t latest)
{
	h->first_us = record_time_most(h->first_us, latest);
	h->last_us = record_time_most(h->last_us, latest);
	if (h->evidence >= EVIDENCE_END)
		h->evidence = EVIDENCE_INVALID;
	CLOSE(h->options);
}

void record_mend_hint(struct hint *h, wall_t latest)
{
	h->time_us = record_time_most(h->time_us, latest);
	if (h->kind >= HINT_END)
		h->kind = HINT_NONE;
	CLOSE(h->text);
	/* What follows the text would make the same text another one. */
	memset(h->text + strlen(h->text), 0, sizeof(h->text) - strlen(h->text));
}

void record_mend_tally(struct tally *t, wall_t latest)
{
	t->time_us = record_time_most(t->time_us, latest);
	t->packet_us = record_time_most(t->packet_us, latest);
	CLOSE(t->source);
}

void record_count_unknown(struct tally *tally, enum unknown_kind kind, uint16_t number,
			  uint64_t packets)
{
	struct tally_unknown *u = tally->unknown, *end = u + TALLY_UNKNOWNS;

	while (u < end && u->kind && (u->kind != kind || u->number != number))
		u++;
	if (u == end) {
		tally->unknown_rest += packets;
		return;
	}
	u->kind = (uint8_t)kind;
	u->number = number;
	u->packets += packets;
}

const char *record_unknown_text(unsigned unknown)
{
#define TEXT_OF(id, text) [id] = text,
	static const char *const texts[] = { RECORD_UNKNOWN_LIST(TEXT_OF) };
#undef TEXT_OF

	return unknown < UNKNOWN_END ? texts[unknown] : "?";
}
