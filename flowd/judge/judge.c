/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/judge/judge.h"

#include "base/cage.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/record.h"
#include "flowd/judge/answer.h"
#include "flowd/namecheck.h"
#include "flowd/role.h"
#include "flowd/rulefile.h"
#include "store/report/doc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEHIND 10 /* nice(2): alerts go first */

struct judge {
	const struct conf *conf;
	struct ipc *asker;
	const char *state;
	char scratch[PATH_MAX]; /* of the store's reader */
	int lock;		/* holds it, as long as this process lives */
	struct rulefile *file;	/* the rules of the configuration; NULL and */
	char error[RULEFILE_ERROR_MAX];
	struct trial_order order;
	char *given; /* what came with the order */
	size_t given_len;
};

/* A scratch that no other judge is using: there are as many as there may be judges. */
static int open_scratch(struct judge *j)
{
	struct flock whole = { .l_type = F_WRLCK };
	int i, rc;

	for (i = 0; i < JUDGE_AT_ONCE; i++) {
		rc = snprintf(j->scratch, sizeof(j->scratch), "%s/judge-%d", j->state, i);
		if (rc < 0 || (size_t)rc + sizeof("/lock") > sizeof(j->scratch))
			return -ENAMETOOLONG;
		if (mkdir(j->scratch, 0750) && errno != EEXIST)
			return -errno;
		strcat(j->scratch, "/lock");
		j->lock = open(j->scratch, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
		j->scratch[rc] = 0;
		if (j->lock < 0)
			return -errno;
		if (!fcntl(j->lock, F_SETLK, &whole))
			return cage_give(j->conf->user, j->scratch);
		close(j->lock);
	}
	return -EBUSY;
}

/* Reads the order, which comes with the first message. */
static int take_order(struct judge *j)
{
	struct ipc_message m;
	char *text;
	size_t len;
	int rc = ipc_recv(j->asker, true, &m);

	if (rc <= 0)
		return rc ? rc : -EPIPE;
	if (m.kind != IPC_TRIAL)
		return ERR_UNKNOWN;
	rc = ipc_read_bulk(m.fd, sizeof(j->order) + TRIAL_TEXT_MAX, &text, &len);
	close(m.fd);
	if (rc)
		return rc;
	if (len < sizeof(j->order)) {
		free(text);
		return ERR_SHORT;
	}
	memcpy(&j->order, text, sizeof(j->order));
	j->given_len = len - sizeof(j->order);
	memmove(text, text + sizeof(j->order), j->given_len);
	j->given = text;
	return 0;
}

static struct answer ask_store(struct judge *j, const struct rules *rules)
{
	char error[STORE_ERROR_MAX];
	struct store *store;
	struct answer answer;

	if (store_open_reader(j->state, j->scratch, &store, error)) {
		log_warning("%s: %s", j->state, error);
		return answer_problem(503, "there is no store yet", NULL);
	}
	if (j->order.what == TRIAL_TEST)
		answer = answer_test(store, j->conf, rules, &j->order);
	else
		answer = answer_explain(store, rules, &j->order.service);
	store_close(store);
	return answer;
}

/* All that is wrong with them. */
static struct answer answer_fault(struct judge *j, const char *text, size_t len, const char *first)
{
	bool old = j->order.what != TRIAL_TEST && j->order.what != TRIAL_CHECK &&
		   j->order.what != TRIAL_LOAD;
	struct doc *lists[2] = { doc_new_list(), doc_new_list() };

	rulefile_check(j->file, text, len, answer_note, lists);
	doc_free(lists[1]);
	return answer_problem(old ? 503 : 422, first, lists[0]);
}

static struct answer answer_right(struct judge *j, const struct rules *rules)
{
	struct doc *lists[2] = { doc_new_list(), doc_new_list() };

	rulefile_check(j->file, j->given, j->given_len, answer_note, lists);
	namecheck_vantages(j->conf, rules, answer_note, lists);
	doc_free(lists[0]);
	return answer_check(rules, lists[1]);
}

/* They are good but for a receiver that is not there, with which no reload would take them. */
static struct answer answer_stranger(struct judge *j, const struct rules_error *what,
				     const char *text, size_t len)
{
	struct doc *lists[2] = { doc_new_list(), NULL };
	char error[sizeof(what->text) + 32];

	snprintf(error, sizeof(error), "%u:%u: %s", what->line, what->column, what->text);
	if (j->order.what == TRIAL_SHOW) {
		doc_free(lists[0]);
		return answer_show(j->conf->rules, text, len, error);
	}
	answer_note(lists, what, true);
	return answer_problem(422, error, lists[0]);
}

/* What the rules given, or those of the configuration, come to. */
static struct answer answer_order(struct judge *j)
{
	bool given = j->order.what == TRIAL_TEST || j->order.what == TRIAL_CHECK;
	const char *text = j->given;
	size_t len = j->given_len;
	struct rules_error where = { .line = 0 };
	struct rules *rules = NULL;
	struct answer answer;
	char error[sizeof(where.text) + sizeof(where.file) + 32];

	if (!j->file)
		return answer_problem(503, j->error, NULL);
	if (!given)
		text = rulefile_text(j->file, &len);
	/* What is in force may be other than what the file says by now. */
	if (j->order.what == TRIAL_EXPLAIN) {
		if (rulefile_read(j->conf->rules, &rules, j->error))
			return answer_problem(503, j->error, NULL);
	} else if (rulefile_try(j->file, text, len, &rules, &where)) {
		snprintf(error, sizeof(error), "%s%s%u:%u: %s", where.file, *where.file ? ":" : "",
			 where.line, where.column, where.text);
		return j->order.what == TRIAL_SHOW ? answer_show(j->conf->rules, text, len, error)
						   : answer_fault(j, text, len, error);
	}
	if (j->order.what != TRIAL_EXPLAIN && j->order.what != TRIAL_TEST &&
	    namecheck_receivers(j->conf, rules, &where))
		answer = answer_stranger(j, &where, text, len);
	else if (j->order.what == TRIAL_CHECK)
		answer = answer_right(j, rules);
	else if (j->order.what == TRIAL_SHOW || j->order.what == TRIAL_LOAD)
		answer = answer_show(j->conf->rules, text, len, NULL);
	else
		answer = ask_store(j, rules);
	rules_free(rules);
	return answer;
}

static int send_answer(struct judge *j, const struct answer *answer)
{
	const struct trial_outcome head = { .status = answer->status };
	size_t len = answer->text ? strlen(answer->text) : 0;
	char *whole = malloc(sizeof(head) + len);
	int rc;

	if (!whole || !answer->text) {
		free(whole);
		return -ENOMEM;
	}
	memcpy(whole, &head, sizeof(head));
	memcpy(whole + sizeof(head), answer->text, len);
	rc = ipc_send_bulk(j->asker, IPC_OUTCOME, whole, sizeof(head) + len);
	free(whole);
	return rc;
}

static int judge(struct judge *j)
{
	struct answer answer;
	int rc = take_order(j);

	if (rc)
		return rc;
	answer = answer_order(j);
	rc = send_answer(j, &answer);
	free(answer.text);
	return rc;
}

int judge_run(const struct conf *conf, struct ipc *asker)
{
	struct judge j = { .conf = conf, .asker = asker, .state = conf_state(conf) };
	const char *const readable[] = { j.state, NULL };
	int rc = open_scratch(&j);

	setpriority(PRIO_PROCESS, 0, BEHIND);
	j.file = rulefile_open(conf->rules, j.error);
	if (!rc && role_cage_reading(conf, j.scratch, readable) && role_seal(conf, CAGE_JUDGE))
		rc = judge(&j);
	else
		rc = rc ? rc : ERR_CAGE;
	/* Who asked may have gone: that is no fault. */
	if (rc && rc != -EPIPE)
		log_error("%s", err_text(rc));
	rulefile_free(j.file);
	free(j.given);
	ipc_free(asker);
	return rc && rc != -EPIPE;
}
