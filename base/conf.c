/* SPDX-License-Identifier: Apache-2.0 */
#include "base/conf.h"

#include "base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STATE_DIR "/var/lib/flowd" /* of a live start that names none */

enum type { BOOL, COUNT, BYTES, DURATION, PERCENT, TEXT, LIST, FILES, PREFIXES, PORTS };

static const struct option {
	const char *name;
	enum type type;
	const char *value;
	int64_t low, high;
	const char *help;
	size_t offset, given;
} options[] = {
#define OPTION_ROW(member, type, name, value, low, high, help) \
	{ name,                                                \
	  type,                                                \
	  value,                                               \
	  low,                                                 \
	  high,                                                \
	  help,                                                \
	  offsetof(struct conf, member),                       \
	  offsetof(struct conf, given.member) },
	CONF_OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static const char *const type_words[] = {
	[BOOL] = "yes|no",	 [COUNT] = "number",   [BYTES] = "size", [DURATION] = "duration",
	[PERCENT] = "percent",	 [TEXT] = "text",      [LIST] = "names", [FILES] = "files",
	[PREFIXES] = "prefixes", [PORTS] = "low-high",
};

static bool name_is_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

static const struct option *option_find(const char *name)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		if (name_is_same(options[i].name, name))
			return &options[i];
	return NULL;
}

static int set_bool(const char *value, bool *out)
{
	static const char *const yes[] = { "yes", "true", "on" }, *const no[] = { "no", "false",
										  "off" };
	size_t i;

	for (i = 0; i < 3; i++)
		if (!strcmp(value, yes[i]) || !strcmp(value, no[i])) {
			*out = !strcmp(value, yes[i]);
			return 0;
		}
	return ERR_SYNTAX;
}

static int set_number(const struct option *o, const char *value, uint64_t *out)
{
	static const char suffixes[] = "kMG";
	const char *suffix;
	int64_t factor = 1;
	long long n;
	char *end;

	if (*value < '0' || *value > '9')
		return ERR_SYNTAX;
	errno = 0;
	n = strtoll(value, &end, 10);
	if (*end && o->type == BYTES && !end[1] && (suffix = strchr(suffixes, *end))) {
		factor = 1LL << 10 * (suffix - suffixes + 1);
		end++;
	}
	if (*end)
		return ERR_SYNTAX;
	if (errno || n > o->high / factor || n * factor < o->low)
		return ERR_RANGE;
	*out = (uint64_t)(n * factor);
	return 0;
}

static int set_duration(const struct option *o, const char *value, mono_t *out)
{
	mono_t t;
	int rc = mono_parse(value, &t);

	if (rc)
		return rc;
	if (t < o->low || t > o->high)
		return ERR_RANGE;
	*out = t;
	return 0;
}

/* Sets the text, or adds to it with `between` in between. */
/* In millionths: 1% is 10000. */
static int set_percent(const struct option *o, const char *value, uint64_t *out)
{
	size_t len = strspn(value, "0123456789.");
	char *end;
	double n = strtod(value, &end) * 10000;

	if (*value == '.' || !len || end != value + len || (*end && strcmp(end, "%") != 0))
		return ERR_SYNTAX;
	if (n < (double)o->low || n > (double)o->high)
		return ERR_RANGE;
	*out = (uint64_t)(n + 0.5);
	return 0;
}

static int set_text(char **field, const char *value, const char *between)
{
	char *text;

	if (!between || !*field || !**field)
		text = strdup(value);
	else if (asprintf(&text, "%s%s%s", *field, between, value) < 0)
		text = NULL;
	if (!text)
		return -ENOMEM;
	free(*field);
	*field = text;
	return 0;
}

static int set_ports(const char *value, struct conf_ports *out)
{
	unsigned low, high;
	int end = 0;

	if (sscanf(value, "%5u-%5u%n", &low, &high, &end) != 2 || value[end])
		return ERR_SYNTAX;
	if (low < 1 || low > high || high > 65535)
		return ERR_RANGE;
	*out = (struct conf_ports){ (uint16_t)low, (uint16_t)high };
	return 0;
}

static int set_value(struct conf *conf, const struct option *o, const char *value, size_t *bad)
{
	void *field = (char *)conf + o->offset;

	switch (o->type) {
	case BOOL:
		return set_bool(value, field);
	case COUNT:
	case BYTES:
		return set_number(o, value, field);
	case DURATION:
		return set_duration(o, value, field);
	case PERCENT:
		return set_percent(o, value, field);
	case TEXT:
		return set_text(field, value, NULL);
	case LIST:
		return set_text(field, value, ",");
	case FILES:
		return set_text(field, value, CONF_NEXT_FILE);
	case PREFIXES:
		return prefix_set_parse(field, value, bad);
	case PORTS:
		return set_ports(value, field);
	}
	return ERR_UNKNOWN;
}

int conf_new(struct conf *conf)
{
	struct conf fresh;
	size_t i;
	int rc = 0;

	memset(&fresh, 0, sizeof(fresh));
	for (i = 0; i < OPTION_COUNT && !rc; i++)
		rc = set_value(&fresh, &options[i], options[i].value, NULL);
	if (rc)
		conf_free(&fresh);
	else
		*conf = fresh;
	return rc;
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		void *field = (char *)conf + options[i].offset;

		if (options[i].type == TEXT || options[i].type == LIST || options[i].type == FILES)
			free(*(char **)field);
		else if (options[i].type == PREFIXES)
			prefix_set_clear(field);
	}
	memset(conf, 0, sizeof(*conf));
}

int conf_set(struct conf *conf, const char *name, const char *value, size_t *bad)
{
	const struct option *o = option_find(name);
	int rc;

	if (!o)
		return ERR_UNKNOWN;
	if (bad)
		*bad = 0;
	rc = set_value(conf, o, value, bad);
	if (!rc)
		*(bool *)((char *)conf + o->given) = true;
	return rc;
}

int conf_reset(struct conf *conf, const char *name)
{
	const struct option *o = option_find(name);
	void *field;
	int rc;

	if (!o)
		return ERR_UNKNOWN;
	field = (char *)conf + o->offset;
	if (o->type == PREFIXES)
		prefix_set_clear(field);
	if (o->type == LIST || o->type == FILES)
		**(char **)field = 0;
	rc = set_value(conf, o, o->value, NULL);
	*(bool *)((char *)conf + o->given) = false;
	return rc;
}

/* Levenshtein's distance, words of up to 40 letters. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[41], i, j, diagonal, above;
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > 40 || b_len > 40)
		return 40;
	for (j = 0; j <= b_len; j++)
		row[j] = j;
	for (i = 1; i <= a_len; i++) {
		diagonal = row[0]++;
		for (j = 1; j <= b_len; j++) {
			above = row[j];
			row[j] = diagonal + (a[i - 1] != b[j - 1]);
			row[j] = row[j] < above + 1 ? row[j] : above + 1;
			row[j] = row[j] < row[j - 1] + 1 ? row[j] : row[j - 1] + 1;
			diagonal = above;
		}
	}
	return row[b_len];
}

const char *conf_nearest(const char *name)
{
	const char *best = NULL;
	unsigned least = 4, d;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		d = distance(name, options[i].name);
		if (d < least) {
			least = d;
			best = options[i].name;
		}
	}
	return best;
}

const char *conf_expects(const char *name, char *out, size_t size)
{
	const struct option *o = option_find(name);
	char low[MONO_STAMP_MAX], high[MONO_STAMP_MAX];

	if (!o)
		snprintf(out, size, "the name of an option");
	else if (o->type == BOOL)
		snprintf(out, size, "yes or no");
	else if (o->type == COUNT)
		snprintf(out, size, "a number from %lld to %lld", (long long)o->low,
			 (long long)o->high);
	else if (o->type == BYTES)
		snprintf(out, size, "a size such as 512k, 32M or 1G, from %lld to %lld bytes",
			 (long long)o->low, (long long)o->high);
	else if (o->type == DURATION)
		snprintf(out, size, "a duration such as 500ms, 10s or 5m, from %s to %s",
			 mono_text(o->low, low), mono_text(o->high, high));
	else if (o->type == PERCENT)
		snprintf(out, size, "a part such as 0.1%%, from %g%% to %g%%",
			 (double)o->low / 10000, (double)o->high / 10000);
	else if (o->type == PREFIXES)
		snprintf(out, size, "prefixes such as 192.0.2.0/24,2001:db8::/32, or any");
	else if (o->type == PORTS)
		snprintf(out, size, "ports such as 61000-61511, from 1 to 65535");
	else
		snprintf(out, size, "a text");
	return out;
}

bool conf_is_option(const char *name)
{
	return option_find(name);
}

bool conf_is_switch(const char *name)
{
	const struct option *o = option_find(name);

	return o && o->type == BOOL;
}

bool conf_option(size_t i, struct conf_option *out)
{
	if (i >= OPTION_COUNT)
		return false;
	*out = (struct conf_option){ options[i].name, options[i].value, type_words[options[i].type],
				     options[i].help };
	return true;
}

static char *percent_text(uint64_t n)
{
	char *text;

	return asprintf(&text, "%g%%", (double)n / 10000) < 0 ? NULL : text;
}

static char *bytes_text(uint64_t n)
{
	static const char suffixes[] = "kMG";
	char *text;
	int i = 0;

	while (i < 3 && n && !(n & 1023)) {
		n >>= 10;
		i++;
	}
	return asprintf(&text, "%llu%.1s", (unsigned long long)n, i ? suffixes + i - 1 : "") < 0
		       ? NULL
		       : text;
}

char *conf_value(const struct conf *conf, size_t i)
{
	const struct option *o = &options[i];
	const void *field = (const char *)conf + o->offset;
	const struct conf_ports *ports = field;
	char *text, stamp[MONO_STAMP_MAX];
	int n;

	switch (o->type) {
	case BOOL:
		return strdup(*(const bool *)field ? "yes" : "no");
	case COUNT:
		n = asprintf(&text, "%llu", (unsigned long long)*(const uint64_t *)field);
		return n < 0 ? NULL : text;
	case BYTES:
		return bytes_text(*(const uint64_t *)field);
	case PERCENT:
		return percent_text(*(const uint64_t *)field);
	case DURATION:
		return strdup(mono_text(*(const mono_t *)field, stamp));
	case TEXT:
	case LIST:
	case FILES:
		return strdup(*(char *const *)field);
	case PREFIXES:
		return prefix_set_text(field);
	case PORTS:
		n = asprintf(&text, "%u-%u", ports->low, ports->high);
		return n < 0 ? NULL : text;
	}
	return NULL;
}

bool conf_is_given(const struct conf *conf, size_t i)
{
	return *(const bool *)((const char *)conf + options[i].given);
}

/* A double-quoted YAML scalar. */
static void print_quoted(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if ((unsigned char)*text < ' ' || *text == 127)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

/* The table lists options of one group one after the other: "store.keep.events" opens store, then
 * keep. */
static const char *print_groups(const char *name, const char *last, FILE *out)
{
	size_t same = 0, i, depth = 0;
	const char *dot, *at = name;

	for (i = 0; last && name[i] && name[i] == last[i]; i++)
		if (name[i] == '.')
			same = i + 1;
	while ((dot = strchr(at, '.'))) {
		if (at >= name + same)
			fprintf(out, "%*s%.*s:\n", (int)depth * 2, "", (int)(dot - at), at);
		at = dot + 1;
		depth++;
	}
	fprintf(out, "%*s%s: ", (int)depth * 2, "", at);
	return name;
}

void conf_print(const struct conf *conf, FILE *out)
{
	const char *last = NULL;
	char *value;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		value = conf_value(conf, i);
		last = print_groups(options[i].name, last, out);
		if (options[i].type >= TEXT)
			print_quoted(value ? value : "", out);
		else
			fputs(value ? value : "", out);
		fputc('\n', out);
		free(value);
	}
}

int conf_targets(const struct conf *conf, struct prefix_set *out)
{
	const struct prefix_set *from = &conf->home;
	struct prefix_set set = { NULL, 0 };
	size_t i;
	int rc = 0;

	if (conf->targets.count)
		from = &conf->targets;
	for (i = 0; i < from->count && !rc && !prefix_set_is_any(&conf->home); i++)
		rc = prefix_set_add(&set, &from->ranges[i]);
	if (!rc)
		rc = prefix_set_subtract(&set, &conf->exclude);
	if (rc)
		prefix_set_clear(&set);
	else
		*out = set;
	return rc;
}

bool conf_probes(const struct conf *conf)
{
	return conf->verify && (!*conf->read || conf->given.verify) &&
	       !prefix_set_is_any(&conf->home);
}

const char *conf_state(const struct conf *conf)
{
	if (*conf->state)
		return conf->state;
	return *conf->read || conf_sweeps_once(conf) ? NULL : STATE_DIR;
}

bool conf_serves(const struct conf *conf)
{
	return conf->web_port && conf_lives(conf) && !conf_is_prober(conf);
}

bool conf_is_best_effort(const struct conf *conf)
{
	return !strcmp(conf->cage, "best-effort");
}
