/* SPDX-License-Identifier: Apache-2.0 */
#include "store/probing/audit.h"

#include "store/inside.h"
#include "store/key.h"

#include <stdlib.h>

_Static_assert(sizeof(struct audit_row) == 120, "layout");

const char *audit_kind_text(unsigned kind)
{
#define TEXT_OF(id, text) [id] = text,
	static const char *const texts[] = { AUDIT_KIND_LIST(TEXT_OF) };
#undef TEXT_OF

	return kind < AUDIT_KIND_END ? texts[kind] : "?";
}

void store_put_audit(struct store *s, struct audit_row *row)
{
	uint8_t key[KEY_NUMBERED];

	if (s->memory)
		return;
	if (!row->number)
		row->number = ++s->numbers.audit;
	if (!row->time_us)
		row->time_us = mono_wall();
	key_numbered(row->time_us, row->number, key);
	rocks_put(s->rocks, ROCKS_AUDIT, KEY(key), row, sizeof(*row));
}

void audit_probe(struct store *s, const struct store_job *job, const struct probe *p)
{
	struct audit_row row = { .kind = AUDIT_PROBE,
				 .started_us = p->started_us,
				 .finished_us = p->finished_us,
				 .job = p->job,
				 .service = p->service,
				 .from = p->from,
				 .syns = p->sent_syns,
				 .dials = p->sent_dials,
				 .datagrams = p->sent_datagrams,
				 .state = p->state,
				 .reason = p->reason,
				 .given_up = p->given_up };

	if (!row.syns && !row.dials && !row.datagrams)
		return;
	if (job) {
		row.asker = job->job.asker;
		row.event = job->job.event;
	}
	memcpy(row.vantage, p->vantage, sizeof(row.vantage));
	store_put_audit(s, &row);
}

void audit_lost(struct store *s, const struct store_job *job)
{
	struct audit_row row = { .kind = AUDIT_LOST,
				 .started_us = job->sent_us,
				 .job = job->job.id,
				 .service = job->job.service,
				 .asker = job->job.asker,
				 .event = job->job.event };

	store_put_audit(s, &row);
}

ROW_CALLER(audit, audit_row, audit_fn)

int store_walk_audit(struct store *s, uint64_t before, audit_fn fn, void *arg)
{
	const struct row_walk w = { .row_size = sizeof(struct audit_row),
				    .before = before,
				    .call = call_audit,
				    .fn = &fn,
				    .arg = arg };

	return row_walk(&w, rocks_cursor_new_last(s->rocks, ROCKS_AUDIT));
}
