/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/kind.h"

#include "base/err.h"
#include "base/record/token.h"

#define TEXT_OF(id, text, ...) [id] = text,
static const char *const evidence_text[] = { RECORD_EVIDENCE_LIST(TEXT_OF) };
static const char *const exposure_text[] = { RECORD_EXPOSURE_LIST(TEXT_OF) };
static const char *const change_text[] = { RECORD_CHANGE_LIST(TEXT_OF) };
static const char *const state_text[] = { RECORD_STATE_LIST(TEXT_OF) };
static const char *const event_text[] = { RECORD_EVENT_LIST(TEXT_OF) };
static const char *const reason_text[] = { RECORD_REASON_LIST(TEXT_OF) };
static const char *const level_text[] = { RECORD_LEVEL_LIST(TEXT_OF) };
static const char *const ephemeral_text[] = { RECORD_EPHEMERAL_LIST(TEXT_OF) };
static const char *const tunnel_text[] = { RECORD_TUNNEL_LIST(TEXT_OF) };
static const char *const named_text[] = { RECORD_NAMED_LIST(TEXT_OF) };
static const char *const trouble_text[] = { RECORD_TROUBLE_LIST(TEXT_OF) };
static const char *const hint_text[] = { RECORD_HINT_LIST(TEXT_OF) };
static const char *const asker_text[] = { RECORD_ASKER_LIST(TEXT_OF) };
static const char *const access_text[] = { RECORD_ACCESS_LIST(TEXT_OF) };
static const char *const proto_text[] = { RECORD_PROTO_LIST(TEXT_OF) };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *pick(const char *const *table, size_t count, unsigned i)
{
	return i < count && table[i] ? table[i] : "?";
}

static int find(const char *const *table, size_t count, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (table[i] && strlen(table[i]) == len && !memcmp(table[i], text, len))
			return (int)i;
	return ERR_UNKNOWN;
}

#define TEXT_FUNCTION(name)                                         \
	const char *record_##name##_text(unsigned name)             \
	{                                                           \
		return pick(name##_text, COUNT(name##_text), name); \
	}
#define PARSE_FUNCTION(name)                                             \
	int record_##name##_parse(const char *text, size_t len)          \
	{                                                                \
		return find(name##_text, COUNT(name##_text), text, len); \
	}

TEXT_FUNCTION(proto)
TEXT_FUNCTION(evidence)
TEXT_FUNCTION(state)
TEXT_FUNCTION(event)
TEXT_FUNCTION(change)
TEXT_FUNCTION(exposure)
TEXT_FUNCTION(reason)
TEXT_FUNCTION(level)
TEXT_FUNCTION(ephemeral)
TEXT_FUNCTION(tunnel)
TEXT_FUNCTION(named)
TEXT_FUNCTION(trouble)
TEXT_FUNCTION(hint)
TEXT_FUNCTION(asker)
TEXT_FUNCTION(access)
PARSE_FUNCTION(access)
PARSE_FUNCTION(proto)
PARSE_FUNCTION(evidence)
PARSE_FUNCTION(state)
PARSE_FUNCTION(event)
PARSE_FUNCTION(level)

/* Far enough from the ends that no difference overflows. */
#define EARLIEST (-INT64_MAX / 4)

wall_t record_time_most(wall_t time, wall_t latest)
{
	time = time > EARLIEST ? time : EARLIEST;
	return time < latest ? time : latest;
}

void record_text_set(char *field, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memset(field, 0, size);
	memcpy(field, text, len);
}
