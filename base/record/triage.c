/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/triage.h"

#include "base/err.h"
#include "base/record/kind.h"

static const char *const texts[] = {
#define TEXT_OF(id, text) [id] = text,
	RECORD_TRIAGE_LIST(TEXT_OF)
#undef TEXT_OF
};

const char *record_triage_text(unsigned status)
{
	return status < TRIAGE_END ? texts[status] : "?";
}

int record_triage_parse(const char *text, size_t len)
{
	int i;

	for (i = TRIAGE_NEW; i < TRIAGE_END; i++)
		if (strlen(texts[i]) == len && !memcmp(texts[i], text, len))
			return i;
	return ERR_UNKNOWN;
}

bool record_mend_triage(struct triage *o, wall_t latest)
{
	o->by[sizeof(o->by) - 1] = o->assignee[sizeof(o->assignee) - 1] =
		o->comment[sizeof(o->comment) - 1] = '\0';
	o->time_us = record_time_most(o->time_us, latest);
	o->number = o->other = 0;
	o->was = TRIAGE_NONE;
	return o->alert && o->status < TRIAGE_END && (o->status || o->assigns || *o->comment);
}
