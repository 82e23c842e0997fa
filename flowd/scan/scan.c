/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/scan.h"

#include "base/cage.h"
#include "base/client/client.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "flowd/role.h"
#include "flowd/rulefile.h"
#include "flowd/scan/call.h"
#include "flowd/scan/command.h"
#include "flowd/scan/folder.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define SECRET_MAX 1024
#define AUTHORITIES_MAX (4 << 20)
#define BEHIND 10 /* nice(2): alerts go first */

/* What programs and libraries read of a system: code, data, names, authorities. */
#define SYSTEM_FILES                                                                            \
	"/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/resolv.conf",      \
		"/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",          \
		"/etc/passwd", "/etc/group", "/etc/services", "/etc/protocols", "/etc/ssl",     \
		"/etc/ca-certificates", "/etc/localtime", "/etc/timezone", "/etc/alternatives", \
		"/etc/mime.types", "/dev/urandom", "/dev/random", "/dev/zero"

struct scan {
	const struct conf *conf;
	struct ipc *asker;
	struct tools tools;
	const struct tool_conf *tool;
	struct handover handover;
	struct tool_run run; /* what comes of it */
	char secret[SECRET_MAX];
	char *authorities;
	char *text; /* what it said */
	struct program program;
	struct folder folder;
};

static int refuse(struct scan *s, const char *text)
{
	s->run.state = RUN_REFUSED;
	/* Else it has been said. */
	if (text)
		snprintf(s->run.reason, sizeof(s->run.reason), "%.*s",
			 (int)sizeof(s->run.reason) - 1, text);
	return ERR_SYNTAX;
}

/* ---- what is to be done ---- */

static int take_order(struct scan *s)
{
	struct handover *h = &s->handover;
	struct ipc_message m;
	char *bytes;
	size_t len;
	int rc = ipc_recv(s->asker, true, &m);

	if (rc <= 0)
		return rc ? rc : -EPIPE;
	if (m.kind != IPC_HANDOVER)
		return ERR_UNKNOWN;
	rc = ipc_read_bulk(m.fd, sizeof(*h), &bytes, &len);
	close(m.fd);
	if (rc)
		return rc;
	if (len == sizeof(*h))
		memcpy(h, bytes, sizeof(*h));
	free(bytes);
	if (len != sizeof(*h) || !record_mend_run(&h->run, INT64_MAX / 2))
		return ERR_SHORT;
	record_mend_probe(&h->alert.probe, INT64_MAX / 2);
	h->name[sizeof(h->name) - 1] = h->alert.rule[sizeof(h->alert.rule) - 1] = 0;
	h->alert.finding.app[RECORD_APP_MAX - 1] = 0;
	h->alert.finding.product[sizeof(h->alert.finding.product) - 1] = 0;
	h->alert.finding.version[sizeof(h->alert.finding.version) - 1] = 0;
	s->run = h->run;
	s->run.exit_status = -1;
	return 0;
}

/* Core is not believed: what may not be probed is not handed to who would. */
static int check_target(struct scan *s)
{
	const struct service *service = &s->run.service;
	struct prefix_set targets = { .count = 0 };
	char error[RULEFILE_ERROR_MAX];
	struct rules *rules;
	bool may = false;

	if (!s->tool->probes)
		return 0;
	if (!conf_targets(s->conf, &targets) && prefix_set_has(&targets, &service->host) &&
	    !rulefile_read(s->conf->rules, &rules, error)) {
		may = rules_may_probe(rules, service, NULL);
		rules_free(rules);
	}
	prefix_set_clear(&targets);
	return may ? 0 : refuse(s, "it is not to be probed: targets, exclude or noprobe");
}

/* The first line. */
static int read_secret(struct scan *s)
{
	FILE *file;

	if (!*s->tool->secret_file)
		return 0;
	file = fopen(s->tool->secret_file, "re");
	if (!file || !fgets(s->secret, sizeof(s->secret), file)) {
		snprintf(s->run.reason, sizeof(s->run.reason), "secret_file: %s",
			 file ? "it is empty" : err_text(-errno));
		if (file)
			fclose(file);
		return refuse(s, NULL);
	}
	fclose(file);
	s->secret[strcspn(s->secret, "\r\n")] = 0;
	return 0;
}

static int read_authorities(struct scan *s)
{
	FILE *file;
	size_t len;

	if (!*s->tool->ca_file)
		return 0;
	file = fopen(s->tool->ca_file, "re");
	s->authorities = calloc(1, AUTHORITIES_MAX + 1);
	len = file && s->authorities ? fread(s->authorities, 1, AUTHORITIES_MAX, file) : 0;
	if (file)
		fclose(file);
	return len ? 0 : refuse(s, "ca_file cannot be read");
}

/* What the cage will not let us have. 0; else the run says why not. */
static int open_files(struct scan *s)
{
	char error[SECTION_ERROR_MAX];
	struct addrinfo *list = NULL;
	int rc;

	if (tools_parse(s->conf->tools, &s->tools, error))
		return refuse(s, error);
	s->tool = tools_find(&s->tools, s->run.tool);
	if (!s->tool)
		return refuse(s, "there is no such tool any more");
	s->run.command = s->tool->kind == TOOL_COMMAND;
	s->text = malloc(s->tool->output);
	if (!s->text)
		return refuse(s, "memory is short");
	if ((rc = check_target(s)) || (rc = read_secret(s)))
		return rc;
	if (!s->run.command) {
		client_start();
		/* Whatever looks names up is loaded now: later no code comes in. */
		if (!getaddrinfo("localhost", "1", NULL, &list))
			freeaddrinfo(list);
		return read_authorities(s);
	}
	if (program_find(s->tool->program, &s->program, s->run.reason))
		return refuse(s, NULL);
	rc = folder_take(conf_state(s->conf), s->conf->user, &s->folder);
	return rc ? refuse(s, "it has no folder of its own") : 0;
}

/* ---- the cage ---- */

static bool enter_cage(const struct scan *s, bool starts, char *reads)
{
	struct cage cage = { .user = s->conf->user,
			     .read_only = { SYSTEM_FILES },
			     .tcp = true,
			     .best_effort = conf_is_best_effort(s->conf) };
	char *paths[TOOLS_READS_MAX + 1], text[CAGE_TEXT_MAX];
	const char *missing;
	size_t i, at = 0, count;
	int rc;

	if (starts) {
		while (cage.read_only[at])
			at++;
		count = tools_lines(reads, paths, TOOLS_READS_MAX + 1);
		for (i = 0; i < count && at + 1 < CAGE_PATHS_MAX; i++)
			cage.read_only[at++] = paths[i];
		if (*s->program.script)
			cage.read_only[at++] = s->program.script;
		cage.writable[0] = s->folder.path;
		cage.writable[1] = "/dev/null";
		cage.executable[0] = s->program.start;
		cage.executable[1] = *s->program.loader ? s->program.loader : NULL;
	}
	rc = cage_enter(&cage, &missing);
	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

/* ---- doing it ---- */

static int run_command(struct scan *s)
{
	struct command c = { .tool = s->tool,
			     .handover = &s->handover,
			     .secret = s->secret,
			     .folder = s->folder.path,
			     .asker = ipc_fd(s->asker),
			     .best_effort = conf_is_best_effort(s->conf),
			     .program = s->program };
	int rc;

	folder_clear(&s->folder);
	rc = command_start(&c, &s->run);
	/* From here on there is only waiting. */
	if (!role_seal(s->conf, CAGE_SCAN))
		return ERR_CAGE;
	if (rc)
		return 0;
	rc = command_wait(&c, &s->run, s->text);
	folder_clear(&s->folder);
	return rc;
}

/* Who asked has gone: nobody waits for the answer of a slow server. */
static void *watch(void *arg)
{
	struct pollfd asker = { .fd = *(int *)arg, .events = 0 };

	while (poll(&asker, 1, -1) <= 0 || !(asker.revents & (POLLHUP | POLLERR)))
		;
	_exit(0);
}

static int run_call(struct scan *s)
{
	struct client *client = call_open(s->tool, s->authorities);
	int fd = ipc_fd(s->asker);
	pthread_t thread;

	if (!client)
		return -ENOMEM;
	if (!role_seal(s->conf, CAGE_CALL))
		return ERR_CAGE;
	if (!pthread_create(&thread, NULL, watch, &fd))
		pthread_detach(thread);
	call_do(client, &(struct call){ s->tool, &s->handover, s->secret, &s->run, s->text });
	return 0;
}

static int send_answer(struct scan *s)
{
	size_t len = sizeof(s->run) + s->run.output;
	char *whole = malloc(len);
	int rc;

	if (!whole)
		return -ENOMEM;
	memcpy(whole, &s->run, sizeof(s->run));
	if (s->run.output)
		memcpy(whole + sizeof(s->run), s->text, s->run.output);
	rc = ipc_send_bulk(s->asker, IPC_RAN, whole, len);
	free(whole);
	return rc;
}

static int scan(struct scan *s)
{
	char *reads;
	int rc = take_order(s);

	if (rc)
		return rc;
	rc = open_files(s);
	reads = strdup(s->tool ? s->tool->reads : "");
	if (!reads || !enter_cage(s, !rc && s->run.command, reads))
		rc = ERR_CAGE;
	else if (rc)
		rc = role_seal(s->conf, CAGE_SCAN) ? 0 : ERR_CAGE;
	else
		rc = s->run.command ? run_command(s) : run_call(s);
	free(reads);
	return rc ? rc : send_answer(s);
}

int scan_run(const struct conf *conf, struct ipc *asker)
{
	struct scan *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return 1;
	s->conf = conf;
	s->asker = asker;
	setpriority(PRIO_PROCESS, 0, BEHIND);
	rc = scan(s);
	/* Who asked may have gone: that is no fault. */
	if (rc && rc != -EPIPE)
		log_error("%s", err_text(rc));
	/* A thread may be in the middle of a call. */
	_exit(rc && rc != -EPIPE);
}
