/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/listing.h"

#include "store/hosts.h"
#include "store/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Prints a line and frees it. */
static int print(char *line)
{
	int rc = !line || puts(line) < 0 ? -ENOMEM : 0;

	free(line);
	return rc;
}

static int print_service(void *arg, const struct store_service *row)
{
	const struct lifecycle *l = arg;
	struct store_hints hints;
	int rc = store_get_hints(l->store, row, &hints);

	return rc ? rc : print(report_service(row, &hints));
}

static int print_host(void *arg, const struct store_host *row)
{
	const struct lifecycle *l = arg;

	return l->now - row->last_us > l->host_keep ? 0 : print(report_host(row));
}

int listing_print(const struct lifecycle *l)
{
	int rc = store_walk_services(l->store, NULL, print_service, (void *)l);

	return rc ? rc : store_walk_hosts(l->store, NULL, print_host, (void *)l);
}
