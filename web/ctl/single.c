/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One service: what is known of it, and a look at it now.
 */
#include "web/ctl/commands.h"
#include "web/ctl/naming.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_SECONDS 20 /* for a verdict */
#define LOOK_MS 200	/* between two looks whether it is there */

static const struct table_column service_card[] = { { "id", "service", 0 },
						    { "state", "state", 0 },
						    { "exposure", "open to", 0 },
						    { "level", "level", 0 },
						    { "app", "app", 0 },
						    { "app_by", "named by", 0 },
						    { "app_guess", "port is for", 0 },
						    { "evidence", "evidence", 0 },
						    { "ephemeral", "ephemeral", 0 },
						    { "first_seen", "first seen", 0 },
						    { "last_seen", "last seen", 0 },
						    { "handshakes", "handshakes", 0 },
						    { "peers", "peers", 0 },
						    { "refusals", "refusals", 0 },
						    { "country", "country", 0 },
						    { "tunnel", "tunnel", 0 },
						    { NULL, NULL, 0 } };
static const struct table_column probe_columns[] = { { "vantage", "FROM", 0 },
						     { "finished", "LOOKED", 19 },
						     { "state", "STATE", 0 },
						     { "reason", "BECAUSE", 0 },
						     { "app", "APP", 0 },
						     { "product", "PRODUCT", 48 },
						     { "version", "VERSION", 32 },
						     { "tls", "TLS", 0 },
						     { "rtt_us", "RTT/US", 0 },
						     { "banner", "BANNER", 60 },
						     { NULL, NULL, 0 } };
static const struct table_column history_columns[] = {
	{ "time", "TIME", 19 },	  { "event", "EVENT", 0 },  { "state", "STATE", 0 },
	{ "app", "APP", 0 },	  { "what", "WHAT", 0 },    { "before", "BEFORE", 40 },
	{ "after", "AFTER", 40 }, { "vantage", "FROM", 0 }, { NULL, NULL, 0 }
};

/* The path of a service and what is behind it; to be freed. */
static char *path_of(const char *id, const char *behind)
{
	char *name = naming_encode(id), *path;

	if (!name || asprintf(&path, "/api/v1/services/%s%s", name, behind) < 0)
		path = NULL;
	free(name);
	return path;
}

static int get_story(struct remote *r, const char *id, struct reading **out)
{
	char *path = path_of(id, "");
	int rc = path ? remote_get(r, path, out) : REMOTE_REFUSED;

	free(path);
	return rc;
}

int single_show(struct remote *r, const struct command_line *line)
{
	struct reading *story;
	int rc;

	if (line->argc != 1)
		return remote_usage("expected a service such as 192.0.2.1-tcp-443", NULL);
	rc = get_story(r, line->argv[0], &story);
	if (rc)
		return rc;
	if (!r->json) {
		table_card(reading_child(story, "service"), service_card, r->colour);
		puts("\nprobes");
		if (!table_print(reading_child(story, "probes"), probe_columns, true, r->colour))
			puts("none");
		puts("\nhistory");
		table_print(reading_child(story, "history"), history_columns, true, r->colour);
	}
	reading_free(story);
	return REMOTE_GOOD;
}

/* The end of the latest probe; "" there is none. */
static void latest_probe(const struct reading *story, char *out, size_t size)
{
	const struct reading *probes = reading_child(story, "probes"), *probe;
	const char *text;
	size_t i;

	*out = 0;
	for (i = 0; (probe = reading_item(probes, i)); i++) {
		text = reading_text(reading_child(probe, "finished"));
		/* Times of the API sort as text. */
		if (text && strcmp(text, out) > 0)
			snprintf(out, size, "%s", text);
	}
}

int single_verify(struct remote *r, const struct command_line *line)
{
	struct remote quiet = *r;
	struct reading *story = NULL, *taken;
	char before[40], now[40] = "", *path;
	time_t until = time(NULL) + WAIT_SECONDS;
	int rc;

	if (line->argc != 1)
		return remote_usage("expected a service such as 192.0.2.1-tcp-443", NULL);
	quiet.json = false;
	if ((rc = get_story(&quiet, line->argv[0], &story)))
		return rc;
	latest_probe(story, before, sizeof(before));
	reading_free(story);
	path = path_of(line->argv[0], "/verify");
	rc = path ? remote_post(&quiet, path, NULL, &taken) : REMOTE_REFUSED;
	free(path);
	if (rc)
		return rc;
	reading_free(taken);
	for (story = NULL; time(NULL) < until; poll(NULL, 0, LOOK_MS)) {
		reading_free(story);
		story = NULL;
		if ((rc = get_story(&quiet, line->argv[0], &story)))
			return rc;
		latest_probe(story, now, sizeof(now));
		if (strcmp(now, before) != 0)
			break;
	}
	if (strcmp(now, before) != 0 && r->json) {
		reading_free(story);
		return (rc = get_story(r, line->argv[0], &story)) ? rc : (reading_free(story), 0);
	}
	if (strcmp(now, before) != 0)
		table_print(reading_child(story, "probes"), probe_columns, true, r->colour);
	else
		fputs("flowctl: no verdict has come: probes may be switched off or not allowed\n",
		      stderr);
	reading_free(story);
	return strcmp(now, before) != 0 ? REMOTE_GOOD : REMOTE_BAD;
}
