/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that are to be loaded anew while flowd runs: because somebody asks, or because their file
 * has changed (rules_watch). All or nothing: those of before hold until the new ones are right.
 */
#ifndef FLOWD_RENEW_H
#define FLOWD_RENEW_H

#include "base/ipc.h"
#include "base/record.h"

struct conf;

#define RENEW_ERROR_MAX 512

struct renew {
	struct rules_news news; /* the last attempt */
	char *files;		/* the rules' file and those it names, a line each; owned */
	uint64_t seen;		/* what they looked like when they were loaded, or refused */
	uint64_t before; /* and at the last look: nobody may be in the middle of writing one */
	mono_t looked;
	int rules; /* a descriptor of those in force, for the roles */
};

/* Loads the rules. False: they are wrong, which was logged. */
bool renew_open(struct renew *renew, const struct conf *conf);

/* Are the rules of the configuration right? Remembers, and logs what is wrong. */
bool renew_rules(struct renew *renew, const struct conf *conf);

/* Something was wrong with the configuration, which is logged. */
void renew_refuse(struct renew *renew, const char *error);

/* Tells core how the last attempt went. */
void renew_tell(const struct renew *renew, struct ipc *core);

/* Has the file changed, and has it kept still for a moment since? Never without rules_watch. */
bool renew_is_due(struct renew *renew, const struct conf *conf);

/* When the next look is, at the latest `until`. */
mono_t renew_next(const struct conf *conf, mono_t until);

/* Do two configurations say the same? */
bool renew_is_same(const struct conf *a, const struct conf *b);

#endif
