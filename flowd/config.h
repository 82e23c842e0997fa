/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration from its file and the command line.
 */
#ifndef FLOWD_CONFIG_H
#define FLOWD_CONFIG_H

#include "base/conf.h"

#define CONFIG_ERROR_MAX 512
#define CONFIG_FILE "/etc/flowd/flowd.yaml" /* read when there is one and no other is named */

/* What the command line asks for besides options. */
struct config_order {
	bool help, version, check, verbose;
	const char *restore; /* the folder of a copy of the store; NULL none */
	const char *file;    /* that was read; NULL none */
};

/*
 * Reads the file that -c names and then the command line, which overrides it, into `conf` (conf_new
 * was called). 0; ERR_* or -errno and "place: what is wrong" in `error` (CONFIG_ERROR_MAX bytes).
 */
int config_read(int argc, char **argv, struct conf *conf, struct config_order *order, char *error);

/* Checks what no single option shows. Results as config_read. */
int config_check(const struct conf *conf, char *error);

/* The help text of the table of options. */
void config_help(FILE *out);

/*
 * The options that are not at their default as "name\0value\0" pairs in a memfd at its start, and
 * back: how a role gets its configuration. config_pass: the descriptor or -errno; config_take
 * (which closes it): 0 or an error.
 */
int config_pass(const struct conf *conf);
int config_take(int fd, struct conf *conf);

#endif
