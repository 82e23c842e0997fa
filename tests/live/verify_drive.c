/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the verify role alone: jobs in by the command line or standard input, probes out as JSON
 * lines.
 *
 *   verify_drive [--NAME VALUE]... [-t SECONDS] [-s SECONDS] [-d] [-e] [ADDRESS PORT APP]...
 *
 * PORT may be "udp/PORT". Options are flowd's own, by their names ("--verify.rate 50"). APP is the
 * name the wire gave; "-" none and final; "?" not known yet; "?APP" not known yet, said after 150
 * ms; "~APP" only what the port suggests; "APP@NAME": NAME is what clients ask for by SNI. "-" as
 * the only job reads "ADDRESS PORT APP" lines. Ends when every job is answered, or after SECONDS
 * (60); -s reads nothing for so long, over a short queue; -d sends every job twice; -e prints
 * partial probes, too. The exit status is the role's.
 */
#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/record.h"
#include "verify/verify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MOST 100000
#define NAME_AFTER (150 * MONO_MS)

static struct job *jobs;
static char (*late)[RECORD_APP_MAX];
static mono_t *sent_at;
static size_t count, answered;
static bool shows_early;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "verify_drive: %s: %s\n", what, why);
	exit(2);
}

static void add_job(const char *address, const char *port, char *app)
{
	struct job *job = &jobs[count];
	char *sni = strchr(app, '@');

	if (count == JOBS_MOST)
		die(address, "too many jobs");
	*job = (struct job){ .id = count + 1, .event = EVENT_NEW, .made_us = mono_wall() };
	if (addr_parse(address, strlen(address), &job->service.host))
		die(address, "no address");
	job->service.proto = strncmp(port, "udp/", 4) ? PROTO_TCP : PROTO_UDP;
	job->service.port = (uint16_t)atoi(job->service.proto == PROTO_UDP ? port + 4 : port);
	if (sni) {
		*sni++ = 0;
		record_text_set(job->sni, sizeof(job->sni), sni);
	}
	if (*app == '~')
		record_text_set(job->app_guess, sizeof(job->app_guess), app + 1);
	else if (*app == '?')
		record_text_set(late[count], sizeof(late[count]), app + 1);
	else if (*app != '-')
		record_text_set(job->app, sizeof(job->app), app);
	job->named = *app != '?' && *app != '~';
	count++;
}

static void read_jobs(void)
{
	char address[64], port[12], app[128];

	while (scanf("%63s %11s %127s", address, port, app) == 3)
		add_job(address, port, app);
}

static void print_escaped(const uint8_t *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] >= ' ' && text[i] < 0x7f && text[i] != '"' && text[i] != '\\')
			putchar(text[i]);
		else
			printf("\\u%04x", text[i]);
}

static void print_text(const char *name, const uint8_t *text, size_t len)
{
	printf(", \"%s\": \"", name);
	print_escaped(text, len);
	putchar('"');
}

static void print_string(const char *name, const char *text)
{
	print_text(name, (const uint8_t *)text, strlen(text));
}

/* As an object of lists; what is said once is a list of one. */
static void print_facts(const struct probe *p)
{
	struct probe_fact fact;
	const char *before = "";
	unsigned kind;
	size_t at;
	bool first;

	printf(", \"facts\": {");
	for (kind = FACT_NONE + 1; kind < FACT_END; kind++) {
		for (at = 0, first = true; probe_next_fact(p, &at, &fact);) {
			if (fact.kind != kind)
				continue;
			if (first)
				printf("%s\"%s\": [", before, record_fact_text(kind));
			printf("%s\"", first ? "" : ", ");
			print_escaped((const uint8_t *)fact.text, strlen(fact.text));
			putchar('"');
			first = false;
		}
		if (first)
			continue;
		putchar(']');
		before = ", ";
	}
	putchar('}');
	printf(", \"asked\": %u, \"answered\": %u", p->asked, p->answered);
}

static void print_chain(const struct probe *p)
{
	const struct probe_certificate *c = p->certificates;
	size_t i, byte, count = p->certificate_count;

	printf(", \"chain\": [");
	for (i = 0; i < count && i < PROBE_CERTIFICATES_MAX; i++, c++) {
		printf("%s{\"bits\": %u, \"self_signed\": %u", i ? ", " : "", c->key_bits,
		       c->self_signed);
		print_string("subject", c->subject);
		print_string("issuer", c->issuer);
		print_string("key", c->key);
		printf(", \"not_before_us\": %lld, \"not_after_us\": %lld, \"sha256\": \"",
		       (long long)c->not_before_us, (long long)c->not_after_us);
		for (byte = 0; byte < sizeof(c->sha256); byte++)
			printf("%02x", c->sha256[byte]);
		printf("\"}");
	}
	putchar(']');
}

static void print_probe(const struct probe *p)
{
	char text[ADDR_TEXT_MAX];

	printf("{\"job\": %llu", (unsigned long long)p->job);
	print_string("host", addr_text(&p->service.host, text));
	printf(", \"port\": %u", p->service.port);
	print_string("state", record_state_text(p->state));
	print_string("reason", record_reason_text(p->reason));
	print_string("icmp_from", p->reason == REASON_ICMP ? addr_text(&p->icmp_from, text) : "");
	printf(", \"icmp\": [%u, %u], \"rtt_us\": %u, \"ttl\": %u, \"tries\": %u, "
	       "\"by_connect\": %u",
	       p->icmp_type, p->icmp_code, p->rtt_us, p->ttl, p->tries, p->by_connect);
	printf(", \"sent\": [%u, %u, %u], \"given_up\": %u, \"partial\": %u", p->sent_syns,
	       p->sent_dials, p->sent_datagrams, p->given_up, p->partial);
	print_string("vantage", p->vantage);
	print_string("app", p->app);
	print_string("product", p->product);
	print_string("version", p->version);
	print_string("tls", p->tls);
	print_string("subject", p->certificates[0].subject);
	print_string("issuer", p->certificates[0].issuer);
	print_string("san", p->san);
	print_string("cipher", p->cipher);
	print_string("alpn", p->alpn);
	print_chain(p);
	printf(", \"certificates\": %u, \"self_signed\": %u, \"key_bits\": %u",
	       p->certificate_count, p->certificates[0].self_signed, p->certificates[0].key_bits);
	print_string("key", p->certificates[0].key);
	print_string("signature", p->certificates[0].signature);
	print_facts(p);
	print_text("banner", p->banner, p->banner_len);
	print_facts(p);
	printf(", \"not_after_us\": %lld, \"took_us\": %lld, \"since_job_us\": %lld}\n",
	       (long long)probe_not_after(p), (long long)(p->finished_us - p->started_us),
	       (long long)(mono_now() - sent_at[p->job - 1]));
	fflush(stdout);
}

static void give_names(struct ipc *ipc, mono_t now)
{
	struct job job;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!late[i][0] || now - sent_at[i] < NAME_AFTER)
			continue;
		job = jobs[i];
		job.named = 1;
		record_text_set(job.app, sizeof(job.app), late[i]);
		late[i][0] = 0;
		ipc_send(ipc, IPC_NAME, &job);
	}
	ipc_flush(ipc);
}

/* Reads its database and closes its cage: what comes then is the answer to a job, not to a start.
 */
static void wait_ready(struct ipc *ipc, mono_t until)
{
	struct pollfd fd = { ipc_fd(ipc), POLLIN, 0 };
	struct ipc_message m;
	int rc = 0;

	while (mono_now() < until && rc != -EPIPE) {
		poll(&fd, 1, 10);
		while ((rc = ipc_recv(ipc, false, &m)) > 0)
			if (m.kind == IPC_HELLO)
				return;
	}
}

/* Sends all jobs and takes their answers until all are there. */
static void drive(struct ipc *ipc, mono_t until, int sleep_s, int copies)
{
	struct pollfd fd = { ipc_fd(ipc), POLLIN, 0 };
	const struct probe *p;
	struct ipc_message m;
	size_t next = 0;
	int rc, i;

	wait_ready(ipc, until);
	while (answered < count && mono_now() < until) {
		for (; next < count && !ipc_flush(ipc); next++) {
			sent_at[next] = mono_now();
			for (i = 0; i < copies; i++)
				ipc_send(ipc, IPC_JOB, &jobs[next]);
		}
		ipc_flush(ipc);
		give_names(ipc, mono_now());
		if (sleep_s)
			sleep((unsigned)sleep_s);
		sleep_s = 0;
		poll(&fd, 1, 10);
		while ((rc = ipc_recv(ipc, false, &m)) > 0) {
			if (m.kind != IPC_PROBE)
				continue;
			p = m.record;
			if (!p->partial || shows_early)
				print_probe(p);
			answered += !p->partial;
		}
		if (rc == -EPIPE)
			return;
	}
	/* Answered once, and only once. */
	poll(NULL, 0, copies > 1 ? 300 : 0);
	while (ipc_recv(ipc, false, &m) > 0)
		answered += m.kind == IPC_PROBE && !((const struct probe *)m.record)->partial;
	ipc_send(ipc, IPC_STOP, NULL);
	ipc_flush(ipc);
}

static int option(struct conf *conf, char **arg)
{
	size_t bad;
	int rc = conf_set(conf, arg[0] + 2, arg[1], &bad);

	if (rc)
		die(arg[0], err_text(rc));
	return 2;
}

struct how {
	mono_t wait;
	int sleep_s, copies;
};

/* Reads the options; the index of the first job. */
static int read_options(int argc, char **argv, struct conf *conf, struct how *how)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		if (argv[i][1] == 'd') {
			how->copies = 2;
			i++;
		} else if (argv[i][1] == 'e') {
			shows_early = true;
			i++;
		} else if (i + 1 == argc) {
			die(argv[i], "value missing");
		} else if (argv[i][1] == 't') {
			how->wait = atoi(argv[i + 1]) * MONO_SECOND;
			i += 2;
		} else if (argv[i][1] == 's') {
			how->sleep_s = atoi(argv[i + 1]);
			i += 2;
		} else {
			i += option(conf, argv + i);
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	struct conf conf;
	struct how how = { 60 * MONO_SECOND, 0, 1 };
	int fds[2], status = 0, i;
	struct ipc *ipc;
	pid_t pid;

	jobs = calloc(JOBS_MOST, sizeof(*jobs));
	late = calloc(JOBS_MOST, sizeof(*late));
	sent_at = calloc(JOBS_MOST, sizeof(*sent_at));
	if (!jobs || !late || !sent_at || conf_new(&conf))
		die("start", "out of memory");
	i = read_options(argc, argv, &conf, &how);
	if (i + 1 == argc)
		read_jobs();
	for (; i + 2 < argc; i += 3)
		add_job(argv[i], argv[i + 1], argv[i + 2]);
	if (ipc_pair(fds, how.sleep_s ? 1 << 16 : 1 << 22))
		die("start", "no sockets");
	pid = fork();
	if (!pid) {
		free(jobs);
		free(late);
		free(sent_at);
		close(fds[0]);
		status = verify_run(&conf, NULL, ipc_new(fds[1], 1, false), NULL);
		conf_free(&conf);
		exit(status);
	}
	close(fds[1]);
	ipc = ipc_new(fds[0], 0, true);
	if (!ipc)
		die("start", "out of memory");
	drive(ipc, mono_now() + how.wait, how.sleep_s, how.copies);
	/* The role must end by the word already: the channel stays open until it has. */
	if (waitpid(pid, &status, 0) != pid)
		status = 1;
	ipc_free(ipc);
	conf_free(&conf);
	free(jobs);
	free(late);
	free(sent_at);
	if (answered != count)
		fprintf(stderr, "verify_drive: %zu jobs, %zu answers\n", count, answered);
	return WIFEXITED(status) ? (answered != count ? 3 : WEXITSTATUS(status)) : 4;
}
