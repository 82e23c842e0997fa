/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/house/restore.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "store/backup/restore.h"

int restore_run(const struct conf *conf, const char *from)
{
	const char *state = conf_state(conf);
	char error[STORE_ERROR_MAX] = "";
	struct restore_figures done;
	int rc;

	if (!state) {
		log_error("--restore: a replay keeps no store; name one with --state");
		return 1;
	}
	if (restore_store(from, state, &done, error)) {
		log_error("%s", error);
		return 1;
	}
	rc = cage_give(conf->user, state);
	if (rc) {
		log_error("%s: %s", state, err_text(rc));
		return 1;
	}
	log_info("%s: %llu services, %llu events and %llu alerts, in %u files of %llu bytes", state,
		 (unsigned long long)done.services, (unsigned long long)done.events,
		 (unsigned long long)done.alerts, done.files, (unsigned long long)done.bytes);
	return 0;
}
