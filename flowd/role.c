/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/role.h"

#include "base/conf.h"
#include "base/log.h"

/* Says how closing a wall went; true: the role may go on. */
static bool report(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

void role_log(const char *name, const struct conf *conf)
{
	int format = log_format_parse(conf->log_format);

	log_open(name, conf->log_debug ? LOG_DEBUG : LOG_INFO);
	log_shape(format < 0 ? LOG_TEXT : (enum log_format)format);
}

bool role_cage_reading(const struct conf *conf, const char *writable, const char *const *readable)
{
	struct cage cage = { .user = conf->user,
			     .writable = { writable },
			     .best_effort = conf_is_best_effort(conf) };
	const char *missing;
	size_t i;
	int rc;

	for (i = 0; readable && readable[i] && i < CAGE_PATHS_MAX; i++)
		cage.read_only[i] = readable[i];
	rc = cage_enter(&cage, &missing);
	return report(rc, missing);
}

bool role_cage(const struct conf *conf, const char *writable)
{
	return role_cage_reading(conf, writable, NULL);
}

bool role_seal(const struct conf *conf, enum cage_table table)
{
	const char *missing;
	int rc = cage_seal(table, conf_is_best_effort(conf), &missing);

	return report(rc, missing);
}

bool role_house(const struct conf *conf)
{
	const char *missing;
	int rc = cage_house(conf_is_best_effort(conf), &missing);

	return report(rc, missing);
}
