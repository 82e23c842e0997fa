/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"
#include "base/err.h"
#include "flowd/config.h"
#include "flowd/yaml.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct conf *fresh(void **state)
{
	struct conf *conf = *state;

	conf_free(conf);
	assert_int_equal(conf_new(conf), 0);
	return conf;
}

static void sets_and_refuses(void **state)
{
	struct conf *conf = fresh(state);
	size_t bad = 0;

	assert_int_equal(conf->verify_rate, 200);
	assert_int_equal(conf_set(conf, "verify.rate", "17", NULL), 0);
	assert_int_equal(conf->verify_rate, 17);
	assert_true(conf->given.verify_rate);
	assert_int_equal(conf_set(conf, "verify.rate", "0", NULL), ERR_RANGE);
	assert_int_equal(conf_set(conf, "verify.rate", "x", NULL), ERR_SYNTAX);
	assert_int_equal(conf_set(conf, "verify.rate", "5k", NULL), ERR_SYNTAX);
	assert_int_equal(conf->verify_rate, 17);
	assert_int_equal(conf_set(conf, "alert-deadline", "2m", NULL), 0);
	assert_int_equal(conf->alert_deadline, 120 * MONO_SECOND);
	assert_int_equal(conf_set(conf, "alert_deadline", "2h", NULL), ERR_RANGE);
	assert_int_equal(conf_set(conf, "capture.buffer", "64M", NULL), 0);
	assert_int_equal(conf->capture_buffer, 64 << 20);
	assert_int_equal(conf_set(conf, "verify.ports", "5-4", NULL), ERR_RANGE);
	assert_int_equal(conf_set(conf, "verify.ports", "5", NULL), ERR_SYNTAX);
	assert_int_equal(conf_set(conf, "home", "10.0.0.0/8,1.2.3.4/40", &bad), ERR_RANGE);
	assert_int_equal(bad, 11);
	assert_int_equal(conf->home.count, 0);
	assert_int_equal(conf_set(conf, "nothing", "1", NULL), ERR_UNKNOWN);
	assert_string_equal(conf_nearest("verify.raet"), "verify.rate");
	assert_null(conf_nearest("zzzzzzzzzz"));
}

static void targets_and_probes(void **state)
{
	struct conf *conf = fresh(state);
	struct prefix_set targets = { NULL, 0 };
	char *text;

	assert_int_equal(conf_set(conf, "home", "10.0.0.0/30", NULL), 0);
	assert_int_equal(conf_set(conf, "exclude", "10.0.0.1", NULL), 0);
	assert_int_equal(conf_targets(conf, &targets), 0);
	text = prefix_set_text(&targets);
	assert_string_equal(text, "10.0.0.0,10.0.0.2/31");
	free(text);
	prefix_set_clear(&targets);
	assert_true(conf_probes(conf));
	/* A capture may be of other people's networks by now. */
	assert_int_equal(conf_set(conf, "read", "x.pcap", NULL), 0);
	assert_false(conf_probes(conf));
	assert_int_equal(conf_set(conf, "verify.enabled", "yes", NULL), 0);
	assert_true(conf_probes(conf));
	assert_int_equal(conf_set(conf, "home", "any", NULL), 0);
	assert_false(conf_probes(conf));
	assert_int_equal(conf_set(conf, "targets", "10.0.0.0/8", NULL), 0);
	assert_int_equal(conf_targets(conf, &targets), 0);
	assert_int_equal(targets.count, 0);
}

static void yaml_case(struct conf *conf, const char *text, const char *error)
{
	char path[] = "/tmp/flowd-conf-XXXXXX", got[YAML_ERROR_MAX] = "", want[YAML_ERROR_MAX];
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	rc = yaml_read(path, conf, got);
	unlink(path);
	snprintf(want, sizeof(want), "%s%s", error ? path : "", error ? error : "");
	assert_int_equal(!rc, !error);
	assert_memory_equal(got, want, strlen(want));
}

static void yaml_places(void **state)
{
	struct conf *conf = fresh(state);

	yaml_case(conf, "verify:\n  rate: 5\nhome:\n  - 10.0.0.0/8\n  - 192.0.2.1\n", NULL);
	assert_int_equal(conf->verify_rate, 5);
	assert_int_equal(conf->home.count, 2);
	yaml_case(conf, "", NULL);
	yaml_case(conf, "verify:\n  raet: 5\n",
		  ":2:3: no option is called verify.raet, did you mean verify.rate?");
	yaml_case(conf, "a: 1\n", ":1:1: no option is called a");
	yaml_case(conf, "verify:\n  rate: many\n",
		  ":2:9: verify.rate: syntax error, expected a number");
	yaml_case(conf, "home: 10.0.0.0/8,10.0.0.300\n", ":1:18: home: syntax error");
	yaml_case(conf, "home: [10.0.0.0/8\nverify: {\n", ":");
	yaml_case(conf, "verify:\n  rate: 1\n  rate: 2\n", ":");
	yaml_case(conf, "- a\n", ":1:1: expected options");
}

static int run(struct conf *conf, struct config_order *order, char *error, ...)
{
	char *argv[16] = { NULL };
	va_list ap;
	int argc = 0;

	va_start(ap, error);
	while ((argv[argc] = va_arg(ap, char *)))
		argc++;
	va_end(ap);
	return config_read(argc, argv, conf, order, error);
}

/* What a file and the command line say together is wrong, and where that stands. */
static void together_case(void **state, const char *text, const char *word, const char *want)
{
	char path[] = "/tmp/flowd-conf-XXXXXX", error[CONFIG_ERROR_MAX], whole[CONFIG_ERROR_MAX];
	struct config_order order = { .help = false };
	struct conf *conf = fresh(state);
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	rc = run(conf, &order, error, "flowd", "-c", path, "-i", "eth0", "--home=10.0.0.0/8", word,
		 NULL);
	assert_int_equal(rc, 0);
	assert_string_equal(order.file, path);
	assert_true(config_check(conf, error) < 0);
	yaml_locate(order.file, conf, error);
	unlink(path);
	snprintf(whole, sizeof(whole), "%s%s", *want == ':' ? path : "", want);
	assert_memory_equal(error, whole, strlen(whole));
}

static void together(void **state)
{
	together_case(state, "verify:\n  rate: 9\n  fragile: 9100,x\n", NULL,
		      ":3:12: verify.fragile: expected ports such as");
	together_case(state, "verify.fragile: 70000\n", NULL, ":1:17: verify.fragile: ");
	together_case(state, "verify:\n  fragile: \"515\"\n", "--verify.fragile=515-",
		      "verify.fragile: expected ports");
	together_case(state, "verify:\n  quiet_hours: Mon-Xxx 08:00\n", NULL,
		      ":2:16: verify.quiet_hours: ");
	together_case(state, "verify:\n  expiring: [30d, soon]\n", NULL,
		      ":2:14: verify.expiring: ");
}

static void command_line(void **state)
{
	struct conf *conf = fresh(state);
	struct config_order order = { .help = false };
	char error[CONFIG_ERROR_MAX];

	assert_int_equal(run(conf, &order, error, "flowd", "-nv", "-i", "eth0", "--interface=eth1",
			     "--verify.rate", "9", "--no-verify", "--no-capture-promiscuous",
			     "--learn", "0s", NULL),
			 ERR_UNKNOWN);
	assert_non_null(strstr(error, "--no-capture-promiscuous"));
	fresh(state);
	assert_int_equal(run(conf, &order, error, "flowd", "-nv", "-i", "eth0", "--interface=eth1",
			     "--verify.rate", "9", "--no-verify", "--no-capture.promiscuous", NULL),
			 0);
	assert_true(order.check && order.verbose);
	assert_string_equal(conf->interfaces, "eth0,eth1");
	assert_int_equal(conf->verify_rate, 9);
	assert_false(conf->verify);
	assert_false(conf->capture_promiscuous);
	assert_int_equal(config_check(conf, error), ERR_SYNTAX);
	assert_int_equal(conf_set(conf, "home", "10.0.0.0/8", NULL), 0);
	assert_int_equal(config_check(conf, error), 0);
	assert_int_equal(run(conf, &order, error, "flowd", "--verify.raet=9", NULL), ERR_UNKNOWN);
	assert_non_null(strstr(error, "did you mean --verify.rate"));
	assert_int_equal(run(conf, &order, error, "flowd", "-r", NULL), ERR_SYNTAX);
	assert_int_equal(run(conf, &order, error, "flowd", "stray", NULL), ERR_SYNTAX);
	assert_int_equal(run(conf, &order, error, "flowd", "--home=1.2.3", NULL), ERR_SYNTAX);
}

/* The command line replaces what was there; its own repetitions add up. */
static void replaces(void **state)
{
	struct conf *conf = fresh(state);
	struct config_order order;
	char error[CONFIG_ERROR_MAX], *text;

	assert_int_equal(conf_set(conf, "home", "172.16.0.0/12", NULL), 0);
	assert_int_equal(run(conf, &order, error, "flowd", "--home", "10.0.0.0/8",
			     "--home=192.0.2.0/24", NULL),
			 0);
	text = prefix_set_text(&conf->home);
	assert_string_equal(text, "10.0.0.0/8,192.0.2.0/24");
	free(text);
}

static void passes_on(void **state)
{
	struct conf *conf = fresh(state), other;
	int fd;

	assert_int_equal(conf_new(&other), 0);
	assert_int_equal(conf_set(conf, "home", "10.0.0.0/8,2001:db8::/32", NULL), 0);
	assert_int_equal(conf_set(conf, "rules", "a=b\nc", NULL), 0);
	assert_int_equal(conf_set(conf, "learn", "0s", NULL), 0);
	fd = config_pass(conf);
	assert_true(fd >= 0);
	assert_int_equal(config_take(fd, &other), 0);
	assert_string_equal(other.rules, "a=b\nc");
	assert_int_equal(other.home.count, 2);
	assert_int_equal(other.learn, 0);
	assert_true(other.given.learn);
	assert_false(other.given.verify);
	conf_free(&other);
}

static void percents(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t millionths;
	} cases[] = {
		{ "0.1%", 0, 1000 },
		{ "0.1", 0, 1000 },
		{ "0", 0, 0 },
		{ "0%", 0, 0 },
		{ "100%", 0, 1000000 },
		{ "0.0001%", 0, 1 },
		{ "33.33%", 0, 333300 },
		{ "5.%", 0, 50000 },
		{ "", ERR_SYNTAX, 0 },
		{ "%", ERR_SYNTAX, 0 },
		{ ".5%", ERR_SYNTAX, 0 },
		{ "-1%", ERR_SYNTAX, 0 },
		{ "1e1%", ERR_SYNTAX, 0 },
		{ "0x1%", ERR_SYNTAX, 0 },
		{ "1%%", ERR_SYNTAX, 0 },
		{ "1 %", ERR_SYNTAX, 0 },
		{ "1.2.3%", ERR_SYNTAX, 0 },
		{ "nan", ERR_SYNTAX, 0 },
		{ "inf", ERR_SYNTAX, 0 },
		{ "100.1%", ERR_RANGE, 0 },
		{ "101", ERR_RANGE, 0 },
		{ "99999999999999999999", ERR_RANGE, 0 },
	};
	struct conf *conf = fresh(state);
	size_t i;

	assert_int_equal(conf->health_drops, 1000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		conf->health_drops = 7;
		assert_int_equal(conf_set(conf, "health.drops", cases[i].text, NULL), cases[i].rc);
		assert_int_equal(conf->health_drops, cases[i].rc ? 7 : cases[i].millionths);
	}
}

static int setup(void **state)
{
	static struct conf conf;

	*state = &conf;
	return conf_new(&conf);
}

static int teardown(void **state)
{
	conf_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_and_refuses), cmocka_unit_test(targets_and_probes),
		cmocka_unit_test(yaml_places),	    cmocka_unit_test(together),
		cmocka_unit_test(command_line),	    cmocka_unit_test(replaces),
		cmocka_unit_test(passes_on),	    cmocka_unit_test(percents),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
