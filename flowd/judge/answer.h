/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a judge answers, as JSON (flowd(8) describes the keys). Each returns the status of HTTP and
 * the text, to be freed; NULL is a want of memory.
 */
#ifndef FLOWD_JUDGE_ANSWER_H
#define FLOWD_JUDGE_ANSWER_H

#include "flowd/judge/trial.h"
#include "rules/rules.h"

struct conf;
struct doc;
struct store;

struct answer {
	unsigned status;
	char *text;
};

/* Problem details (RFC 9457); `errors` (may be NULL): a list of them, taken. */
struct answer answer_problem(unsigned status, const char *detail, struct doc *errors);

/* For rules_check: adds what is wrong to the first of two lists of docs, the rest to the second. */
void answer_note(void *lists, const struct rules_error *what, bool wrong);

/* The rules are right: how many statements, their canonical form, and `warnings`, which are taken.
 */
struct answer answer_check(const struct rules *rules, struct doc *warnings);

/* The rules file at `path`, "" the built-in rules; `error` NULL when it is right. */
struct answer answer_show(const char *path, const char *text, size_t len, const char *error);

/* Tries the rules on what was judged since then. */
struct answer answer_test(struct store *store, const struct conf *conf, const struct rules *rules,
			  const struct trial_order *order);

/* Why what was last judged about the service would be judged how. */
struct answer answer_explain(struct store *store, const struct rules *rules,
			     const struct service *service);

#endif
