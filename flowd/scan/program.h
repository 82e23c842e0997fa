/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be started for a program, and what the kernel opens for that: the program itself and
 * its loader, or a script and its interpreter. The cage lets nothing else be started.
 */
#ifndef FLOWD_SCAN_PROGRAM_H
#define FLOWD_SCAN_PROGRAM_H

#include <limits.h>

#define PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct program {
	char start[PATH_MAX];  /* ELF */
	char loader[PATH_MAX]; /* of it; "" none */
	char option[64];       /* script: what stands behind its interpreter; "" nothing */
	char script[PATH_MAX]; /* "" it is none */
};

/* 0, or an error and what is wrong in `why` (sizeof run.reason). */
int program_find(const char *path, struct program *out, char *why);

#endif
