/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/place.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "store/store.h"

#include <errno.h>
#include <sys/stat.h>

bool place_make(const struct conf *conf, const char *state)
{
	int rc;

	if (!state)
		return true;
	if (mkdir(state, 0750) && errno != EEXIST) {
		log_error("%s: %s", state, err_text(-errno));
		return false;
	}
	if (!store_may_be(state)) {
		log_error("%s: holds other things than a store; name a folder of its own", state);
		return false;
	}
	if ((rc = cage_give(conf->user, state))) {
		log_error("%s: %s", state, err_text(rc));
		return false;
	}
	return true;
}
