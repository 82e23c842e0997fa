/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/casework.h"

#include "store/book/cases.h"
#include "store/book/trail.h"

#include <stdio.h>

#define BACK_MOST 16 /* cases of a service that are looked at */

static void say(struct lifecycle *l, struct store_case *row, struct triage *entry)
{
	entry->time_us = entry->time_us ? entry->time_us : l->now;
	memcpy(entry->assignee, row->assignee, sizeof(entry->assignee));
	entry->status = row->status;
	if (row->entries < CASES_ENTRIES_MAX)
		store_put_triage(l->store, row, entry);
	l->act(l->arg, &(struct lifecycle_act){ .triage = entry });
}

/* What the alert says, as a number; who asked and when does not count. */
static uint64_t print_of(const struct lifecycle *l, const struct alert *a)
{
	const struct hash_key key = store_peer_key(l->store);
	const struct finding *f = &a->finding;
	struct {
		uint8_t event, state, what, level, exposure, pad[3];
		char app[RECORD_APP_MAX], product[sizeof(f->product)], version[sizeof(f->version)];
		char after[RECORD_CHANGE_MAX], rule[ALERT_RULE_MAX];
	} said = { f->event, f->state, f->what, a->level, f->exposure, { 0 }, "", "", "", "", "" };

	memcpy(said.app, f->app, sizeof(said.app));
	memcpy(said.product, f->product, sizeof(said.product));
	memcpy(said.version, f->version, sizeof(said.version));
	memcpy(said.after, f->after, sizeof(said.after));
	memcpy(said.rule, a->rule, sizeof(said.rule));
	return hash_bytes(&key, &said, sizeof(said));
}

static bool is_repetition(const struct lifecycle *l, const struct store_case *row, uint64_t print)
{
	if (row->print != print)
		return false;
	if (row->status == TRIAGE_FALSE_POSITIVE)
		return true;
	return row->status != TRIAGE_RESOLVED && l->alert_repeat &&
	       l->now - row->last_us < l->alert_repeat;
}

/* A window that began with the first of them: who repeats himself for ever is heard again. */
static void count(struct lifecycle *l, struct store_case *row)
{
	row->repeats++;
	if (row->status == TRIAGE_FALSE_POSITIVE)
		row->last_us = l->now;
	store_put_case(l->store, row, false);
}

bool casework_admits(struct lifecycle *l, struct alert *alert)
{
	uint64_t print = print_of(l, alert);
	struct store_case row, closed = { .alert = 0 };
	int i, rc = store_get_case_of(l->store, &alert->finding.service, &row);

	/* The health of a capture is about no service. */
	if (alert->finding.event == EVENT_HEALTH)
		return true;
	for (i = 0; rc > 0 && i < BACK_MOST; i++) {
		if (is_repetition(l, &row, print)) {
			count(l, &row);
			return false;
		}
		if (!closed.alert && triage_is_closed(row.status))
			closed = row;
		rc = row.previous ? store_get_case(l->store, row.previous, &row) : 0;
	}
	alert->reopens = closed.alert;
	return true;
}

static void reopen(struct lifecycle *l, const struct alert *alert)
{
	struct triage entry = { .other = alert->number };
	struct store_case old;

	if (!alert->reopens || store_get_case(l->store, alert->reopens, &old) <= 0)
		return;
	entry.was = old.status;
	old.status = *old.assignee ? TRIAGE_ASSIGNED : TRIAGE_NEW;
	old.reopened_by = alert->number;
	say(l, &old, &entry);
	store_put_case(l->store, &old, false);
}

void casework_begin(struct lifecycle *l, const struct alert *alert)
{
	struct store_case row = { .alert = alert->number,
				  .alert_us = alert->time_us,
				  .service = alert->finding.service,
				  .print = print_of(l, alert),
				  .last_us = alert->time_us,
				  .reopens = alert->reopens,
				  .status = TRIAGE_NEW };
	bool service = alert->finding.event != EVENT_HEALTH;
	struct store_case before;

	if (service && store_get_case_of(l->store, &row.service, &before) > 0)
		row.previous = before.alert;
	reopen(l, alert);
	store_put_case(l->store, &row, service);
}

static void note(struct lifecycle *l, const struct triage *done)
{
	struct trail_row row = { .time_us = done->time_us };

	memcpy(row.by, done->by, sizeof(row.by));
	snprintf(row.about, sizeof(row.about), "alert %llu", (unsigned long long)done->alert);
	if (done->was != done->status)
		snprintf(row.what, sizeof(row.what), "alert %s", record_triage_text(done->status));
	else
		record_text_set(row.what, sizeof(row.what),
				done->assigns ? "alert assigned" : "alert commented");
	if (*done->assignee && done->assigns)
		snprintf(row.detail, sizeof(row.detail), "to %s", done->assignee);
	store_put_trail(l->store, &row);
}

int casework_order(struct lifecycle *l, const struct triage *order, wall_t latest)
{
	struct triage entry = *order;
	struct store_case row;
	int rc;

	if (!record_mend_triage(&entry, latest))
		return 1;
	rc = store_get_case(l->store, entry.alert, &row);
	/* It may have left while the order was on its way; so may the room for another entry. */
	if (rc <= 0 || row.entries >= CASES_ENTRIES_MAX)
		return rc < 0 ? rc : 0;
	entry.was = row.status;
	if (entry.assigns) {
		memcpy(row.assignee, entry.assignee, sizeof(row.assignee));
		if (!entry.status && !triage_is_closed(row.status))
			entry.status = *row.assignee ? TRIAGE_ASSIGNED : TRIAGE_NEW;
	}
	if (entry.status)
		row.status = entry.status;
	say(l, &row, &entry);
	store_put_case(l->store, &row, false);
	note(l, &entry);
	return 0;
}
