/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/sweep_doc.h"

#include <stdio.h>
#include <stdlib.h>

static void set_time(struct doc *o, const char *key, wall_t time)
{
	if (time)
		doc_set_time(o, key, time);
	else
		doc_set_null(o, key);
}

/* Each range as prefixes, as they are written. */
static struct doc *prefixes_doc(const struct sweep *s)
{
	struct doc *list = doc_new_list();
	unsigned i;

	for (i = 0; i < s->prefix_count; i++) {
		struct prefix_range range = { s->prefixes[i].low, s->prefixes[i].high };
		struct prefix_set set = { &range, 1 };
		char *text = prefix_set_text(&set), *at = text, *end;

		for (; at && *at; at = end + (*end == ',')) {
			end = at + strcspn(at, ",");
			doc_add_text(list, at, (size_t)(end - at));
		}
		free(text);
	}
	return list;
}

/* Seconds until it ends at the rate of the whole run; 0 unknown. */
static uint64_t seconds_left(const struct sweep *s)
{
	double rate = s->rate_now ? s->rate_now : s->rate;

	if (s->state != SWEEP_RUNNING || rate <= 0)
		return 0;
	return (uint64_t)((double)(s->total - s->position) / rate) + 1;
}

struct doc *sweep_doc(const struct sweep *s)
{
	char ports[SWEEP_PORTS_TEXT_MAX], text[32];
	struct doc *o = doc_new();

	snprintf(text, sizeof(text), "%llu", (unsigned long long)s->id);
	doc_set_word(o, "id", text);
	doc_set_word(o, "state", record_sweep_state_text(s->state));
	doc_set_word(o, "origin", record_sweep_origin_text(s->origin));
	doc_set_child(o, "prefixes", prefixes_doc(s));
	doc_set_word(o, "ports", record_sweep_ports_text(s, ports));
	doc_set_number(o, "tries", s->tries);
	snprintf(text, sizeof(text), "%u/%u", s->shard, s->shards);
	doc_set_word(o, "shard", text);
	/* As text: numbers of JSON are not that long everywhere. */
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)s->seed);
	doc_set_word(o, "seed", text);
	doc_set_number(o, "rate", s->rate);
	doc_set_number(o, "rate_now", s->state == SWEEP_RUNNING ? s->rate_now : 0);
	doc_set_number(o, "position", s->position);
	doc_set_number(o, "total", s->total);
	doc_set_real(o, "percent", s->total ? (double)(s->position * 10000 / s->total) / 100 : 0);
	doc_set_known(o, "seconds_left", seconds_left(s));
	doc_set_number(o, "sent", s->sent);
	doc_set_number(o, "found", s->found);
	doc_set_number(o, "skipped", s->skipped);
	doc_set_number(o, "unreachable", s->unreachable);
	doc_set_number(o, "lost", s->lost);
	set_time(o, "made", s->made_us);
	set_time(o, "started", s->started_us);
	set_time(o, "finished", s->finished_us);
	return o;
}
