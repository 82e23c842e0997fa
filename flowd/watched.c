/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/watched.h"

#include "base/err.h"

static int add_hosts(const struct prefix_set *set, struct sweep *out)
{
	struct sweep_prefix p;
	size_t i;
	int rc = 0;

	for (i = 0; i < set->count && !rc; i++) {
		p = (struct sweep_prefix){ set->ranges[i].low, set->ranges[i].high };
		rc = record_sweep_add_prefix(out, &p);
	}
	return rc;
}

int watched_list(const struct conf *conf, struct sweep *out)
{
	struct prefix_set targets = { NULL, 0 };
	int rc;

	*out = (struct sweep){ .tries = 1, .shard = 1, .shards = 1 };
	rc = record_sweep_parse_ports(out, conf->watch_udp_ports);
	if (rc || !conf->watch_udp_every || !conf_probes(conf))
		return rc;
	if (conf->watch_udp_hosts.count)
		rc = add_hosts(&conf->watch_udp_hosts, out);
	else if (!(rc = conf_targets(conf, &targets)))
		rc = add_hosts(&targets, out);
	prefix_set_clear(&targets);
	if (rc)
		return rc;
	out->total = record_sweep_steps(out);
	return out->total && out->total <= WATCHED_MOST ? 0 : ERR_FULL;
}
