/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules language: read, check, print, judge. Pure: no I/O, no clock. flowd.rules(5) is its
 * manual.
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "base/prefix.h"
#include "base/record.h"
#include "base/record/probe.h"

#include <stdio.h>

struct rules; /* a read rules file; immutable */

#define RULES_FILE_MAX 256

/* What is wrong in a rules text, and where: line and column count from 1. */
struct rules_error {
	unsigned line, column;
	char text[200];
	char file[RULES_FILE_MAX]; /* that was included; "" the text itself */
};

#define RULES_NAMES_MAX 8
#define RULES_NAME_MAX 32
#define RULES_BECAUSE_MAX 96

/* What is to be done with an alert besides making it. All zero: nothing. */
struct rules_actions {
	char sinks[RULES_NAMES_MAX][RULES_NAME_MAX]; /* sink_count of them; none: to all */
	char tags[RULES_NAMES_MAX][RULES_NAME_MAX];
	uint8_t sink_count, tag_count;
	uint8_t group_by;	       /* enum rules_group */
	bool delay;		       /* until a probe has verified it */
	bool scan;		       /* may be handed over */
	bool has_quiet;		       /* not told at once from `quiet_from` to `quiet_to` */
	uint16_t quiet_from, quiet_to; /* minutes of the day; the end does not belong to it */
	uint32_t throttle, throttle_s; /* at most so many in so many seconds; 0 no limit */
	wall_t until_us;	       /* from then on the statement says nothing; 0 never */
	char because[RULES_BECAUSE_MAX];
};

/* X(constant, text): by what alerts become one */
#define RULES_GROUP_LIST(X)               \
	X(RULES_GROUP_NONE, "none")       \
	X(RULES_GROUP_HOST, "host")       \
	X(RULES_GROUP_PORT, "port")       \
	X(RULES_GROUP_APP, "app")         \
	X(RULES_GROUP_PRODUCT, "product") \
	X(RULES_GROUP_PEER, "peer")       \
	X(RULES_GROUP_OWNER, "owner")

#define RULES_ENUM(id, text) id,
enum rules_group { RULES_GROUP_LIST(RULES_ENUM) RULES_GROUP_END };
#undef RULES_ENUM

/* What rules ask and a finding does not say. All zero: nothing of it is known. */
struct rules_facts {
	wall_t now_us;	      /* 0: the finding's own time */
	int32_t utc_offset_s; /* of the clock on the wall: for times of day and days */
	uint16_t vlan;	      /* 0 none */
	uint8_t tunnel;	      /* enum tunnel */
	bool noauth, weak_tls, selfsigned;
	uint32_t asked, answered; /* UDP: payload bytes of a question and of its answer */
	wall_t not_after_us;	  /* the certificate's end; 0 none was seen */
	const char *owner;	  /* of the asset; NULL not known; borrowed */
	const char *zone;	  /* likewise */
	const char *tags;	  /* of the asset, separated by ","; likewise */
};

/* Adds what a probe has found out. */
void rules_facts_add(struct rules_facts *facts, const struct probe *probe);

/* What the rules say of a finding. */
struct rules_verdict {
	enum level level;		     /* LEVEL_NONE: a rule says ignore */
	uint32_t line;			     /* of the rule that decided; 0: the implied last one */
	const char *file;		     /* that was included and has it; "" the text itself */
	const char *rule;		     /* its canonical text; borrowed until rules_free */
	const struct rules_actions *actions; /* likewise; NULL none */
};

/*
 * Reads a rules text of `len` bytes. 0 and the rules, the caller's to free; ERR_SYNTAX,
 * ERR_UNKNOWN, ERR_RANGE and `error`; -ENOMEM.
 */
int rules_read(const char *text, size_t len, struct rules **out, struct rules_error *error);

/*
 * A text and where those that it names come from: `open` gives the text of a file, borrowed until
 * the rules are read. 0 or -errno. Names are relative to the text that names them, and whole when
 * `open` is asked.
 */
struct rules_source {
	const char *name; /* of the text, as a path; only its folder matters */
	const char *text;
	size_t len;
	int (*open)(void *arg, const char *name, const char **text, size_t *len); /* or NULL */
	void *arg;
};
int rules_read_from(const struct rules_source *source, struct rules **out,
		    struct rules_error *error);
void rules_free(struct rules *rules);

/* Something that is said of a text: what is wrong, or right and of no use. */
typedef void (*rules_note_fn)(void *arg, const struct rules_error *what, bool wrong);

#define RULES_NOTES_MAX 100 /* of what is wrong in one text */

/*
 * Reads a text and says all that is wrong with it, and of what is right: statements that never
 * decide because an earlier one always does, groups that are empty or unused, exceptions that have
 * ended by `now`. 0: nothing is wrong; else as
 * rules_read_from.
 */
int rules_check(const struct rules_source *source, wall_t now, rules_note_fn fn, void *arg);

/* The i-th name of a receiver that the rules name (`to`), from 0, and its line; NULL past the last.
 * Borrowed until rules_free. */
const char *rules_sink(const struct rules *rules, size_t i, uint32_t *line);

/* Calls `fn` with the place of each statement and a vantage that it asks for, no glob, in lower
 * case. */
typedef void (*rules_name_fn)(void *arg, const struct rules_error *place, const char *name);
void rules_vantages(const struct rules *rules, rules_name_fn fn, void *arg);

/* When the next statement ends (until) that ends after `time`; 0 none. */
wall_t rules_next_end(const struct rules *rules, wall_t time);

/* Prints the rules in canonical form, which reads back to itself. */
void rules_print(const struct rules *rules, FILE *out);

/*
 * Judges a finding: the first statement that matches decides, at the end `alert low`. Of event
 * health only statements with an `event` say anything; at the end nothing does (LEVEL_NONE).
 */
void rules_judge(const struct rules *rules, const struct finding *finding,
		 struct rules_verdict *out);

/* The same with more to go by. */
void rules_judge_with(const struct rules *rules, const struct finding *finding,
		      const struct rules_facts *facts, struct rules_verdict *out);

/*
 * May the service be probed? The pass of its own: false when any noprobe statement matches, and its
 * `line` (may be NULL).
 */
bool rules_may_probe(const struct rules *rules, const struct service *service, uint32_t *line);

#endif
