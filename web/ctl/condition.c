/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How flowd and its captures are.
 */
#include "web/ctl/commands.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include <string.h>

static const struct table_column health_card[] = {
	{ "state", "state", 0 },	   { "version", "version", 0 },
	{ "since", "since", 0 },	   { "packets_per_second", "packets/s", 0 },
	{ "probing", "probing", 0 },	   { "quiet_until", "quiet until", 0 },
	{ "rules_error", "rules", 0 },	   { "requests", "requests", 0 },
	{ "readers", "readers", 0 },	   { "last_event", "last event", 0 },
	{ "last_alert", "last alert", 0 }, { NULL, NULL, 0 }
};
static const struct table_column role_columns[] = {
	{ "role", "ROLE", 0 },	   { "running", "RUNNING", 0 }, { "falls", "FALLS", 0 },
	{ "signal", "SIGNAL", 0 }, { "status", "STATUS", 0 },	{ "time", "SINCE", 19 },
	{ NULL, NULL, 0 }
};
static const struct table_column trouble_columns[] = { { "trouble", "TROUBLE", 0 },
						       { "source", "SOURCE", 0 },
						       { "since", "SINCE", 19 },
						       { NULL, NULL, 0 } };

int condition_health(struct remote *r, const struct command_line *line)
{
	struct reading *health;
	const char *state;
	bool good;
	int rc;

	if (line->argc)
		return remote_usage("it takes no words", "health");
	rc = remote_get(r, "/api/v1/health", &health);
	if (rc)
		return rc;
	state = reading_text(reading_child(health, "state"));
	good = state && !strcmp(state, "ok") &&
	       !reading_item(reading_child(health, "troubles"), 0) &&
	       !reading_text(reading_child(health, "rules_error"));
	if (!r->json) {
		table_card(health, health_card, r->colour);
		putchar('\n');
		table_print(reading_child(health, "roles"), role_columns, true, r->colour);
		if (reading_item(reading_child(health, "troubles"), 0))
			putchar('\n');
		table_print(reading_child(health, "troubles"), trouble_columns, true, r->colour);
	}
	reading_free(health);
	return good ? REMOTE_GOOD : REMOTE_BAD;
}
