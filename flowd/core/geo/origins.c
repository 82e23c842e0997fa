/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/geo/origins.h"

#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/loop.h"
#include "flowd/core/geo/geo.h"
#include "store/store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_EVERY (3 * MONO_SECOND)
#define NONE "none" /* the value of the option that wants no files */
#define FOLDERS_MAX (2 * GEO_FILES_MAX)

_Static_assert(GEO_FILES_MAX == COUNTRIES_SOURCES, "each file has a row");

/* Where the usual tools put theirs. */
static const char *const usual_folders[] = { "/var/lib/GeoIP", "/usr/local/share/GeoIP",
					     "/usr/share/GeoIP" };
static const char *const usual_names[] = { "GeoLite2-Country.mmdb", "GeoLite2-ASN.mmdb" };

struct origins {
	struct geo *geo;
	char *folders[FOLDERS_MAX + 1];
	size_t folder_count;
	struct store *store;
	struct loop_event *timer;
	struct countries all;
	bool dirty; /* `all` is not what the store has */
};

/* The first of each usual name that there is, separated by commas; NULL when memory is short. */
static char *usual_files(void)
{
	char *list = NULL, path[PATH_MAX];
	size_t len, i, j;
	FILE *out = open_memstream(&list, &len);

	for (i = 0; out && i < sizeof(usual_names) / sizeof(usual_names[0]); i++)
		for (j = 0; j < sizeof(usual_folders) / sizeof(usual_folders[0]); j++) {
			snprintf(path, sizeof(path), "%s/%s", usual_folders[j], usual_names[i]);
			if (!access(path, R_OK)) {
				fprintf(out, "%s,", path);
				break;
			}
		}
	if (out && fclose(out)) {
		free(list);
		list = NULL;
	}
	return list;
}

/* A replay is to print the same everywhere, so there the machine's own files are not taken. */
static struct geo *open_geo(const struct conf *conf)
{
	char *list = NULL;
	struct geo *geo;

	if (!strcmp(conf->geo, NONE) || (!*conf->geo && *conf->read))
		return geo_new("");
	if (*conf->geo)
		return geo_new(conf->geo);
	list = usual_files();
	geo = list ? geo_new(list) : NULL;
	free(list);
	return geo;
}

static int add_folder(struct origins *o, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t i, len = slash ? (size_t)(slash - path) : 0;
	char *folder = len ? strndup(path, len) : strdup(slash ? "/" : ".");

	if (!folder)
		return -ENOMEM;
	for (i = 0; i < o->folder_count; i++)
		if (!strcmp(o->folders[i], folder))
			break;
	if (i < o->folder_count || access(folder, F_OK))
		free(folder);
	else
		o->folders[o->folder_count++] = folder;
	return 0;
}

/* A file is replaced by another one of its name, so the folder must stay open; where the name is a
 * link, also the folder it leads to. */
static int find_folders(struct origins *o)
{
	char real[PATH_MAX];
	size_t i;
	int rc = 0;

	for (i = 0; i < geo_count(o->geo) && !rc; i++) {
		rc = add_folder(o, geo_path(o->geo, i));
		if (!rc && realpath(geo_path(o->geo, i), real))
			rc = add_folder(o, real);
	}
	return rc;
}

/* Notes for everybody to see how file `i` fares. */
static void note_source(struct origins *o, size_t i, const char *trouble)
{
	const struct mmdb_about *about = geo_about(o->geo, i);
	struct countries_source *s = &o->all.sources[i];

	record_text_set(s->path, sizeof(s->path), geo_path(o->geo, i));
	record_text_set(s->trouble, sizeof(s->trouble), trouble);
	if (about && !*trouble) {
		memcpy(s->type, about->type, sizeof(s->type));
		memcpy(s->description, about->description, sizeof(s->description));
		s->built_us = about->built_us;
		s->read_us = mono_wall();
		s->has_country = about->has_country;
		s->has_as = about->has_as;
	}
	o->dirty = true;
}

static void look(struct origins *o, size_t i)
{
	const char *path = geo_path(o->geo, i), *why = NULL;
	const struct mmdb_about *about;
	char stamp[MONO_STAMP_MAX];
	int rc = geo_look(o->geo, i, &why);

	if (!rc)
		return;
	if (rc < 0) {
		why = why ? why : err_text(rc);
		note_source(o, i, why);
		log_warning("%s: %s; %s", path, why,
			    geo_about(o->geo, i) ? "what was read before stays in use"
						 : "it tells nothing until it can be read");
		return;
	}
	note_source(o, i, "");
	about = geo_about(o->geo, i);
	log_info("%s: tells %s%s%s (%s, made %.10s)", path, about->has_country ? "country" : "",
		 about->has_country && about->has_as ? " and " : "", about->has_as ? "AS" : "",
		 about->type, mono_stamp(about->built_us, stamp));
}

struct origins *origins_new(const struct conf *conf)
{
	struct origins *o = calloc(1, sizeof(*o));
	size_t i;

	if (!o)
		return NULL;
	o->geo = open_geo(conf);
	if (!o->geo || find_folders(o)) {
		origins_free(o);
		return NULL;
	}
	for (i = 0; i < geo_count(o->geo); i++)
		look(o, i);
	return o;
}

void origins_free(struct origins *o)
{
	size_t i;

	if (!o)
		return;
	loop_event_free(o->timer);
	for (i = 0; i < o->folder_count; i++)
		free(o->folders[i]);
	geo_free(o->geo);
	free(o);
}

const char *const *origins_folders(const struct origins *o)
{
	return (const char *const *)o->folders;
}

void origins_save(struct origins *o)
{
	if (!o || !o->store || !o->dirty)
		return;
	store_put_countries(o->store, &o->all);
	o->dirty = false;
}

static void tick(void *arg, int what)
{
	struct origins *o = arg;
	size_t i;

	(void)what;
	for (i = 0; i < geo_count(o->geo); i++)
		look(o, i);
	/* Goes with the next batch: core makes one many times a second. */
	origins_save(o);
	loop_timer_set(o->timer, LOOK_EVERY);
}

int origins_open(struct origins *o, struct store *store, struct loop *loop)
{
	struct countries *before = calloc(1, sizeof(*before));
	int rc = before ? store_get_countries(store, before) : -ENOMEM;

	if (rc > 0) {
		/* The files are those of today. */
		memcpy(before->sources, o->all.sources, sizeof(before->sources));
		o->all = *before;
	}
	free(before);
	if (rc < 0)
		return rc;
	o->all.source_count = (uint32_t)geo_count(o->geo);
	o->store = store;
	o->dirty = true;
	origins_save(o);
	if (!loop || !geo_count(o->geo))
		return 0;
	o->timer = loop_timer_new(loop, tick, o);
	if (!o->timer)
		return -ENOMEM;
	loop_timer_set(o->timer, LOOK_EVERY);
	return 0;
}

struct origin origins_find(const struct origins *o, const struct addr *addr, char *name)
{
	if (o)
		return geo_find(o->geo, addr, name);
	if (name)
		memset(name, 0, ALERT_AS_NAME_MAX);
	return (struct origin){ 0 };
}

bool origins_has_country(const struct origins *o)
{
	return o && geo_has_country(o->geo);
}

void origins_count(struct origins *o, const char *country, uint32_t handshakes, wall_t time)
{
	countries_add(&o->all, country, handshakes, time);
	o->dirty |= handshakes > 0;
}
