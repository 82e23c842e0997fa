/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role's probe database: opens it by the configuration, and logs what is wrong with it.
 */
#ifndef VERIFY_LIBRARY_H
#define VERIFY_LIBRARY_H

#include "base/conf.h"
#include "verify/probes/shelf.h"

struct library {
	struct shelf shelf;
	struct book *book;
	unsigned faults; /* lines left out */
};

/* Reads the files: before the cage closes. 0 or an error, which is logged. */
int library_read(struct library *library, const struct conf *conf);

/* Parses them: in the cage, since what stands in a user's file is not to be trusted. Likewise. */
int library_open(struct library *library, const struct conf *conf);

void library_close(struct library *library);

#endif
