/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an alert: what people make of it. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_TRIAGE_H
#define BASE_RECORD_TRIAGE_H

#include "base/mono.h"
#include "base/record/token.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(constant, text) */
#define RECORD_TRIAGE_LIST(X)                  \
	X(TRIAGE_NONE, "none")                 \
	X(TRIAGE_NEW, "new")                   \
	X(TRIAGE_ACKNOWLEDGED, "acknowledged") \
	X(TRIAGE_ASSIGNED, "assigned")         \
	X(TRIAGE_RESOLVED, "resolved")         \
	X(TRIAGE_FALSE_POSITIVE, "false-positive")

#define RECORD_ENUM(id, text) id,
enum triage_status { RECORD_TRIAGE_LIST(RECORD_ENUM) TRIAGE_END };
#undef RECORD_ENUM

#define TRIAGE_COMMENT_MAX 512

/* Order of a person, row of the alert's history and news to readers in one. */
struct triage {
	uint64_t alert;	 /* its number */
	uint64_t number; /* of the entry in this history, from 1; 0 in an order */
	wall_t time_us;
	uint64_t other;	 /* the alert that it repeats or reopened it; 0: a person did */
	uint8_t status;	 /* enum triage_status; none in an order: as it is */
	uint8_t was;	 /* before */
	uint8_t assigns; /* 1: `assignee` is meant, "" nobody */
	uint8_t pad[5];
	char by[TOKEN_NAME_MAX];       /* "": nobody had to say who, or flowd itself */
	char assignee[TOKEN_NAME_MAX]; /* to whom it is assigned now */
	char comment[TRIAGE_COMMENT_MAX];
};

/* Nothing is to be done about it any more. */
static inline bool triage_is_closed(unsigned status)
{
	return status == TRIAGE_RESOLVED || status == TRIAGE_FALSE_POSITIVE;
}

/* Static, "?" outside the range; and back, or ERR_UNKNOWN. */
const char *record_triage_text(unsigned status);
int record_triage_parse(const char *text, size_t len);

/* Makes harmless what a role that has gone bad may have said; false: it makes no sense at all. */
bool record_mend_triage(struct triage *order, wall_t latest);

#endif
