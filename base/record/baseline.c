/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/baseline.h"

#include "base/err.h"

#define TEXT_OF(id, text) [id] = text,
static const char *const sources[] = { RECORD_ENTRY_LIST(TEXT_OF) };
static const char *const approvals[] = { RECORD_APPROVAL_LIST(TEXT_OF) };

const char *record_entry_text(unsigned source)
{
	return source < ENTRY_END ? sources[source] : "?";
}

const char *record_approval_text(unsigned approval)
{
	return approval < APPROVAL_END ? approvals[approval] : "?";
}

int record_approval_parse(const char *text, size_t len)
{
	int i;

	for (i = APPROVAL_OPEN; i < APPROVAL_END; i++)
		if (strlen(approvals[i]) == len && !memcmp(approvals[i], text, len))
			return i;
	return ERR_UNKNOWN;
}

static void end_text(char *text, size_t size)
{
	text[size - 1] = '\0';
}

bool record_mend_baseline(struct baseline *b, wall_t latest)
{
	end_text(b->app, sizeof(b->app));
	end_text(b->certificate, sizeof(b->certificate));
	end_text(b->host_key, sizeof(b->host_key));
	end_text(b->owner, sizeof(b->owner));
	end_text(b->ticket, sizeof(b->ticket));
	end_text(b->by, sizeof(b->by));
	end_text(b->reason, sizeof(b->reason));
	b->made_us = record_time_most(b->made_us, latest);
	b->void_us = 0;
	b->service.pad = 0;
	if (b->source >= ENTRY_END ||
	    (b->service.proto != PROTO_TCP && b->service.proto != PROTO_UDP &&
	     b->service.proto != PROTO_SCTP))
		return false;
	b->state = *b->app || *b->certificate || *b->host_key ? APPROVAL_BOUND : APPROVAL_OPEN;
	return true;
}
