/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/sensor.h"

#include "base/err.h"
#include "base/log.h"
#include "flowd/role.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/live.h"
#include "flowd/sensor/progress.h"
#include "flowd/sensor/ring.h"
#include "flowd/sensor/sieve.h"
#include "flowd/sensor/team.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_MOST 4096 /* frames between two looks at anything else */

/* What each worker will read: a column for each. */
struct sources {
	struct capture *captures[TEAM_MOST][CAPTURE_MOST];
	size_t count[TEAM_MOST];
};

/* The addresses that our own probes come from. 0 or -errno. */
static int find_own(struct team *team)
{
	struct ifaddrs *list, *i;
	struct prefix_range one;
	int rc;

	rc = prefix_set_parse(&team->own, team->conf->verify_source, NULL);
	if (rc || *team->conf->read)
		return rc;
	if (getifaddrs(&list))
		return -errno;
	for (i = list; i && !rc; i = i->ifa_next) {
		const struct sockaddr_storage *ss = (const void *)i->ifa_addr;

		if (!ss || addr_from_socket(ss, &one.low, NULL))
			continue;
		one.high = one.low;
		rc = prefix_set_add(&team->own, &one);
	}
	freeifaddrs(list);
	return rc;
}

/* Makes a capture that is open one of a worker's; false: it can't be used, which is said. */
static bool source_add(struct sources *sources, size_t worker, struct capture *capture,
		       const char *filter)
{
	char error[CAPTURE_ERROR_MAX];

	if (sources->count[worker] == CAPTURE_MOST) {
		log_error("more than %d interfaces or files", CAPTURE_MOST);
		capture_close(capture);
		return false;
	}
	sources->captures[worker][sources->count[worker]++] = capture;
	if (!decode_knows(capture_link(capture))) {
		log_error("%s: frames of link type %d are not read", capture_name(capture),
			  capture_link(capture));
		return false;
	}
	if (*filter && capture_filter(capture, filter, error)) {
		log_error("%s", error);
		return false;
	}
	return true;
}

/* An interface, once for each worker; -1: it can't be used, 0: it is not there, 1. */
static int open_interface(struct sources *sources, const struct conf *conf, const char *name,
			  const char *filter)
{
	size_t i, size = team_wanted(conf);
	char error[CAPTURE_ERROR_MAX];
	struct ring_group group = { .joined = 0 };
	struct capture *capture;
	int rc;

	for (i = 0; i < size; i++) {
		rc = capture_open_live(name, conf, &capture, error);
		if (rc == ERR_NOT_FOUND && !i) {
			log_warning("%s; it is listened on once it is there", error);
			return 0;
		}
		if (rc) {
			log_error("%s", error);
			return -1;
		}
		if (!source_add(sources, i, capture, filter))
			return -1;
		if (size > 1 && (rc = ring_join(&group, capture_fd(capture)))) {
			log_error("%s: workers can't share it: %s", name, err_text(rc));
			return -1;
		}
	}
	return 1;
}

static bool open_interfaces(struct sources *sources, const struct conf *conf)
{
	char *names = strdup(conf->interfaces), *at = names, *name, *filter = sieve_text(conf);
	int there = 0, rc = names && filter ? 1 : -1;

	while (rc >= 0 && (name = strsep(&at, ","))) {
		rc = open_interface(sources, conf, name, filter);
		there += rc == 1;
	}
	free(names);
	free(filter);
	if (rc >= 0 && !there && !conf->capture_wait)
		log_error("there is nothing to listen on");
	return rc >= 0 && (there || conf->capture_wait);
}

static bool open_files(struct sources *sources, const struct conf *conf)
{
	char error[CAPTURE_ERROR_MAX], *names = strdup(conf->read), *at = names, *name;
	size_t size = team_wanted(conf), i;
	struct capture *capture;
	bool good = names;

	for (i = 0; good && (name = strsep(&at, CONF_NEXT_FILE)); i++) {
		good = !capture_open_file(name, &capture, error);
		if (!good)
			log_error("%s", error);
		else
			good = source_add(sources, i % size, capture, conf->filter);
	}
	free(names);
	return good;
}

/* Replays the files of one worker, one after the other. */
static int replay(void *arg, struct worker *worker)
{
	const struct team *team = arg;
	bool bar = team->conf->progress && worker == team->workers[0] && isatty(STDERR_FILENO);
	char error[CAPTURE_ERROR_MAX];
	struct progress progress;
	struct capture *capture;
	int n, status = 0;
	uint64_t at, size;
	size_t i;

	progress_open(&progress);
	for (i = 0; (capture = worker_capture(worker, i)); i++) {
		while ((n = worker_read(worker, i, READ_MOST, error)) > 0) {
			if (!bar)
				continue;
			capture_progress(capture, &at, &size);
			progress_show(&progress, worker_frames(worker), at, size);
		}
		progress_close(&progress);
		if (n < 0) {
			log_error("%s: after frame %llu: %s", capture_name(capture),
				  (unsigned long long)worker_frame(worker), error);
			status = SENSOR_UNREADABLE;
		}
		worker_drop(worker, i);
	}
	worker_finish(worker, 0);
	return status;
}

/* Opens what is to be read, goes into the cage, and makes the workers. */
static bool prepare(struct team *team, struct sources *sources)
{
	const struct conf *conf = team->conf;
	size_t i, k;
	int rc;

	if (!(*conf->read ? open_files(sources, conf) : open_interfaces(sources, conf)) ||
	    !role_cage(conf, NULL))
		return false;
	if ((rc = team_open(team))) {
		log_error("core does not say what is known, or memory is short: %s", err_text(rc));
		return false;
	}
	for (i = 0; i < team->size; i++)
		for (k = 0; k < sources->count[i]; k++) {
			worker_add(team->workers[i], sources->captures[i][k]);
			sources->captures[i][k] = NULL;
		}
	return true;
}

int sensor_run(const struct conf *conf, struct ipc *core)
{
	struct team team = { .conf = conf, .core = core };
	struct sources sources = { .count = { 0 } };
	struct live *live = NULL;
	int rc = find_own(&team);
	size_t i, k;

	/* Making huge pages takes longer than the kernel's buffer of packets lasts. */
	if (!*conf->read)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (rc) {
		log_error("own addresses: %s", err_text(rc));
		rc = 1;
	} else if (!*conf->read && live_open(&live)) {
		log_error("news of interfaces: %s", err_text(-errno));
		rc = 1;
	} else if (!prepare(&team, &sources)) {
		rc = 1;
	} else {
		rc = live ? live_run(live, &team) : team_run(&team, replay, &team);
	}
	ipc_send(core, IPC_END, NULL);
	ipc_flush(core);
	for (i = 0; i < TEAM_MOST; i++)
		for (k = 0; k < CAPTURE_MOST; k++)
			capture_close(sources.captures[i][k]);
	live_free(live);
	team_close(&team);
	return rc;
}
