/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/role.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"

bool role_cage(const struct conf *conf, const char *writable)
{
	const struct cage cage = { .user = conf->user,
				   .writable = { writable },
				   .best_effort = !strcmp(conf->cage, "best-effort") };
	const char *missing;
	int rc = cage_enter(&cage, &missing);

	if (rc)
		log_error("%s: %s", err_text(ERR_CAGE), err_text(rc));
	else if (missing)
		log_warning("running without %s: cage is best-effort", missing);
	return !rc;
}
