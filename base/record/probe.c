/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/probe.h"

#include "base/addr.h"

_Static_assert(sizeof(struct probe_certificate) == 368, "layout");
_Static_assert(sizeof(struct probe) == 3568, "layout");

#define FACT_HEAD 2 /* kind, length of the text */
#define CLOSE(field) ((field)[sizeof(field) - 1] = 0)

const char *record_fact_text(unsigned fact)
{
#define TEXT_OF(id, text, about) [id] = text,
	static const char *const texts[] = { RECORD_FACT_LIST(TEXT_OF) };
#undef TEXT_OF

	return fact < FACT_END ? texts[fact] : "?";
}

bool probe_add_fact(struct probe *p, enum fact kind, const char *text)
{
	struct probe_fact said, known;
	uint8_t *out = p->facts + p->facts_len;
	size_t len = strnlen(text, sizeof(said.text) - 1), at = 0, i;

	for (i = 0; i < len; i++)
		said.text[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
	said.text[len] = 0;
	while (probe_next_fact(p, &at, &known))
		if (known.kind == kind && !strcmp(known.text, said.text))
			return true;
	if (p->facts_len + FACT_HEAD + len > sizeof(p->facts))
		return false;
	out[0] = (uint8_t)kind;
	out[1] = (uint8_t)len;
	memcpy(out + FACT_HEAD, said.text, len);
	p->facts_len = (uint16_t)(p->facts_len + FACT_HEAD + len);
	return true;
}

bool probe_next_fact(const struct probe *p, size_t *at, struct probe_fact *out)
{
	size_t len;

	if (*at + FACT_HEAD > p->facts_len)
		return false;
	len = p->facts[*at + 1];
	if (*at + FACT_HEAD + len > p->facts_len)
		return false;
	out->kind = p->facts[*at];
	memcpy(out->text, p->facts + *at + FACT_HEAD, len);
	out->text[len] = 0;
	*at += FACT_HEAD + len;
	return true;
}

/* Keeps what is well-formed: whole facts of known kinds, in printable ASCII. */
static void mend_facts(struct probe *p)
{
	struct probe was = { .facts_len = p->facts_len };
	struct probe_fact fact;
	size_t at = 0;

	if (was.facts_len > sizeof(was.facts))
		was.facts_len = sizeof(was.facts);
	memcpy(was.facts, p->facts, was.facts_len);
	memset(p->facts, 0, sizeof(p->facts));
	p->facts_len = 0;
	while (probe_next_fact(&was, &at, &fact))
		if (fact.kind > FACT_NONE && fact.kind < FACT_END)
			probe_add_fact(p, fact.kind, fact.text);
}

static void mend_certificate(struct probe_certificate *c)
{
	/* A validity may end in the year 9999, and further off makes no sense. */
	static const wall_t most = 253402300800 * MONO_SECOND;

	c->not_before_us = record_time_most(c->not_before_us, most);
	c->not_after_us = record_time_most(c->not_after_us, most);
	CLOSE(c->subject);
	CLOSE(c->issuer);
	CLOSE(c->key);
	CLOSE(c->signature);
	c->self_signed = c->self_signed != 0;
}

void record_mend_probe(struct probe *p, wall_t latest)
{
	size_t i;

	p->started_us = record_time_most(p->started_us, latest);
	p->finished_us = record_time_most(p->finished_us, latest);
	if (p->state >= STATE_END)
		p->state = STATE_CANDIDATE;
	p->given_up = p->given_up != 0;
	p->partial = p->partial != 0;
	if (p->banner_len > sizeof(p->banner))
		p->banner_len = sizeof(p->banner);
	CLOSE(p->vantage);
	CLOSE(p->app);
	CLOSE(p->product);
	CLOSE(p->version);
	CLOSE(p->tls);
	CLOSE(p->cipher);
	CLOSE(p->alpn);
	CLOSE(p->san);
	for (i = 0; i < PROBE_CERTIFICATES_MAX; i++)
		mend_certificate(&p->certificates[i]);
	mend_facts(p);
}
