/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/namecheck.h"

#include "base/conf/sinks.h"
#include "base/err.h"

#include <stdio.h>

int namecheck_sinks(const struct conf *conf, const struct rules *rules, char *error, size_t size)
{
	char wrong[SINKS_ERROR_MAX];
	struct sinks sinks;
	const char *name;
	uint32_t line;
	size_t i;
	int rc;

	if (!rules_sink(rules, 0, &line))
		return 0;
	rc = sinks_parse(conf->sinks, &sinks, wrong);
	if (rc) {
		snprintf(error, size, "sinks: %s", wrong);
		return rc;
	}
	for (i = 0; !rc && (name = rules_sink(rules, i, &line)); i++)
		if (sinks_find(&sinks, name) < 0) {
			snprintf(error, size, "%s:%u: no receiver \"%s\" among sinks",
				 *conf->rules ? conf->rules : "rules", line, name);
			rc = ERR_UNKNOWN;
		}
	sinks_free(&sinks);
	return rc;
}
