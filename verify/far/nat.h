/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as they are outside: a vantage elsewhere is asked for a service where clients outside
 * reach it, and its verdict is one on the service inside.
 */
#ifndef VERIFY_FAR_NAT_H
#define VERIFY_FAR_NAT_H

#include "base/record.h"

#define NAT_JOBS 4096 /* remembered; the verdict on one that is forgotten is on nothing we know */

struct nat {
	struct nat_row *rows; /* NAT_JOBS of them by job, once there is one */
};

/* Before a job: where its service is reached from outside. */
void nat_hear(struct nat *nat, const struct job_outside *said);

/* A job, or its name, as a vantage is to be told. */
void nat_turn_job(struct nat *nat, struct job *job);

/* What a vantage has said, as it is to be understood here. */
void nat_turn_probe(const struct nat *nat, struct probe *probe);

void nat_free(struct nat *nat);

#endif
