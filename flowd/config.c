/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/config.h"

#include "base/conf/hours.h"
#include "base/conf/serving.h"
#include "base/conf/sinks.h"
#include "base/conf/tools.h"
#include "base/err.h"
#include "base/log.h"
#include "base/record.h"
#include "flowd/fetch/rows.h"
#include "flowd/watched.h"
#include "flowd/yaml.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN_USER "flowd" /* as in dist/flowd.sysusers */

/* Short forms: a letter or a word, the option it stands for, and its value where that is fixed. */
static const struct {
	const char *word, *name, *value;
} shorts[] = {
	{ "-r", "read", NULL },
	{ "-i", "interface", NULL },
	{ "--no-verify", "verify.enabled", "no" },
	{ "--verify", "verify.enabled", "yes" },
	{ "--sweep", "sweep.now", NULL },
	{ "-p", "sweep.ports", NULL },
};

struct word {
	const char *name, *value;
	const char *as_given;
};

struct words {
	struct word *list;
	size_t count;
	const char *file;
};

static int complain(char *error, int rc, const char *word, const char *text)
{
	snprintf(error, CONFIG_ERROR_MAX, "%s: %s", word, text);
	return rc;
}

/* -h, -n and the like, alone or together ("-nv"); false: it is something else. */
static bool take_flags(const char *word, struct config_order *order)
{
	struct config_order o = *order;

	if (!strcmp(word, "--help"))
		o.help = true;
	else if (!strcmp(word, "--version"))
		o.version = true;
	else if (word[0] != '-' || !word[1] || word[1 + strspn(word + 1, "hVnv")])
		return false;
	else
		for (word++; *word; word++) {
			o.help |= *word == 'h';
			o.version |= *word == 'V';
			o.check |= *word == 'n';
			o.verbose |= *word == 'v';
		}
	*order = o;
	return true;
}

/* The table's name that "--Some-name" stands for, in `name`; false: it is none. */
static bool long_name(const char *word, char *name, size_t size)
{
	size_t len = strcspn(word, "=");

	if (strncmp(word, "--", 2) || len < 3 || len - 2 >= size)
		return false;
	memcpy(name, word + 2, len - 2);
	name[len - 2] = 0;
	return true;
}

/* Splits one option off the command line: how many words it takes, or an error. */
static int take_option(char **argv, struct word *out, char *error)
{
	const char *equals = strchr(argv[0], '='), *near;
	char text[256];
	char name[128];
	size_t i;

	*out = (struct word){ .as_given = argv[0] };
	for (i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++)
		if (!strcmp(argv[0], shorts[i].word)) {
			out->name = shorts[i].name;
			out->value = shorts[i].value ? shorts[i].value : argv[1];
			if (!out->value)
				return complain(error, ERR_SYNTAX, argv[0], "needs a value");
			return shorts[i].value ? 1 : 2;
		}
	if (!long_name(argv[0], name, sizeof(name)))
		return complain(error, ERR_SYNTAX, argv[0], "is not an option; try --help");
	out->name = argv[0] + 2;
	if (conf_is_option(name)) {
		if (equals || (conf_is_switch(name) && (!argv[1] || argv[1][0] == '-'))) {
			out->value = equals ? equals + 1 : "yes";
			return 1;
		}
		out->value = argv[1];
		return argv[1] ? 2 : complain(error, ERR_SYNTAX, argv[0], "needs a value");
	}
	if (!equals && !strncmp(name, "no-", 3) && conf_is_switch(name + 3)) {
		out->name = argv[0] + 5;
		out->value = "no";
		return 1;
	}
	near = conf_nearest(name);
	snprintf(text, sizeof(text), "no such option%s%s%s", near ? ", did you mean --" : "",
		 near ? near : "", near ? "?" : "; try --help");
	return complain(error, ERR_UNKNOWN, argv[0], text);
}

static int split(int argc, char **argv, struct words *words, struct config_order *order,
		 char *error)
{
	int i, rc;

	for (i = 1; i < argc; i += rc) {
		rc = 1;
		if (take_flags(argv[i], order))
			continue;
		if (!strcmp(argv[i], "-c") || !strcmp(argv[i], "--config")) {
			words->file = argv[i + 1];
			if (!words->file)
				return complain(error, ERR_SYNTAX, argv[i], "needs a file");
			rc = 2;
			continue;
		}
		if (!strcmp(argv[i], "--restore")) {
			order->restore = argv[i + 1];
			if (!order->restore)
				return complain(error, ERR_SYNTAX, argv[i], "needs a folder");
			rc = 2;
			continue;
		}
		rc = take_option(argv + i, &words->list[words->count], error);
		if (rc < 0)
			return rc;
		words->count++;
	}
	return 0;
}

/* The command line replaces what the file says of an option; its own repetitions add up. */
static int apply(const struct words *words, struct conf *conf, char *error)
{
	char name[128], text[256], expects[128];
	size_t i;
	int rc;

	for (i = 0; i < words->count; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(words->list[i].name, "="),
			 words->list[i].name);
		conf_reset(conf, name);
		/* What to watch is one question: who asks for a file does not mean the interface
		 * too. */
		if (!strcmp(name, "read"))
			conf_reset(conf, "interface");
		if (!strcmp(name, "interface"))
			conf_reset(conf, "read");
	}
	for (i = 0; i < words->count; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(words->list[i].name, "="),
			 words->list[i].name);
		rc = conf_set(conf, name, words->list[i].value, NULL);
		if (!rc)
			continue;
		snprintf(text, sizeof(text), "%s: %s, expected %s", words->list[i].value,
			 err_text(rc), conf_expects(name, expects, sizeof(expects)));
		return complain(error, rc, words->list[i].as_given, text);
	}
	return 0;
}

/* Who asks for a sweep and does not say what is theirs means what is to be looked at. */
static int apply_sweep(struct conf *conf)
{
	char *text;
	int rc;

	if (!conf_sweeps_once(conf) || conf->home.count)
		return 0;
	text = prefix_set_text(&conf->sweep_now);
	rc = text ? conf_set(conf, "home", text, NULL) : -ENOMEM;
	free(text);
	return rc;
}

int config_read(int argc, char **argv, struct conf *conf, struct config_order *order, char *error)
{
	struct words words = { .list = calloc((size_t)argc + 1, sizeof(struct word)) };
	int rc;

	if (!words.list)
		return complain(error, -ENOMEM, "command line", err_text(-ENOMEM));
	rc = split(argc, argv, &words, order, error);
	order->file = words.file ? words.file : access(CONFIG_FILE, F_OK) ? NULL : CONFIG_FILE;
	if (!rc && order->file)
		rc = yaml_read(order->file, conf, error);
	if (!rc)
		rc = apply(&words, conf, error);
	if (!rc)
		rc = apply_sweep(conf);
	/* One of its own, where somebody has made it. */
	if (!rc && !conf->given.user && getpwnam(OWN_USER))
		rc = conf_set(conf, "user", OWN_USER, NULL);
	free(words.list);
	return rc;
}

static bool is_durations(const char *text)
{
	char word[32];
	mono_t t;

	for (text += strspn(text, ", "); *text; text += strspn(text, ", ")) {
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, ", "), text);
		if (mono_parse(word, &t))
			return false;
		text += strcspn(text, ", ");
	}
	return true;
}

static int check_serving(const struct conf *conf, char *error)
{
	const char *option, *wrong = conf_serves(conf) ? serving_check(conf, &option) : NULL;

	return wrong ? complain(error, ERR_SYNTAX, option, wrong) : 0;
}

static int check_sweep(const struct conf *conf, char *error)
{
	struct sweep order = { .id = 0 };
	int rc = record_sweep_parse_ports(&order, conf->sweep_ports);

	if (rc)
		return complain(error, rc, "sweep.ports", "expected ports such as 22,80,8000-8100");
	if (!conf_sweeps_once(conf))
		return 0;
	if (*conf->read)
		return complain(error, ERR_SYNTAX, "--sweep", "a replay sends nothing");
	if (!conf_probes(conf))
		return complain(error, ERR_SYNTAX, "--sweep",
				"probes are switched off, or home is any");
	return 0;
}

static int check_watched(const struct conf *conf, char *error)
{
	struct sweep list;
	int rc = watched_list(conf, &list);

	if (rc == ERR_FULL)
		return complain(error, rc, "watch.udp.hosts",
				"at most 32 networks, and 4194304 hosts times ports");
	return rc ? complain(error, rc, "watch.udp.ports", "expected ports such as 161,500,5060")
		  : 0;
}

/* Is there a vantage without an address? */
static bool is_called(const char *vantages)
{
	size_t len;

	for (; *(vantages += strspn(vantages, ", ")); vantages += len) {
		len = strcspn(vantages, ", ");
		if (!memchr(vantages, '=', len))
			return true;
	}
	return false;
}

/* What joins two of us. */
static int check_far(const struct conf *conf, char *error)
{
	if (*conf->role && strcmp(conf->role, "verify") != 0)
		return complain(error, ERR_UNKNOWN, "role", "expected verify");
	if (*conf->role && !*conf->listen == !*conf->connect)
		return complain(error, ERR_SYNTAX, "listen, connect", "expected one of them");
	if (!*conf->role && *conf->connect)
		return complain(error, ERR_SYNTAX, "connect", "only a prober calls: role verify");
	if (!*conf->role && is_called(conf->vantages) != (*conf->listen != 0))
		return complain(error, ERR_SYNTAX, "listen",
				"goes with vantages that have no address, since they call");
	if (*conf->role && !conf->home.count && !conf->targets.count)
		return complain(error, ERR_SYNTAX, "targets", "say what may be probed from here");
	if (!*conf->link_ca || !*conf->link_certificate || !*conf->link_key)
		return complain(error, ERR_SYNTAX, "link",
				"expected link.ca, link.certificate and link.key");
	return 0;
}

/* All of them together: what the file says of each was looked at where it stands. */
static int check_sinks(const struct conf *conf, char *error)
{
	char wrong[SINKS_ERROR_MAX];
	struct sinks sinks = { .count = 0 };
	int rc = sinks_parse(conf->sinks, &sinks, wrong);

	sinks_free(&sinks);
	return rc ? complain(error, rc, "sinks", wrong) : 0;
}

static int check_assets(const struct conf *conf, char *error)
{
	struct rows rows = { .source = ASSET_FILE };
	const char *text = conf->assets_list;
	struct asset asset;
	char line[160];
	int rc, n = 0;

	while ((rc = record_asset_next(&text, &asset)) > 0)
		n++;
	if (rc) {
		snprintf(line, sizeof(line),
			 "entry %d: expected a network, then name=, owner=, tags=, zone=, port=, "
			 "proto=, outside=, probe=",
			 n + 1);
		return complain(error, rc, "assets.list", line);
	}
	if (!rows_map(&rows, conf->assets_fields))
		return complain(error, ERR_SYNTAX, "assets.fields",
				"expected address=ip,name=hostname,...");
	if (*conf->assets_url && strncmp(conf->assets_url, "https://", 8) &&
	    strncmp(conf->assets_url, "http://", 7))
		return complain(error, ERR_SYNTAX, "assets.url", "expected https:// or http://");
	return 0;
}

static int check_tools(const struct conf *conf, char *error)
{
	char wrong[SECTION_ERROR_MAX];
	struct tools tools = { .count = 0 };
	int rc = tools_parse(conf->tools, &tools, wrong);

	tools_free(&tools);
	return rc ? complain(error, rc, "tools", wrong) : 0;
}

int config_check(const struct conf *conf, char *error)
{
	struct sweep ports = { .id = 1 };
	struct hours quiet;
	int rc;

	if (log_format_parse(conf->log_format) < 0)
		return complain(error, ERR_UNKNOWN, "log.format", "expected text or json");
	if (strcmp(conf->cage, "strict") && strcmp(conf->cage, "best-effort"))
		return complain(error, ERR_UNKNOWN, "cage", "expected strict or best-effort");
	if (!*conf->user)
		return complain(error, ERR_SYNTAX, "user", "expected the name of a user");
	if (strlen(conf->verify_vantage) >= 16 || !*conf->verify_vantage)
		return complain(error, ERR_RANGE, "verify.vantage",
				"expected a name of 1 to 15 bytes");
	if (!is_durations(conf->verify_expiring))
		return complain(error, ERR_SYNTAX, "verify.expiring",
				"expected durations such as 30d,7d,0s");
	if (*conf->verify_fragile && record_sweep_parse_ports(&ports, conf->verify_fragile))
		return complain(error, ERR_SYNTAX, "verify.fragile",
				"expected ports such as 9100-9107,515");
	if (hours_parse(&quiet, conf->verify_quiet_hours, NULL))
		return complain(error, ERR_SYNTAX, "verify.quiet_hours",
				"expected hours like Mon-Fri 08:00-18:00, Sat 10:00-12:00");
	if ((*conf->role || *conf->vantages || *conf->listen || *conf->connect) &&
	    (rc = check_far(conf, error)))
		return rc;
	if (conf_is_prober(conf))
		return 0;
	if (*conf->read && *conf->interfaces && conf->given.read && conf->given.interfaces)
		return complain(error, ERR_SYNTAX, "read, interface", "a replay has no interface");
	rc = check_serving(conf, error);
	if (!rc)
		rc = check_sweep(conf, error);
	if (!rc)
		rc = check_sinks(conf, error);
	if (!rc)
		rc = check_assets(conf, error);
	if (!rc)
		rc = check_tools(conf, error);
	if (!rc)
		rc = check_watched(conf, error);
	if (rc)
		return rc;
	if (!*conf->read && !*conf->interfaces && !conf_sweeps_once(conf))
		return complain(error, ERR_SYNTAX, "interface",
				"say what to watch: -i INTERFACE or -r FILE");
	if (!conf->home.count)
		return complain(
			error, ERR_SYNTAX, "home",
			"say which networks are yours: --home PREFIX,... (or any, in a replay)");
	return 0;
}

void config_help(FILE *out)
{
	struct conf_option o;
	char left[64];
	size_t i;

	fputs("usage: flowd -i INTERFACE --home PREFIX,... [options]   watch a border\n"
	      "       flowd -r FILE --home PREFIX,... [options]        replay a capture\n"
	      "       flowd --sweep PREFIX,... -p PORTS [options]      look at ports once\n"
	      "       flowd -n [-v] [options]      check configuration and rules; -v: print "
	      "them\n\n"
	      "  -c FILE   configuration (default: " CONFIG_FILE ", if there)\n"
	      "  -r FILE   same as --read           -i NAME  same as --interface\n"
	      "  --restore DIR  make the store of --state anew of a copy in DIR (flowctl backup)\n"
	      "  -n        check and end            -v       with -n: print what is in effect\n"
	      "  -h        this text                -V       version\n"
	      "  --sweep P same as --sweep.now      -p PORTS same as --sweep.ports\n"
	      "  --verify, --no-verify              same as --verify.enabled=yes, no\n\n",
	      out);
	for (i = 0; conf_option(i, &o); i++) {
		snprintf(left, sizeof(left), "--%s=%s", o.name, o.type);
		fprintf(out, "  %-36s %s%s%s%s\n", left, o.help, *o.value ? " [" : "", o.value,
			*o.value ? "]" : "");
	}
}

static int write_pairs(const struct conf *conf, FILE *out)
{
	struct conf_option o;
	char *value;
	size_t i;

	for (i = 0; conf_option(i, &o); i++) {
		if (!conf_is_given(conf, i))
			continue;
		value = conf_value(conf, i);
		if (!value)
			return -ENOMEM;
		fprintf(out, "%s%c%s%c", o.name, 0, value, 0);
		free(value);
	}
	return fflush(out) ? -errno : 0;
}

int config_pass(const struct conf *conf)
{
	int fd = memfd_create("flowd-conf", 0), rc;
	FILE *out;

	if (fd < 0)
		return -errno;
	/* The stream has a descriptor of its own, so that it can be closed. */
	out = fdopen(dup(fd), "w");
	rc = out ? write_pairs(conf, out) : -errno;
	if (out)
		fclose(out);
	if (!rc && lseek(fd, 0, SEEK_SET))
		rc = -errno;
	if (rc)
		close(fd);
	return rc ? rc : fd;
}

int config_take(int fd, struct conf *conf)
{
	struct stat st;
	const char *map, *name, *value, *end;
	int rc = 0;

	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size) {
		close(fd);
		return 0;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -errno;
	end = map + st.st_size;
	for (name = map; !rc && name < end; name = value + strlen(value) + 1) {
		value = name + strlen(name) + 1;
		rc = value < end ? conf_set(conf, name, value, NULL) : ERR_SHORT;
	}
	munmap((void *)map, (size_t)st.st_size);
	return rc;
}
