/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flowd: who there is, and what joins them.
 */
#include "base/err.h"
#include "base/log.h"
#include "flowd/config.h"
#include "flowd/core/core.h"
#include "flowd/fetch/fetch.h"
#include "flowd/house/renew.h"
#include "flowd/house/restore.h"
#include "flowd/judge/judge.h"
#include "flowd/namecheck.h"
#include "flowd/parent.h"
#include "flowd/rulefile.h"
#include "flowd/scan/scan.h"
#include "flowd/sensor/sensor.h"
#include "flowd/yaml.h"
#include "relay/relay.h"
#include "verify/verify.h"
#include "web/web.h"

static int run_sensor(const struct conf *conf, struct ipc **ends)
{
	return sensor_run(conf, ends[0]);
}

static int run_core(const struct conf *conf, struct ipc **ends)
{
	return core_run(conf, &(struct core_ends){ ends[0], ends[1], ends[2], ends[3], ends[4] });
}

static bool may_probe(const void *rules, const struct service *service)
{
	return rules_may_probe(rules, service, NULL);
}

static int run_verify(const struct conf *conf, struct ipc **ends)
{
	char error[RULEFILE_ERROR_MAX];
	struct rules *rules;
	int status;

	if (rulefile_read(conf->rules, &rules, error)) {
		log_error("%s", error);
		return 1;
	}
	if (conf_is_prober(conf))
		status =
			verify_run(conf, &(struct verify_rules){ may_probe, rules }, ends[1], NULL);
	else
		status = verify_run(conf, &(struct verify_rules){ may_probe, rules }, ends[0],
				    conf_is_joined(conf) ? ends[1] : NULL);
	rules_free(rules);
	return status;
}

static int run_far(const struct conf *conf, struct ipc **ends)
{
	return verify_far_run(conf, ends[0], ends[1]);
}

static int run_relay(const struct conf *conf, struct ipc **ends)
{
	return relay_run(conf, ends[0]);
}

static int run_web(const struct conf *conf, struct ipc **ends)
{
	return web_run(conf, ends[0]);
}

/* Core waits for nobody: who may wait for it would wait for ever. */
static const struct parent_role roles[] = {
	{ "sensor", run_sensor, PARENT_REPLAY, conf_captures, PARENT_BY_OPTIONS },
	{ "relay", run_relay, PARENT_ALWAYS, conf_delivers, PARENT_BY_FILES },
	{ "core", run_core, PARENT_NEVER, conf_keeps, PARENT_BY_RULES },
	{ "verify", run_verify, PARENT_ALWAYS, conf_probes, PARENT_BY_RULES },
	{ "far", run_far, PARENT_NEVER, conf_is_joined, PARENT_BY_FILES },
	{ "web", run_web, PARENT_NEVER, conf_serves, PARENT_BY_FILES }, /* people wait, not it */
	{ NULL, NULL, PARENT_NEVER, NULL, PARENT_BY_OPTIONS },
};

static const struct parent_link links[] = {
	{ "sensor", "core" }, /* sightings, tallies; known services back */
	{ "core", "verify" }, /* jobs, names; probes back */
	{ "verify", "far" },  /* jobs, names; probes and troubles back; where it is joined */
	{ "core", "web" },    /* events, alerts, tallies; wishes back */
	{ "parent", "core" }, /* which role fell, which is back; live only; errands back */
	{ "parent", "far" },  /* the same of a prober that is alone: the kill switch, by signals */
	{ "core", "relay" },  /* alerts, what is committed; receipts and news of receivers back */
	{ NULL, NULL },
};

/* Born on core's word, gone with the answer: flowd/errand.h. */
static const struct errand_role errands[] = {
	{ "judge", IPC_JUDGE, judge_run, JUDGE_MOST, JUDGE_AT_ONCE },
	{ "fetch", IPC_FETCH, fetch_run, FETCH_MOST, FETCH_AT_ONCE },
	{ "scan", IPC_SCAN, scan_run, SCAN_MOST, SCAN_AT_ONCE },
	{ NULL, IPC_NONE, NULL, 0, 0 },
};

/* The command line, for the day somebody sends SIGHUP. */
static int saved_argc;
static char **saved_argv;

static void say(void *arg, const struct rules_error *what, bool wrong)
{
	const struct conf *conf = arg;
	const char *name = *what->file ? what->file : *conf->rules ? conf->rules : "default.rules";

	if (wrong)
		log_error("%s:%u:%u: %s", name, what->line, what->column, what->text);
	else
		log_warning("%s:%u:%u: %s", name, what->line, what->column, what->text);
}

/* Says all that can be said of the rules. 0: nothing is wrong with them. */
static int check_rules(const struct conf *conf)
{
	char error[RULEFILE_ERROR_MAX];
	struct rulefile *file = rulefile_open(conf->rules, error);
	const char *text;
	size_t len;
	int rc;

	if (!file) {
		log_error("%s", error);
		return ERR_NOT_FOUND;
	}
	text = rulefile_text(file, &len);
	rc = rulefile_check(file, text, len, say, (void *)conf);
	rulefile_free(file);
	return rc;
}

/* Reads and checks the rules; with `print` shows them and the configuration. Exit status. */
static int check(const struct conf *conf, bool print)
{
	char error[RULEFILE_ERROR_MAX];
	struct rules *rules;

	if (check_rules(conf))
		return 1;
	if (rulefile_read(conf->rules, &rules, error)) {
		log_error("%s", error);
		return 1;
	}
	namecheck_vantages(conf, rules, say, (void *)conf);
	if (namecheck_sinks(conf, rules, error, sizeof(error))) {
		log_error("%s", error);
		rules_free(rules);
		return 1;
	}
	if (print) {
		printf("# configuration\n");
		conf_print(conf, stdout);
		printf("\n# rules\n");
		rules_print(rules, stdout);
	}
	rules_free(rules);
	return 0;
}

_Static_assert(RENEW_ERROR_MAX >= CONFIG_ERROR_MAX && RENEW_ERROR_MAX >= RULEFILE_ERROR_MAX,
	       "errors fit");

/* What no single option shows, with its place in the file. */
static int check_all(const struct conf *conf, const struct config_order *order, char *error)
{
	int rc = config_check(conf, error);

	if (rc)
		yaml_locate(order->file, conf, error);
	return rc;
}

static int reload(struct conf *out, char *error)
{
	struct config_order order = { .help = false };
	struct rules *rules;
	struct conf conf;
	int rc = conf_new(&conf);

	if (rc) {
		snprintf(error, RENEW_ERROR_MAX, "%s", err_text(rc));
		return rc;
	}
	rc = config_read(saved_argc, saved_argv, &conf, &order, error);
	if (!rc)
		rc = check_all(&conf, &order, error);
	if (!rc && !(rc = rulefile_read(conf.rules, &rules, error))) {
		rc = namecheck_sinks(&conf, rules, error, RENEW_ERROR_MAX);
		rules_free(rules);
	}
	if (rc)
		conf_free(&conf);
	else
		*out = conf;
	return rc;
}

static const struct parent_plan plan = { roles, links, errands, "core", reload };

int main(int argc, char **argv)
{
	struct config_order order = { .help = false };
	char error[CONFIG_ERROR_MAX];
	struct conf conf;
	int status = parent_role_run(&plan, argc, argv);

	if (status >= 0)
		return status;
	saved_argc = argc;
	saved_argv = argv;
	if (conf_new(&conf))
		return 1;
	if (config_read(argc, argv, &conf, &order, error) ||
	    (!order.help && !order.version && !order.restore && check_all(&conf, &order, error))) {
		log_error("%s", error);
		status = 1;
	} else if (order.help) {
		config_help(stdout);
		status = 0;
	} else if (order.version) {
		printf("flowd %s\n", PACKAGE_VERSION);
		status = 0;
	} else if (order.restore) {
		status = restore_run(&conf, order.restore);
	} else {
		status = check(&conf, order.check && order.verbose);
		if (!status && !order.check)
			status = parent_run(&plan, &conf);
	}
	conf_free(&conf);
	return status;
}
