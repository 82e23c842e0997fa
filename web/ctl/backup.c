/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the store: made and removed by flowd, taken elsewhere by whoever may read them.
 */
#include "web/ctl/commands.h"
#include "web/ctl/remote.h"
#include "web/ctl/table.h"

#include "store/backup/copy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct table_column backup_columns[] = {
	{ "name", "NAME", 0 },	 { "made", "MADE", 19 }, { "files", "FILES", 0 },
	{ "bytes", "BYTES", 0 }, { "path", "PATH", 0 },	 { NULL, NULL, 0 }
};

static int list(struct remote *r)
{
	struct reading *page;
	int rc = remote_get(r, "/api/v1/backups", &page);

	if (rc)
		return rc;
	if (!r->json &&
	    !table_print(reading_child(page, "backups"), backup_columns, true, r->colour))
		puts("none");
	reading_free(page);
	return REMOTE_GOOD;
}

static int forget(struct remote *r, const char *name)
{
	char *word = remote_encode(name), *path;
	const char *text;
	int rc = word ? asprintf(&path, "/api/v1/backups/%s", word) : -1;

	free(word);
	if (rc < 0)
		return REMOTE_REFUSED;
	rc = remote_ask(r, "DELETE", path, NULL, &text);
	free(path);
	return rc;
}

/* May a copy become this folder? What is wrong was said when not. */
static bool is_free(const char *to)
{
	struct stat st;

	if (lstat(to, &st) && errno == ENOENT)
		return true;
	fprintf(stderr, "flowctl: %s: there is something of this name\n", to);
	return false;
}

/* The folder appears under its name when it is whole and on the disk. */
static int take(const struct reading *made, const char *to)
{
	const char *from = reading_text(reading_child(made, "path"));
	char error[COPY_ERROR_MAX], *part;
	struct copy_figures figures;
	int rc;

	if (!from || asprintf(&part, "%s.part", to) < 0)
		return REMOTE_REFUSED;
	rc = copy_store(from, part, true, &figures, error);
	if (!rc && rename(part, to)) {
		rc = -errno;
		snprintf(error, sizeof(error), "%s: %s", to, strerror(-rc));
	}
	if (rc) {
		fprintf(stderr, "flowctl: %s\n", error);
		copy_clear(part, error);
		rmdir(part);
	}
	free(part);
	return rc ? REMOTE_REFUSED : REMOTE_GOOD;
}

static int make(struct remote *r, const char *to)
{
	struct remote quiet = *r;
	struct reading *made;
	const char *name;
	int rc;

	if (to && !is_free(to))
		return REMOTE_REFUSED;
	quiet.json = r->json && !to;
	rc = remote_post(&quiet, "/api/v1/backups", NULL, &made);
	if (rc)
		return rc;
	name = reading_text(reading_child(made, "name"));
	if (to && name) {
		rc = take(made, to);
		/* It is where it was wanted, or nowhere. */
		if (forget(&quiet, name) && !rc)
			rc = REMOTE_REFUSED;
	}
	if (!rc && to && r->json)
		printf("{\"path\":\"%s\"}\n", to);
	else if (!rc && !r->json) {
		const char *path = reading_text(reading_child(made, "path"));

		table_safe(stdout, to ? to : path ? path : "");
		putchar('\n');
	}
	reading_free(made);
	return rc;
}

int backup_run(struct remote *r, const struct command_line *line)
{
	const char *what = line->argc ? line->argv[0] : NULL;

	if (!what)
		return make(r, NULL);
	if (line->argc == 1 && !strcmp(what, "list"))
		return list(r);
	if (line->argc == 2 && !strcmp(what, "remove"))
		return forget(r, line->argv[1]);
	if (line->argc == 1 && strchr(what, '/'))
		return make(r, what);
	return remote_usage("expected DIR with a slash in it, list, or remove NAME", "backup");
}
