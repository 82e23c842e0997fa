/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/assets/scope.h"

#include "store/assets/assets.h"

struct lists {
	struct prefix_set listed, denied;
};

static int add_row(void *arg, const struct asset *a)
{
	struct lists *l = arg;
	struct prefix_range range = { a->network, a->network };
	int i;

	/* What is said of a port says nothing of whether its host is ours to probe. */
	if (a->port && !a->noprobe)
		return 0;
	for (i = a->bits; i < 128; i++)
		range.high.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return prefix_set_add(a->noprobe ? &l->denied : &l->listed, &range);
}

/* Who knocks at an address outside reaches the host inside. */
static int add_outside(void *arg, const struct asset *a)
{
	struct lists *l = arg;
	const struct prefix_range range = { a->outside, a->outside };

	if (!asset_is_mapped(a) || !prefix_set_has(&l->denied, &a->network))
		return 0;
	return prefix_set_add(&l->denied, &range);
}

/* Leaves of `set` what is in `other`, too. */
static int keep(const struct conf *conf, struct prefix_set *set, const struct prefix_set *other)
{
	struct prefix_set rest = { NULL, 0 };
	int rc = conf_targets(conf, &rest);

	if (!rc)
		rc = prefix_set_subtract(&rest, other);
	if (!rc)
		rc = prefix_set_subtract(set, &rest);
	prefix_set_clear(&rest);
	return rc;
}

int scope_read(struct store *store, const struct conf *conf, struct prefix_set *targets)
{
	struct prefix_set set = { NULL, 0 };
	struct lists lists = { { NULL, 0 }, { NULL, 0 } };
	int rc = conf_targets(conf, &set);

	if (!rc)
		rc = store_walk_assets(store, NULL, add_row, &lists);
	if (!rc)
		rc = store_walk_assets(store, NULL, add_outside, &lists);
	if (!rc && conf->assets_scope)
		rc = keep(conf, &set, &lists.listed);
	if (!rc)
		rc = prefix_set_subtract(&set, &lists.denied);
	if (!rc) {
		prefix_set_clear(targets);
		*targets = set;
		set = (struct prefix_set){ NULL, 0 };
	}
	prefix_set_clear(&set);
	prefix_set_clear(&lists.listed);
	prefix_set_clear(&lists.denied);
	return rc;
}

bool scope_is_same(const struct prefix_set *a, const struct prefix_set *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->ranges, b->ranges, a->count * sizeof(*a->ranges)));
}
