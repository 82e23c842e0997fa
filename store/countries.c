/* SPDX-License-Identifier: Apache-2.0 */
#include "store/countries.h"

#include "store/report/report.h"

#include <stdlib.h>

static bool is_same(const char *a, const char *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

static uint32_t plus(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void countries_top_add(struct countries_top *top, const char *country, uint32_t handshakes)
{
	const char code[2] = { country[0], *country ? country[1] : 0 };
	size_t i, place = 0;

	if (!handshakes)
		return;
	for (i = 0; i < COUNTRIES_TOP; i++) {
		if (top->counts[i] && is_same(top->countries[i], code)) {
			top->counts[i] = plus(top->counts[i], handshakes);
			return;
		}
		if (top->counts[i] < top->counts[place])
			place = i;
	}
	/* Takes the place of the rarest, whose handshakes may have been its own. */
	top->excesses[place] = top->counts[place];
	top->counts[place] = plus(top->counts[place], handshakes);
	memcpy(top->countries[place], code, sizeof(code));
}

static int share_order(const void *a, const void *b)
{
	const struct countries_share *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return memcmp(x->country, y->country, sizeof(x->country));
}

size_t countries_top_list(const struct countries_top *top, struct countries_share *out)
{
	size_t i, count = 0;

	for (i = 0; i < COUNTRIES_TOP; i++) {
		if (!top->counts[i])
			continue;
		out[count] = (struct countries_share){ .count = top->counts[i],
						       .excess = top->excesses[i] };
		memcpy(out[count++].country, top->countries[i], sizeof(top->countries[i]));
	}
	qsort(out, count, sizeof(*out), share_order);
	return count;
}

void countries_add(struct countries *all, const char *country, uint32_t handshakes, wall_t time)
{
	const char code[2] = { country[0], *country ? country[1] : 0 };
	struct countries_row *row = all->rows, *end = row + all->count;

	if (!handshakes)
		return;
	while (row < end && !is_same(row->country, code))
		row++;
	if (row == end) {
		if (all->count == COUNTRIES_MAX) {
			all->others += handshakes;
			return;
		}
		all->count++;
		memcpy(row->country, code, sizeof(code));
	}
	row->handshakes += handshakes;
	if (time > row->last_us)
		row->last_us = time;
}

static int row_order(const void *a, const void *b)
{
	const struct countries_row *x = a, *y = b;

	if (x->handshakes != y->handshakes)
		return x->handshakes < y->handshakes ? 1 : -1;
	return memcmp(x->country, y->country, sizeof(x->country));
}

void countries_sort(struct countries *all)
{
	qsort(all->rows, all->count, sizeof(*all->rows), row_order);
}

static struct report *source_report(const struct countries_source *source)
{
	struct report *o = report_new();

	report_set_text(o, "path", source->path);
	report_set_text(o, "type", source->type);
	report_set_text(o, "description", source->description);
	report_set_time(o, "built", source->built_us);
	report_set_time(o, "read", source->read_us);
	report_set_bool(o, "country", source->has_country);
	report_set_bool(o, "as", source->has_as);
	report_set_text(o, "trouble", source->trouble);
	return o;
}

static struct report *row_report(const struct countries_row *row)
{
	char country[RECORD_COUNTRY_MAX] = "";
	struct report *o = report_new();

	memcpy(country, row->country, sizeof(row->country));
	report_set_text(o, "country", country);
	report_set_number(o, "handshakes", row->handshakes);
	report_set_time(o, "last_seen", row->last_us);
	return o;
}

void countries_report(const struct countries *all, struct report *report)
{
	struct countries sorted = *all;
	uint32_t i;

	countries_sort(&sorted);
	report_list(report, "sources");
	for (i = 0; i < sorted.source_count; i++)
		report_add(report, "sources", source_report(&sorted.sources[i]));
	report_list(report, "countries");
	for (i = 0; i < sorted.count; i++)
		report_add(report, "countries", row_report(&sorted.rows[i]));
	report_set_number(report, "others", sorted.others);
}
