/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/sweep.h"

#include "base/err.h"
#include "base/record/kind.h"
#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>

_Static_assert(sizeof(struct sweep) == 1304, "layout");

#define TEXT_OF(id, text) [id] = text,
const char *record_sweep_state_text(unsigned state)
{
	static const char *const texts[] = { RECORD_SWEEP_STATE_LIST(TEXT_OF) };

	return state < SWEEP_STATE_END ? texts[state] : "?";
}

const char *record_sweep_origin_text(unsigned origin)
{
	static const char *const texts[] = { RECORD_SWEEP_ORIGIN_LIST(TEXT_OF) };

	return origin < SWEEP_ORIGIN_END ? texts[origin] : "?";
}

/* Addresses of a range; SWEEP_STEPS_MAX: that many or more. */
static uint64_t size_of(const struct sweep_prefix *p)
{
	uint64_t high = wire_be64_at(p->high.b), low = wire_be64_at(p->low.b);
	uint64_t least = wire_be64_at(p->low.b + 8), most = wire_be64_at(p->high.b + 8);

	if (high != low || most - least >= SWEEP_STEPS_MAX)
		return SWEEP_STEPS_MAX;
	return most - least + 1;
}

uint64_t record_sweep_hosts(const struct sweep *s)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < s->prefix_count; i++) {
		sum += size_of(&s->prefixes[i]);
		if (sum >= SWEEP_STEPS_MAX)
			return 0;
	}
	return sum;
}

uint32_t record_sweep_ports(const struct sweep *s)
{
	uint32_t sum = 0;
	unsigned i;

	for (i = 0; i < s->port_count; i++)
		sum += (uint32_t)(s->ports[i].high - s->ports[i].low) + 1;
	return sum;
}

uint64_t record_sweep_steps(const struct sweep *s)
{
	uint64_t hosts = record_sweep_hosts(s), ports = record_sweep_ports(s);

	if (!hosts || !ports || hosts > SWEEP_STEPS_MAX / ports)
		return 0;
	return (hosts * ports + s->shards - s->shard) / s->shards * s->tries;
}

/* Does b begin right behind a, or before that? */
static bool touches(const struct addr *a, const struct addr *b)
{
	struct addr next = *a;
	int i = 15;

	while (i >= 0 && !++next.b[i])
		i--;
	return i < 0 || addr_order(b, &next) <= 0;
}

int record_sweep_add_prefix(struct sweep *s, const struct sweep_prefix *prefix)
{
	struct sweep_prefix p = *prefix, kept[SWEEP_PREFIXES_MAX + 1];
	unsigned i, n = 0, at;

	/* Of those that stay none touches what p has taken in: they do not touch each other. */
	for (i = 0; i < s->prefix_count; i++) {
		const struct sweep_prefix *q = &s->prefixes[i];

		if (touches(&q->high, &p.low) && touches(&p.high, &q->low)) {
			p.low = addr_order(&q->low, &p.low) < 0 ? q->low : p.low;
			p.high = addr_order(&q->high, &p.high) > 0 ? q->high : p.high;
		} else {
			kept[n++] = *q;
		}
	}
	for (at = 0; at < n && addr_order(&kept[at].low, &p.low) < 0; at++)
		;
	memmove(kept + at + 1, kept + at, (n - at) * sizeof(kept[0]));
	kept[at] = p;
	if (++n > SWEEP_PREFIXES_MAX)
		return ERR_FULL;
	memcpy(s->prefixes, kept, n * sizeof(kept[0]));
	s->prefix_count = (uint16_t)n;
	return 0;
}

int record_sweep_add_ports(struct sweep *s, const struct sweep_ports *ports)
{
	struct sweep_ports p = *ports, kept[SWEEP_PORTS_MAX + 1];
	unsigned i, n = 0, at;

	for (i = 0; i < s->port_count; i++) {
		const struct sweep_ports *q = &s->ports[i];

		if (q->low <= (uint32_t)p.high + 1 && p.low <= (uint32_t)q->high + 1) {
			p.low = q->low < p.low ? q->low : p.low;
			p.high = q->high > p.high ? q->high : p.high;
		} else {
			kept[n++] = *q;
		}
	}
	for (at = 0; at < n && kept[at].low < p.low; at++)
		;
	memmove(kept + at + 1, kept + at, (n - at) * sizeof(kept[0]));
	kept[at] = p;
	if (++n > SWEEP_PORTS_MAX)
		return ERR_FULL;
	memcpy(s->ports, kept, n * sizeof(kept[0]));
	s->port_count = (uint16_t)n;
	return 0;
}

/* A decimal number from 1 to 65535 at `*text`, which moves past. 0, ERR_SYNTAX, ERR_RANGE. */
static int read_port(const char **text, uint16_t *out)
{
	unsigned long n = 0;
	const char *at = *text;

	while (*at >= '0' && *at <= '9' && at - *text < 6)
		n = n * 10 + (unsigned long)(*at++ - '0');
	if (at == *text)
		return ERR_SYNTAX;
	if (!n || n > 65535)
		return ERR_RANGE;
	*out = (uint16_t)n;
	*text = at;
	return 0;
}

int record_sweep_parse_ports(struct sweep *s, const char *text)
{
	struct sweep fresh = *s;
	struct sweep_ports p;
	int rc;

	do {
		text += strspn(text, " ");
		if ((rc = read_port(&text, &p.low)))
			return rc;
		p.high = p.low;
		if (*text == '-' && text++ && (rc = read_port(&text, &p.high)))
			return rc;
		if (p.high < p.low)
			return ERR_RANGE;
		if ((rc = record_sweep_add_ports(&fresh, &p)))
			return rc;
		text += strspn(text, " ");
	} while (*text == ',' && text++);
	if (*text)
		return ERR_SYNTAX;
	*s = fresh;
	return 0;
}

char *record_sweep_ports_text(const struct sweep *s, char *out)
{
	size_t at = 0;
	unsigned i;

	out[0] = 0;
	for (i = 0; i < s->port_count; i++) {
		at += (size_t)snprintf(out + at, SWEEP_PORTS_TEXT_MAX - at, "%s%u", i ? "," : "",
				       s->ports[i].low);
		if (s->ports[i].high != s->ports[i].low)
			at += (size_t)snprintf(out + at, SWEEP_PORTS_TEXT_MAX - at, "-%u",
					       s->ports[i].high);
	}
	return out;
}

/* Ranges in order that neither touch nor overlap. */
static bool is_ordered(const struct sweep *s)
{
	unsigned i;

	for (i = 0; i < s->prefix_count; i++)
		if (addr_order(&s->prefixes[i].low, &s->prefixes[i].high) > 0 ||
		    (i && touches(&s->prefixes[i - 1].high, &s->prefixes[i].low)))
			return false;
	for (i = 0; i < s->port_count; i++)
		if (!s->ports[i].low || s->ports[i].low > s->ports[i].high ||
		    (i && s->ports[i].low <= s->ports[i - 1].high))
			return false;
	return true;
}

bool record_mend_sweep(struct sweep *s, wall_t latest)
{
	if (!s->id || s->state >= SWEEP_STATE_END || s->origin >= SWEEP_ORIGIN_END ||
	    s->prefix_count > SWEEP_PREFIXES_MAX || s->port_count > SWEEP_PORTS_MAX || !s->tries ||
	    s->tries > SWEEP_TRIES_MAX || !s->shard || s->shard > s->shards ||
	    s->shards > SWEEP_SHARDS_MAX || !is_ordered(s) || !record_sweep_steps(s))
		return false;
	s->total = record_sweep_steps(s);
	s->position = s->position < s->total ? s->position : s->total;
	s->made_us = record_time_most(s->made_us, latest);
	s->started_us = record_time_most(s->started_us, latest);
	s->finished_us = record_time_most(s->finished_us, latest);
	s->time_us = record_time_most(s->time_us, latest);
	return true;
}
