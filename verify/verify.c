/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/verify.h"

#include "base/cage.h"
#include "base/conf/hours.h"
#include "base/err.h"
#include "base/ipc.h"
#include "base/log.h"
#include "verify/board.h"
#include "verify/far/joint.h"
#include "verify/gate/scope.h"
#include "verify/library.h"
#include "verify/sweep/sweeper.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define RETRY_WAIT (20 * MONO_MS)   /* when core's queue was full */
#define FILES_BESIDE 64		    /* descriptors that are not conversations */
#define FILES_EACH 5		    /* of a task: its conversation, what goes beside it */
#define CLOCK_EVERY (500 * MONO_MS) /* a look whether quiet hours hold */

struct verify;

struct ear {
	struct verify *verify;
	enum raw_socket which;
	struct loop_event *event;
};

struct unsent {
	struct probe probe;
	STAILQ_ENTRY(unsent) next;
};

struct verify {
	const struct conf *conf;
	struct verify_rules rules;
	struct ipc *core, *far; /* far may be NULL */
	struct joint *joint;	/* to it; NULL, too */
	struct loop *loop;
	struct loop_event *core_event, *retry, *clock;
	struct hours quiet;
	struct budget budget;
	struct rtt rtt;
	struct source source;
	struct raw raw;
	bool has_raw;
	struct tls_client *tls;
	struct library library; /* of probes */
	struct board *board;
	struct gear *gear;	 /* NULL: no sweeps */
	struct sweeper *sweeper; /* likewise */
	struct ear ears[RAW_SOCKETS];
	STAILQ_HEAD(, unsent) unsent; /* core's queue was full */
	uint64_t refused, overflow, lost;
	int status;
};

static void stop(struct verify *v, int status)
{
	v->status = status;
	loop_stop(v->loop);
}

/* -EAGAIN: core's queue is full; otherwise it is done with. */
static int give_probe(struct verify *v, const struct probe *probe)
{
	int rc = ipc_send(v->core, IPC_PROBE, probe);

	if (!rc && (rc = ipc_flush(v->core)) == -EAGAIN) {
		/* In the batch: it only wants flushing. */
		loop_timer_set(v->retry, RETRY_WAIT);
		rc = 0;
	}
	if (rc && rc != -EAGAIN)
		stop(v, rc == -EPIPE ? 0 : 1);
	return rc;
}

static void on_probe(void *arg, const struct probe *probe)
{
	struct verify *v = arg;
	struct unsent *u;
	char text[ADDR_TEXT_MAX];

	log_debug("%s port %u: %s, %s, %s", addr_text(&probe->service.host, text),
		  probe->service.port, record_state_text(probe->state),
		  record_reason_text(probe->reason), probe->app[0] ? probe->app : "no name");
	if (STAILQ_EMPTY(&v->unsent) && give_probe(v, probe) != -EAGAIN)
		return;
	/* No new jobs until core has taken the old ones, so that this list stays short. */
	board_pause(v->board, BOARD_BEHIND, true);
	loop_timer_set(v->retry, RETRY_WAIT);
	u = malloc(sizeof(*u));
	if (!u) {
		v->lost++;
		return;
	}
	u->probe = *probe;
	STAILQ_INSERT_TAIL(&v->unsent, u, next);
}

static void on_retry(void *arg, int what)
{
	struct verify *v = arg;
	struct unsent *u;
	int rc;

	(void)what;
	if (ipc_flush(v->core) == -EAGAIN) {
		loop_timer_set(v->retry, RETRY_WAIT);
		return;
	}
	while ((u = STAILQ_FIRST(&v->unsent))) {
		rc = give_probe(v, &u->probe);
		if (rc == -EAGAIN) {
			loop_timer_set(v->retry, RETRY_WAIT);
			return;
		}
		STAILQ_REMOVE_HEAD(&v->unsent, next);
		free(u);
	}
	board_pause(v->board, BOARD_BEHIND, false);
}

/* Nothing leaves any more, and what is under way ends at once; or all that is over. */
static void shut(struct verify *v, enum budget_shut why, bool yes)
{
	unsigned was = v->budget.shut;

	if (yes)
		v->budget.shut |= why;
	else
		v->budget.shut &= ~(unsigned)why;
	if (!was == !v->budget.shut)
		return;
	log_info(v->budget.shut ? "no probes from now on: %s" : "probes again",
		 why == BUDGET_KILLED ? "the kill switch" : "verify.quiet_hours");
	board_pause(v->board, BOARD_SHUT, v->budget.shut);
	if (v->budget.shut)
		board_clear(v->board);
}

static void on_clock(void *arg, int what)
{
	struct verify *v = arg;

	(void)what;
	shut(v, BUDGET_QUIET, hours_until(&v->quiet, mono_wall()));
	loop_timer_set(v->clock, CLOCK_EVERY);
}

/* A probe that says: not looked at. */
static void refuse(struct verify *v, const struct job *job)
{
	struct probe probe = { .job = job->id, .service = job->service, .state = STATE_CANDIDATE };
	char text[ADDR_TEXT_MAX];

	probe.started_us = probe.finished_us = mono_wall();
	record_text_set(probe.vantage, sizeof(probe.vantage), v->conf->verify_vantage);
	if (!v->refused++)
		log_warning("refused to probe %s port %u: outside targets, or neither TCP nor UDP; "
			    "further refusals are only counted",
			    addr_text(&job->service.host, text), job->service.port);
	on_probe(v, &probe);
}

static void take_job(struct verify *v, const struct job *job)
{
	int rc;

	if ((job->service.proto != PROTO_TCP && job->service.proto != PROTO_UDP) ||
	    !job->service.port || !budget_may(&v->budget, &job->service.host)) {
		refuse(v, job);
		return;
	}
	rc = board_put(v->board, job);
	if (rc > 0 && job->named)
		board_name(v->board, job);
	if (rc >= 0)
		return;
	if (!v->overflow++)
		log_warning("too many jobs wait (%d): not looked at: %s", BOARD_MOST, err_text(rc));
	refuse(v, job);
}

static int say(void *arg, enum ipc_kind kind, const void *record)
{
	struct verify *v = arg;
	int rc = ipc_send(v->core, kind, record);

	if (!rc && (rc = ipc_flush(v->core)) == -EAGAIN) {
		loop_timer_set(v->retry, RETRY_WAIT);
		rc = 0;
	}
	if (rc && rc != -EAGAIN)
		stop(v, rc == -EPIPE ? 0 : 1);
	return rc;
}

static void take_sweep(struct verify *v, const struct sweep *said)
{
	struct sweep order = *said;

	if (!record_mend_sweep(&order, mono_wall() + MONO_SECOND))
		return;
	if (v->sweeper) {
		sweeper_order(v->sweeper, &order);
		return;
	}
	log_warning("no sweep: it needs CAP_NET_RAW");
	order.state = SWEEP_FAILED;
	say(v, IPC_SWEEP, &order);
}

static void on_core(void *arg, int what)
{
	struct verify *v = arg;
	struct ipc_message m;
	int rc;

	(void)what;
	while ((rc = ipc_recv(v->core, false, &m)) != 0) {
		if (rc == ERR_VERSION || rc == ERR_SHORT || rc == ERR_UNKNOWN) {
			log_error("message from core: %s", err_text(rc));
			continue;
		}
		if (rc < 0 || m.kind == IPC_STOP) {
			if (rc < 0 && rc != -EPIPE)
				log_error("core: %s", err_text(rc));
			stop(v, rc < 0 && rc != -EPIPE);
			return;
		}
		if (m.kind != IPC_JOB ||
		    budget_may(&v->budget, &((const struct job *)m.record)->service.host))
			joint_pass(v->joint, &m);
		if (m.kind == IPC_SCOPE && (rc = scope_take(v->conf, m.fd, &v->budget.targets)))
			log_error("what may be probed: %s; nothing is probed", err_text(rc));
		if (m.kind == IPC_JOB)
			take_job(v, m.record);
		else if (m.kind == IPC_NAME)
			board_name(v->board, m.record);
		else if (m.kind == IPC_SWEEP)
			take_sweep(v, m.record);
		else if (m.kind == IPC_PROBING)
			shut(v, BUDGET_KILLED, !((const struct probing *)m.record)->enabled);
		if (m.fd >= 0)
			close(m.fd);
	}
}

/* A router that keeps refusing is not asked again and again. */
static void hear_refusal(struct verify *v, const struct syn_answer *answer)
{
	const struct rest_word word = { answer->host, answer->icmp_type, answer->icmp_code };
	char text[ADDR_TEXT_MAX];

	if (answer->kind == SYN_UNREACHABLE && !answer->is_own &&
	    rest_hear(&v->budget.rest, &word, mono_now()))
		log_info("%s or its network is left alone for %lld s: routers refuse it",
			 addr_text(&answer->host, text),
			 (long long)(v->conf->verify_backoff / MONO_SECOND));
}

static void on_ear(void *arg, int what)
{
	struct ear *ear = arg;
	struct syn_answer answer;

	(void)what;
	while (raw_recv(&ear->verify->raw, ear->which, &answer)) {
		board_hear(ear->verify->board, &answer);
		hear_refusal(ear->verify, &answer);
	}
}

/* Every conversation is a descriptor; a service may be asked several things at once. */
static unsigned parallel_of(const struct conf *conf)
{
	struct rlimit files;
	uint64_t most;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return (unsigned)conf->verify_parallel;
	most = conf->verify_parallel * FILES_EACH + FILES_BESIDE;
	if (files.rlim_cur < most) {
		files.rlim_cur = files.rlim_max < most ? files.rlim_max : most;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur >= most)
		return (unsigned)conf->verify_parallel;
	log_warning("verify.parallel is cut to %u: the limit of open files is %u",
		    (unsigned)(files.rlim_cur / (2 * FILES_EACH)), (unsigned)files.rlim_cur);
	return (unsigned)(files.rlim_cur / (2 * FILES_EACH));
}

static int open_raw(struct verify *v)
{
	int rc = raw_open(&v->raw, &v->source);

	v->has_raw = !rc;
	if (!rc && (rc = gear_open(&v->source, &v->raw, &v->gear)))
		log_warning("no sweeps: %s", err_text(rc));
	rc = v->has_raw ? 0 : rc;
	if (rc == -EPERM || rc == -EACCES) {
		log_warning("no CAP_NET_RAW: connect() takes the place of half-open probes");
		return 0;
	}
	if (rc)
		log_error("raw sockets: %s", err_text(rc));
	return rc;
}

/* Whom to spare, and when. */
static int open_manners(struct verify *v)
{
	const struct budget_manners manners = { .host_rate = v->conf->verify_host_rate,
						.network_rate = v->conf->verify_prefix_rate,
						.backoff = v->conf->verify_backoff };
	int rc = budget_share(&v->budget, &manners, v->conf->verify_rate);

	if (!rc)
		rc = rtt_open(&v->rtt, v->conf->verify_syn_wait);
	if (!rc)
		rc = hours_parse(&v->quiet, v->conf->verify_quiet_hours, NULL);
	hours_open();
	if (rc)
		log_error("verify.quiet_hours, or tables: %s", err_text(rc));
	return rc;
}

static int open_sockets(struct verify *v)
{
	struct prefix_set targets = { NULL, 0 };
	int rc;

	rc = source_open(&v->source, v->conf);
	if (rc) {
		log_error("verify.source, verify.interface or verify.ports: %s", err_text(rc));
		return rc;
	}
	rc = conf_targets(v->conf, &targets);
	if (rc)
		return rc;
	budget_open(&v->budget, targets, v->conf->verify_rate, mono_now());
	rc = open_manners(v);
	if (rc)
		return rc;
	rc = library_read(&v->library, v->conf);
	if (rc)
		return rc;
	v->tls = tls_client_new();
	if (!v->tls) {
		log_error("the TLS library does not start");
		return -ENOMEM;
	}
	return open_raw(v);
}

static int report_cage(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return rc;
}

static int close_cage(const struct conf *conf)
{
	struct cage cage = { .user = conf->user,
			     .tcp = true,
			     .best_effort = conf_is_best_effort(conf) };
	const char *missing;
	int rc = cage_enter(&cage, &missing);

	return report_cage(rc, missing);
}

static int seal_cage(const struct conf *conf)
{
	const char *missing;
	int rc = cage_seal(CAGE_VERIFY, conf_is_best_effort(conf), &missing);

	return report_cage(rc, missing);
}

static int open_loop(struct verify *v)
{
	struct task_room room = { .conf = v->conf,
				  .talk = { .budget = &v->budget,
					    .source = &v->source,
					    .tls = v->tls,
					    .book = v->library.book,
					    .announce = v->conf->verify_announce },
				  .raw = v->has_raw ? &v->raw : NULL,
				  .rtt = &v->rtt,
				  .key = hash_key_new() };
	int i;

	v->loop = room.talk.loop = loop_new();
	if (!v->loop)
		return -ENOMEM;
	v->board = board_new(&room, parallel_of(v->conf), on_probe, v);
	v->retry = loop_timer_new(v->loop, on_retry, v);
	v->clock = loop_timer_new(v->loop, on_clock, v);
	v->core_event = loop_fd_new(v->loop, ipc_fd(v->core), LOOP_READ, on_core, v);
	if (v->far && !(v->joint = joint_new(v->loop, v->far, say, v)))
		return -ENOMEM;
	if (v->gear)
		v->sweeper = sweeper_new(&(struct sweeper_setup){ .conf = v->conf,
								  .may = v->rules.may,
								  .rules = v->rules.rules,
								  .budget = &v->budget,
								  .source = &v->source,
								  .gear = v->gear,
								  .loop = v->loop,
								  .say = say,
								  .arg = v });
	if (!v->board || !v->retry || !v->clock || !v->core_event || (v->gear && !v->sweeper))
		return -ENOMEM;
	loop_timer_set(v->clock, 0);
	for (i = 0; v->has_raw && i < RAW_SOCKETS; i++) {
		if (v->raw.fd[i] < 0)
			continue;
		v->ears[i].verify = v;
		v->ears[i].which = i;
		v->ears[i].event =
			loop_fd_new(v->loop, v->raw.fd[i], LOOP_READ, on_ear, &v->ears[i]);
		if (!v->ears[i].event)
			return -ENOMEM;
	}
	return 0;
}

static void free_all(struct verify *v)
{
	struct unsent *u;
	int i;

	while ((u = STAILQ_FIRST(&v->unsent))) {
		STAILQ_REMOVE_HEAD(&v->unsent, next);
		free(u);
	}
	for (i = 0; i < RAW_SOCKETS; i++)
		loop_event_free(v->ears[i].event);
	loop_event_free(v->core_event);
	joint_free(v->joint);
	loop_event_free(v->retry);
	loop_event_free(v->clock);
	board_free(v->board);
	sweeper_free(v->sweeper);
	gear_close(v->gear);
	loop_free(v->loop);
	tls_client_free(v->tls);
	library_close(&v->library);
	if (v->has_raw)
		raw_close(&v->raw);
	budget_close(&v->budget);
	rtt_close(&v->rtt);
	ipc_free(v->core);
	ipc_free(v->far);
}

int verify_run(const struct conf *conf, const struct verify_rules *rules, struct ipc *core,
	       struct ipc *far)
{
	struct verify v = { .conf = conf, .core = core, .far = far, .status = 1 };
	int rc;

	log_open("verify", conf->log_debug ? LOG_DEBUG : LOG_INFO);
	if (rules)
		v.rules = *rules;
	STAILQ_INIT(&v.unsent);
	rc = open_sockets(&v);
	if (!rc)
		rc = close_cage(conf);
	if (!rc)
		rc = library_open(&v.library, conf);
	if (!rc && (rc = open_loop(&v)))
		log_error("event loop: %s", err_text(rc));
	if (!rc)
		rc = seal_cage(conf);
	if (!rc) {
		/* Whatever jobs an earlier life had, core will send them again. */
		ipc_send(core, IPC_HELLO, NULL);
		ipc_flush(core);
		loop_run(v.loop);
	}
	if (v.refused > 1 || v.overflow || v.lost)
		log_info("jobs refused %llu, of them for want of room %llu; answers lost %llu",
			 (unsigned long long)v.refused, (unsigned long long)v.overflow,
			 (unsigned long long)v.lost);
	free_all(&v);
	return v.status;
}
