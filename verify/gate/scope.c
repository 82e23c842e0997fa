/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/gate/scope.h"

#include "base/err.h"
#include "base/ipc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCOPE_MOST ((size_t)64 << 20)

static int read_ranges(int fd, struct prefix_set *out)
{
	struct prefix_range range;
	char *bytes;
	size_t len, at;
	int rc = fd < 0 ? -EINVAL : ipc_read_bulk(fd, SCOPE_MOST, &bytes, &len);

	if (rc)
		return rc;
	for (at = 0; !rc && at < len; at += sizeof(range)) {
		if (len - at < sizeof(range)) {
			rc = ERR_SHORT;
			break;
		}
		memcpy(&range, bytes + at, sizeof(range));
		rc = addr_order(&range.low, &range.high) > 0 ? ERR_RANGE
							     : prefix_set_add(out, &range);
	}
	free(bytes);
	return rc;
}

int scope_take(const struct conf *conf, int fd, struct prefix_set *targets)
{
	struct prefix_set said = { NULL, 0 }, rest = { NULL, 0 }, set = { NULL, 0 };
	int rc = read_ranges(fd, &said);

	if (!rc)
		rc = conf_targets(conf, &rest);
	if (!rc)
		rc = conf_targets(conf, &set);
	/* All that is allowed, less all of it that was not said. */
	if (!rc)
		rc = prefix_set_subtract(&rest, &said);
	if (!rc)
		rc = prefix_set_subtract(&set, &rest);
	if (rc)
		prefix_set_clear(&set);
	prefix_set_clear(targets);
	*targets = set;
	prefix_set_clear(&said);
	prefix_set_clear(&rest);
	return rc;
}
