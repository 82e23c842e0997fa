/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a MaxMind DB file whole? Each node of its tree and each value that can be reached from it is
 * looked at, so that nothing is left to surprise the library that reads it later: libmaxminddb 1.7
 * goes into values as deep as they go, and a file may be one that exhausts its stack.
 *
 * Format: MaxMind DB File Format Specification 2.0.
 */
#ifndef FLOWD_CORE_GEO_MMCHECK_H
#define FLOWD_CORE_GEO_MMCHECK_H

#include <stddef.h>
#include <stdint.h>

/* What the file says of its tree. */
struct mmcheck {
	uint64_t node_count;
	uint64_t record_size; /* bits: 24, 28 or 32 */
	uint64_t ip_version;  /* 4 or 6 */
};

/*
 * Looks at a whole file. 0; ERR_SYNTAX and what is wrong in `why` (static); -ENOMEM. Takes memory
 * of an eighth of the file while it works.
 */
int mmcheck(const void *bytes, size_t len, struct mmcheck *out, const char **why);

#endif
