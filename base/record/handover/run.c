/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/handover/run.h"

#include "base/record.h"

static const char *const texts[] = {
#define TEXT_OF(id, text) [id] = text,
	RECORD_RUN_LIST(TEXT_OF)
#undef TEXT_OF
};

const char *record_run_text(unsigned state)
{
	return state < RUN_END ? texts[state] : "?";
}

bool record_mend_run(struct tool_run *r, wall_t latest)
{
	r->tool[sizeof(r->tool) - 1] = r->by[sizeof(r->by) - 1] = r->reason[sizeof(r->reason) - 1] =
		r->ticket[sizeof(r->ticket) - 1] = r->link[sizeof(r->link) - 1] =
			r->words[sizeof(r->words) - 1] = '\0';
	r->made_us = record_time_most(r->made_us, latest);
	r->started_us = record_time_most(r->started_us, latest);
	r->finished_us = record_time_most(r->finished_us, latest);
	if (r->words_len > sizeof(r->words))
		r->words_len = sizeof(r->words);
	return r->id && r->state && r->state < RUN_END && *r->tool && r->output <= RUN_OUTPUT_MOST;
}
