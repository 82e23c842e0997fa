/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that rules use and the configuration gives.
 */
#ifndef FLOWD_NAMECHECK_H
#define FLOWD_NAMECHECK_H

#include "base/conf.h"
#include "rules/rules.h"

/* The first name of a receiver (`to`) that is not configured, with its line, or what is wrong with
 * the list of them (line 0). 0 all are, or an error. */
int namecheck_receivers(const struct conf *conf, const struct rules *rules,
			struct rules_error *out);

/*
 * Every receiver that the rules name is one of `sinks`. 0; ERR_UNKNOWN, -ENOMEM and "file:line:
 * what is wrong" in `error` of `size` bytes.
 */
int namecheck_sinks(const struct conf *conf, const struct rules *rules, char *error, size_t size);

/* Says which vantages the rules ask for that the configuration does not have, and what may be
 * meant. */
void namecheck_vantages(const struct conf *conf, const struct rules *rules, rules_note_fn fn,
			void *arg);

#endif
