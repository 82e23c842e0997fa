/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/nat.h"

#include <stdlib.h>

struct nat_row {
	uint64_t job;
	struct service inside, outside;
};

static struct nat_row *row_of(const struct nat *nat, uint64_t job)
{
	struct nat_row *row = nat->rows ? &nat->rows[job % NAT_JOBS] : NULL;

	return row && row->job == job ? row : NULL;
}

void nat_hear(struct nat *nat, const struct job_outside *said)
{
	if (!nat->rows)
		nat->rows = calloc(NAT_JOBS, sizeof(*nat->rows));
	if (nat->rows)
		nat->rows[said->job % NAT_JOBS] = (struct nat_row){
			said->job, { .port = 0 }, { .host = said->host, .port = said->port }
		};
}

void nat_turn_job(struct nat *nat, struct job *job)
{
	struct nat_row *row = row_of(nat, job->id);

	if (!row)
		return;
	row->inside = job->service;
	row->outside.proto = job->service.proto;
	if (!row->outside.port)
		row->outside.port = job->service.port;
	job->service = row->outside;
}

void nat_turn_probe(const struct nat *nat, struct probe *probe)
{
	const struct nat_row *row = row_of(nat, probe->job);

	if (row && service_is_same(&probe->service, &row->outside))
		probe->service = row->inside;
}

void nat_free(struct nat *nat)
{
	free(nat->rows);
}
