/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/house/renew.h"

#include "base/conf.h"
#include "base/log.h"
#include "flowd/house/birth.h"
#include "flowd/rulefile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVERY MONO_SECOND /* a look at the file */
#define READ_TRIES 3	  /* files that change while they are read */

/* What the rules' files look like from outside, all in one number; 0: one of them is not there. */
static uint64_t look(const struct renew *r, const struct conf *conf)
{
	const char *at = r->files && *r->files ? r->files : conf->rules;
	char path[RULES_FILE_MAX];
	uint64_t sum = 1;
	struct stat now;
	size_t len;

	for (; *conf->rules && *at; at += len + (at[len] == '\n')) {
		len = strcspn(at, "\n");
		snprintf(path, sizeof(path), "%.*s", (int)len, at);
		if (stat(path, &now))
			return 0;
		sum = (sum ^ now.st_ino ^ now.st_dev << 32) * UINT64_C(0x100000001b3);
		sum = (sum ^ (uint64_t)now.st_size) * UINT64_C(0x100000001b3);
		sum = (sum ^ (uint64_t)now.st_mtim.tv_sec) * UINT64_C(0x100000001b3);
		sum = (sum ^ (uint64_t)now.st_mtim.tv_nsec) * UINT64_C(0x100000001b3);
	}
	return sum ? sum : 1;
}

void renew_refuse(struct renew *r, const char *error)
{
	r->news.refused = 1;
	r->news.refused_us = mono_wall();
	record_text_set(r->news.error, sizeof(r->news.error), error);
	log_error("%s", error);
	log_error("nothing is changed");
}

/* Reads the files, and notes what they looked like before: what is written meanwhile is read anew
 * later. Which ones they are is known afterwards only. */
static int read_files(struct renew *r, const struct conf *conf, char *error)
{
	int fd = -1, tries;

	for (tries = 0; tries < READ_TRIES; tries++) {
		if (fd >= 0)
			close(fd);
		r->before = r->seen = look(r, conf);
		free(r->files);
		r->files = NULL;
		fd = rulefile_pass(conf->rules, &r->files, error);
		if (look(r, conf) == r->seen)
			break;
	}
	return fd;
}

bool renew_rules(struct renew *r, const struct conf *conf)
{
	char error[RULEFILE_ERROR_MAX];
	int fd = read_files(r, conf, error), high;

	if (fd < 0) {
		renew_refuse(r, error);
		return false;
	}
	/* Out of the way of the descriptors that roles are given. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, BIRTH_SPARE_FD);
	close(fd);
	if (r->rules >= 0)
		close(r->rules);
	r->rules = high;
	r->news = (struct rules_news){ .time_us = mono_wall() };
	return true;
}

bool renew_open(struct renew *r, const struct conf *conf)
{
	r->looked = mono_now();
	r->rules = -1;
	r->files = NULL;
	return renew_rules(r, conf);
}

void renew_tell(const struct renew *r, struct ipc *core)
{
	if (!core || !r->news.time_us)
		return;
	ipc_send(core, IPC_RULES, &r->news);
	ipc_flush(core);
}

bool renew_is_due(struct renew *r, const struct conf *conf)
{
	uint64_t now;
	bool still;

	if (!conf->rules_watch || !*conf->rules || mono_now() - r->looked < EVERY)
		return false;
	r->looked = mono_now();
	now = look(r, conf);
	still = now == r->before;
	r->before = now;
	/* A file that is gone for a moment is being replaced. */
	return still && now && now != r->seen;
}

mono_t renew_next(const struct conf *conf, mono_t until)
{
	mono_t next = mono_now() + EVERY;

	return conf->rules_watch && *conf->rules && next < until ? next : until;
}

/* As it prints; NULL when memory is short. */
static char *text_of(const struct conf *conf)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	conf_print(conf, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

bool renew_is_same(const struct conf *a, const struct conf *b)
{
	char *one = text_of(a), *other = text_of(b);
	bool same = one && other && !strcmp(one, other);

	free(one);
	free(other);
	return same;
}
