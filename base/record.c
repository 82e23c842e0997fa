/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record.h"

#include "base/err.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored records are little-endian");
_Static_assert(sizeof(struct service) == 24 && sizeof(struct sighting) == 288, "layout");
_Static_assert(sizeof(struct host_sighting) == 272, "layout");
_Static_assert(sizeof(struct hint) == 136, "layout");
_Static_assert(sizeof(struct job) == 104 && sizeof(struct probe) == 1248, "layout");
_Static_assert(sizeof(struct role_news) == 40, "layout");
_Static_assert(sizeof(struct finding) == 288 && sizeof(struct alert) == 1768, "layout");

#define TEXT_OF(id, text, ...) [id] = text,
static const char *const evidence_text[] = { RECORD_EVIDENCE_LIST(TEXT_OF) };
static const char *const state_text[] = { RECORD_STATE_LIST(TEXT_OF) };
static const char *const event_text[] = { RECORD_EVENT_LIST(TEXT_OF) };
static const char *const reason_text[] = { RECORD_REASON_LIST(TEXT_OF) };
static const char *const level_text[] = { RECORD_LEVEL_LIST(TEXT_OF) };
static const char *const ephemeral_text[] = { RECORD_EPHEMERAL_LIST(TEXT_OF) };
static const char *const tunnel_text[] = { RECORD_TUNNEL_LIST(TEXT_OF) };
static const char *const named_text[] = { RECORD_NAMED_LIST(TEXT_OF) };
static const char *const unknown_text[] = { RECORD_UNKNOWN_LIST(TEXT_OF) };
static const char *const trouble_text[] = { RECORD_TROUBLE_LIST(TEXT_OF) };
static const char *const hint_text[] = { RECORD_HINT_LIST(TEXT_OF) };
static const char *const proto_text[] = { RECORD_PROTO_LIST(TEXT_OF) };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *pick(const char *const *table, size_t count, unsigned i)
{
	return i < count && table[i] ? table[i] : "?";
}

static int find(const char *const *table, size_t count, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i] && strlen(table[i]) == len && !memcmp(table[i], text, len))
			return (int)i;
	return ERR_UNKNOWN;
}

#define TEXT_FUNCTION(name)                                         \
	const char *record_##name##_text(unsigned name)             \
	{                                                           \
		return pick(name##_text, COUNT(name##_text), name); \
	}
#define PARSE_FUNCTION(name)                                             \
	int record_##name##_parse(const char *text, size_t len)          \
	{                                                                \
		return find(name##_text, COUNT(name##_text), text, len); \
	}

TEXT_FUNCTION(proto)
TEXT_FUNCTION(evidence)
TEXT_FUNCTION(state)
TEXT_FUNCTION(event)
TEXT_FUNCTION(reason)
TEXT_FUNCTION(level)
TEXT_FUNCTION(ephemeral)
TEXT_FUNCTION(tunnel)
TEXT_FUNCTION(named)
TEXT_FUNCTION(unknown)
TEXT_FUNCTION(trouble)
TEXT_FUNCTION(hint)
PARSE_FUNCTION(proto)
PARSE_FUNCTION(evidence)
PARSE_FUNCTION(state)
PARSE_FUNCTION(event)
PARSE_FUNCTION(level)

#define EARLIEST (-INT64_MAX / 4)
#define CLOSE(field) ((field)[sizeof(field) - 1] = 0)

/* Far enough from the ends that no difference overflows. */
static wall_t at_most(wall_t time, wall_t latest)
{
	time = time > EARLIEST ? time : EARLIEST;
	return time < latest ? time : latest;
}

void record_mend_sighting(struct sighting *s, wall_t latest)
{
	s->first_us = at_most(s->first_us, latest);
	s->last_us = at_most(s->last_us, latest);
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

void record_mend_probe(struct probe *p, wall_t latest)
{
	p->started_us = at_most(p->started_us, latest);
	p->finished_us = at_most(p->finished_us, latest);
	if (p->state >= STATE_END)
		p->state = STATE_CANDIDATE;
	if (p->banner_len > sizeof(p->banner))
		p->banner_len = sizeof(p->banner);
	CLOSE(p->vantage);
	CLOSE(p->app);
	CLOSE(p->product);
	CLOSE(p->version);
	CLOSE(p->tls);
	CLOSE(p->subject);
	CLOSE(p->issuer);
	CLOSE(p->san);
}

void record_mend_host(struct host_sighting *h, wall_t latest)
{
	h->first_us = at_most(h->first_us, latest);
	h->last_us = at_most(h->last_us, latest);
	if (h->evidence >= EVIDENCE_END)
		h->evidence = EVIDENCE_INVALID;
	CLOSE(h->options);
}

void record_mend_hint(struct hint *h, wall_t latest)
{
	h->time_us = at_most(h->time_us, latest);
	if (h->kind >= HINT_END)
		h->kind = HINT_NONE;
	CLOSE(h->text);
	/* What follows the text would make the same text another one. */
	memset(h->text + strlen(h->text), 0, sizeof(h->text) - strlen(h->text));
}

void record_mend_tally(struct tally *t, wall_t latest)
{
	t->time_us = at_most(t->time_us, latest);
	t->packet_us = at_most(t->packet_us, latest);
	CLOSE(t->source);
}

void record_text_set(char *field, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memset(field, 0, size);
	memcpy(field, text, len);
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
