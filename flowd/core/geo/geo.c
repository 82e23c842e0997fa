/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/geo/geo.h"

#include "base/err.h"

#include <stdlib.h>

struct file {
	char *path;
	struct mmdb *db;
	struct mmdb_stamp seen, read; /* at the last look; when it was read, or refused */
	bool tried;
	int gone; /* why it could not be looked at last time; 0 it could */
};

struct geo {
	struct file files[GEO_FILES_MAX];
	size_t count;
};

struct geo *geo_new(const char *list)
{
	struct geo *geo = calloc(1, sizeof(*geo));
	const char *at, *end;

	for (at = list; geo && *at && geo->count < GEO_FILES_MAX; at = *end ? end + 1 : end) {
		end = strchrnul(at, ',');
		if (end == at)
			continue;
		geo->files[geo->count].path = strndup(at, (size_t)(end - at));
		if (!geo->files[geo->count++].path) {
			geo_free(geo);
			return NULL;
		}
	}
	return geo;
}

void geo_free(struct geo *geo)
{
	size_t i;

	if (!geo)
		return;
	for (i = 0; i < geo->count; i++) {
		mmdb_close(geo->files[i].db);
		free(geo->files[i].path);
	}
	free(geo);
}

size_t geo_count(const struct geo *geo)
{
	return geo->count;
}

const char *geo_path(const struct geo *geo, size_t i)
{
	return geo->files[i].path;
}

const struct mmdb_about *geo_about(const struct geo *geo, size_t i)
{
	return geo->files[i].db ? mmdb_about(geo->files[i].db) : NULL;
}

static bool is_same(const struct mmdb_stamp *a, const struct mmdb_stamp *b)
{
	return !memcmp(a, b, sizeof(*a));
}

int geo_look(struct geo *geo, size_t i, const char **why)
{
	struct file *f = &geo->files[i];
	struct mmdb *db = NULL;
	struct mmdb_stamp now;
	int rc = mmdb_look(f->path, &now), before = f->gone;

	f->gone = rc;
	if (rc) {
		f->tried = true;
		return rc == before ? 0 : rc;
	}
	if (f->tried && is_same(&now, &f->read))
		return 0;
	/* Somebody may still be writing it. */
	if (f->tried && !is_same(&now, &f->seen)) {
		f->seen = now;
		return 0;
	}
	f->tried = true;
	rc = mmdb_open(f->path, &db, &f->read, why);
	/* Not even opened: it is tried again when it has changed. */
	if (rc)
		f->read = now;
	if (rc)
		return rc;
	mmdb_close(f->db);
	f->db = db;
	return 1;
}

bool geo_has_country(const struct geo *geo)
{
	size_t i;

	for (i = 0; i < geo->count; i++)
		if (geo->files[i].db && mmdb_about(geo->files[i].db)->has_country)
			return true;
	return false;
}

struct origin geo_find(const struct geo *geo, const struct addr *addr, char *name)
{
	struct origin out = { 0 };
	size_t i;

	if (name)
		memset(name, 0, ALERT_AS_NAME_MAX);
	for (i = 0; i < geo->count; i++)
		if (geo->files[i].db)
			mmdb_find(geo->files[i].db, addr, &out, name);
	return out;
}
