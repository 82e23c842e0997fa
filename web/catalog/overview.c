/* SPDX-License-Identifier: Apache-2.0 */
#include "web/catalog/overview.h"

#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>

#define TOP 20
#define HOURS 48
#define DAYS 30
#define HOUR 3600
#define DAY 86400

struct counts {
	uint32_t states[STATE_END], levels[LEVEL_END], exposures[EXPOSURE_END];
	uint32_t apps[CATALOG_APPS], ports[65536];
	uint32_t hours[HOURS], days[DAYS];
	uint32_t answering, fresh; /* fresh: first seen in the last 24 hours */
};

static bool is_answering(unsigned state)
{
	return state == STATE_OPEN || state == STATE_RESTRICTED || state == STATE_REFUSES;
}

static void count_row(struct counts *c, const struct catalog_row *r, uint32_t now_s)
{
	uint32_t ago = r->first_s < now_s ? now_s - r->first_s : 0;

	if (r->state < STATE_END)
		c->states[r->state]++;
	if (r->state == STATE_EPHEMERAL)
		return;
	c->fresh += ago < DAY;
	if (ago / HOUR < HOURS)
		c->hours[HOURS - 1 - ago / HOUR]++;
	if (ago / DAY < DAYS)
		c->days[DAYS - 1 - ago / DAY]++;
	if (!is_answering(r->state))
		return;
	c->answering++;
	c->levels[r->level < LEVEL_END ? r->level : LEVEL_NONE]++;
	c->exposures[r->exposure < EXPOSURE_END ? r->exposure : EXPOSURE_NONE]++;
	c->apps[r->app]++;
	c->ports[r->service.port]++;
}

/* The most frequent ones of `count` numbers, which are taken out. */
static void add_top(struct report *r, const char *key, uint32_t *numbers, unsigned count,
		    const struct catalog *names)
{
	struct report *row;
	unsigned i, j, best;

	report_list(r, key);
	for (i = 0; i < TOP; i++) {
		for (best = j = 0; j < count; j++)
			if (numbers[j] > numbers[best])
				best = j;
		if (!numbers[best])
			return;
		row = report_new();
		if (names)
			report_set_text(row, "app", catalog_app(names, best));
		else
			report_set_number(row, "port", best);
		report_set_number(row, "services", numbers[best]);
		report_add(r, key, row);
		numbers[best] = 0;
	}
}

typedef const char *(*word_fn)(unsigned word);

static void set_words(struct report *r, const char *key, const uint32_t *numbers, unsigned count,
		      word_fn word)
{
	struct report *o = report_new();
	unsigned i;

	for (i = 0; i < count; i++)
		report_set_number(o, word(i), numbers[i]);
	report_set(r, key, o);
}

static void set_series(struct report *r, const char *key, const uint32_t *numbers, unsigned count)
{
	unsigned i;

	report_list(r, key);
	for (i = 0; i < count; i++)
		report_add_number(r, key, numbers[i]);
}

/* To be freed; NULL when memory is short. */
static struct counts *count_all(const struct catalog_view *v, wall_t now)
{
	struct counts *c = calloc(1, sizeof(*c));
	uint32_t i;

	for (i = 0; c && i < v->count; i++)
		count_row(c, &v->rows[i], (uint32_t)(now / MONO_SECOND));
	return c;
}

static void put_words(FILE *out, const char *name, const uint32_t *numbers, unsigned count,
		      word_fn word)
{
	unsigned i;

	for (i = 0; i < count; i++)
		fprintf(out, "flowd_%s=\"%s\"} %u\n", name, word(i), numbers[i]);
}

char *overview_metrics(struct catalog *catalog)
{
	struct catalog_view v = catalog_look(catalog);
	struct counts *c = count_all(&v, 0);
	char *text = NULL;
	size_t len;
	FILE *out = c ? open_memstream(&text, &len) : NULL;

	if (!out) {
		free(c);
		return NULL;
	}
	fprintf(out, "# HELP flowd_services services in each state\n"
		     "# TYPE flowd_services gauge\n");
	put_words(out, "services{state", c->states, STATE_END, record_state_text);
	fprintf(out,
		"# HELP flowd_services_answering services that are open, restricted or refuse, "
		"by the level the rules would give them if they were new\n"
		"# TYPE flowd_services_answering gauge\n");
	put_words(out, "services_answering{level", c->levels, LEVEL_END, record_level_text);
	free(c);
	return fclose(out) ? NULL : text;
}

struct report *overview_report(struct catalog *catalog, wall_t now)
{
	struct catalog_view v = catalog_look(catalog);
	struct counts *c = count_all(&v, now);
	struct report *r;

	if (!c)
		return NULL;
	r = report_new();
	report_set_time(r, "time", now);
	report_set_bool(r, "complete", catalog_is_ready(catalog));
	report_set_number(r, "services", v.count);
	report_set_number(r, "answering", c->answering);
	report_set_number(r, "new_today", c->fresh);
	set_words(r, "states", c->states, STATE_END, record_state_text);
	set_words(r, "levels", c->levels, LEVEL_END, record_level_text);
	set_words(r, "exposures", c->exposures, EXPOSURE_END, record_exposure_text);
	add_top(r, "apps", c->apps, CATALOG_APPS, catalog);
	add_top(r, "ports", c->ports, 65536, NULL);
	set_series(r, "new_by_hour", c->hours, HOURS);
	set_series(r, "new_by_day", c->days, DAYS);
	free(c);
	return r;
}
