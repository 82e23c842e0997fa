/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/action.h"

#include "base/err.h"
#include "rules/item.h"

#include <stdlib.h>

#define GROUP_TEXT(id, text) [id] = text,
static const char *const groups[] = { RULES_GROUP_LIST(GROUP_TEXT) };

#define DAY_US (INT64_C(86400) * 1000000)

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	/* Years that begin in March have their odd day at the end. */
	int y = month < 3 ? year - 1 : year, m = (month + 9) % 12;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

/* "2027-01-31" in days; false: it is none. */
static bool parse_date(const struct lex_token *t, int64_t *out)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, i;

	if (t->kind != LEX_WORD || t->len != 10)
		return false;
	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? t->text[i] != '-' : t->text[i] < '0' || t->text[i] > '9')
			return false;
	year = (t->text[0] - '0') * 1000 + (t->text[1] - '0') * 100 + (t->text[2] - '0') * 10 +
	       t->text[3] - '0';
	month = (t->text[5] - '0') * 10 + t->text[6] - '0';
	day = (t->text[8] - '0') * 10 + t->text[9] - '0';
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return false;
	*out = days_of(year, month, day);
	return true;
}

static void print_date(int64_t days, FILE *out)
{
	int year = 1970, month = 1;

	while (days >= 365 + is_leap(year))
		days -= 365 + is_leap(year++);
	while (month < 12 && days >= days_of(year, month + 1, 1) - days_of(year, month, 1)) {
		days -= days_of(year, month + 1, 1) - days_of(year, month, 1);
		month++;
	}
	fprintf(out, "%04d-%02d-%02d", year, month, (int)days + 1);
}

static bool is_name(const struct lex_token *t)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		char c = item_lower(t->text[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("._-", c))
			return false;
	}
	return t->kind == LEX_WORD && t->len && t->len < RULES_NAME_MAX;
}

static int order_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Adds a name, in order and once. */
static int add_name(struct reader *p, char names[][RULES_NAME_MAX], uint8_t *count)
{
	char name[RULES_NAME_MAX] = "";
	unsigned i;

	if (p->token.kind == LEX_NEWLINE || p->token.kind == LEX_END)
		return reader_fail(p, &p->token, ERR_SYNTAX, "a name is missing");
	if (!is_name(&p->token))
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				"'%.*s' is not a name: at most 31 letters, digits, . _ -",
				FAULT_WORD(&p->token));
	memcpy(name, p->token.text, p->token.len);
	for (i = 0; i < *count; i++)
		if (!strcmp(names[i], name))
			return 0;
	if (*count == RULES_NAMES_MAX)
		return reader_fail(p, &p->token, ERR_RANGE, "more than 8 names");
	memcpy(names[(*count)++], name, sizeof(name));
	qsort(names, *count, sizeof(*names), order_names);
	return 0;
}

/* "siem", "{ siem mail }" */
static int read_names(struct reader *p, char names[][RULES_NAME_MAX], uint8_t *count)
{
	struct lex_token open = p->token;
	int rc;

	if (open.kind != LEX_OPEN)
		return (rc = add_name(p, names, count)) ? rc : reader_step(p);
	while (!(rc = reader_step(p)) && p->token.kind != LEX_CLOSE) {
		if (p->token.kind == LEX_END)
			return reader_fail(p, &open, ERR_SYNTAX, "'{' is never closed");
		if ((rc = add_name(p, names, count)))
			return rc;
	}
	if (!rc && !*count)
		return reader_fail(p, &open, ERR_SYNTAX, "the set is empty");
	return rc ? rc : reader_step(p);
}

/* "5/h", "20/10m": a count, and seconds, minutes, hours or days. */
static int read_throttle(struct reader *p, struct rules_actions *a)
{
	static const char units[] = "smhd";
	static const uint32_t seconds[] = { 1, 60, 3600, 86400 };
	char text[24], unit = 0;
	unsigned n = 0, many = 1;
	int end = 0;
	const char *u;

	snprintf(text, sizeof(text), "%.*s", (int)p->token.len, p->token.text);
	if (p->token.kind != LEX_WORD || p->token.len >= sizeof(text) ||
	    strspn(text, "0123456789/smhd") != p->token.len ||
	    ((sscanf(text, "%6u/%6u%c%n", &n, &many, &unit, &end) != 3 || !end || text[end]) &&
	     ((many = 1), (end = 0),
	      sscanf(text, "%6u/%c%n", &n, &unit, &end) != 2 || !end || text[end])) ||
	    !n || !many || !unit || !(u = strchr(units, unit)))
		return reader_fail(p, &p->token, ERR_SYNTAX,
				   "throttle wants a count and a time: 5/h, 20/10m");
	if (many > 365 * 86400 / seconds[u - units])
		return reader_fail(p, &p->token, ERR_RANGE, "throttle looks back a year at most");
	a->throttle = n;
	a->throttle_s = many * seconds[u - units];
	return reader_step(p);
}

/* The word that has to follow. */
static int expect(struct reader *p, const char *word, const char *of)
{
	if (!lex_is(&p->token, word))
		return fault_at(p->error, &p->token, ERR_SYNTAX, "'%s' wants '%s' behind it", of,
				word);
	return reader_step(p);
}

static int read_group_by(struct reader *p, struct rules_actions *a)
{
	struct fault_near near;
	int rc = expect(p, "by", "group");
	uint8_t i;

	if (rc)
		return rc;
	near = fault_near_new(&p->token);
	for (i = 1; i < RULES_GROUP_END; i++) {
		if (lex_is(&p->token, groups[i])) {
			a->group_by = i;
			return reader_step(p);
		}
		fault_near_offer(&near, groups[i]);
	}
	if (near.best && p->token.kind == LEX_WORD)
		return fault_unknown(p->error, "group", &near);
	return reader_fail(p, &p->token, ERR_UNKNOWN,
			   "alerts are grouped by host, port, app, product, peer or owner");
}

static int read_quiet(struct reader *p, struct rules_actions *a)
{
	uint32_t from, to;

	if (p->token.kind != LEX_WORD || item_parse_span(p->token.text, p->token.len, &from, &to))
		return reader_fail(p, &p->token, ERR_SYNTAX, "quiet wants hours: 22:00-07:00");
	a->has_quiet = true;
	a->quiet_from = (uint16_t)from;
	a->quiet_to = (uint16_t)to;
	return reader_step(p);
}

static int read_until(struct reader *p, struct rules_actions *a)
{
	int64_t days;

	if (!parse_date(&p->token, &days))
		return reader_fail(p, &p->token, ERR_SYNTAX, "until wants a day: 2027-01-31");
	/* The day itself belongs to it. */
	a->until_us = (days + 1) * DAY_US;
	return reader_step(p);
}

static int read_because(struct reader *p, struct rules_actions *a)
{
	if (p->token.kind != LEX_TEXT || !p->token.len)
		return reader_fail(p, &p->token, ERR_SYNTAX, "because wants a text in quotes");
	if (p->token.len >= sizeof(a->because))
		return reader_fail(p, &p->token, ERR_RANGE, "a reason has at most 95 bytes");
	memcpy(a->because, p->token.text, p->token.len);
	return reader_step(p);
}

static int read_one(struct reader *p, struct rules_actions *a, enum word_action action)
{
	int rc;

	switch (action) {
	case WORD_TO:
		return read_names(p, a->sinks, &a->sink_count);
	case WORD_TAG:
		return read_names(p, a->tags, &a->tag_count);
	case WORD_THROTTLE:
		return read_throttle(p, a);
	case WORD_GROUP_BY:
		return read_group_by(p, a);
	case WORD_DELAY:
		a->delay = true;
		rc = expect(p, "until", "delay");
		return rc ? rc : expect(p, "verified", "delay until");
	case WORD_QUIET:
		return read_quiet(p, a);
	case WORD_SCAN:
		a->scan = true;
		return 0;
	case WORD_UNTIL:
		return read_until(p, a);
	default:
		return read_because(p, a);
	}
}

/* May a statement of this verb have it? */
static int check(struct reader *p, const struct rule *rule, int action)
{
	if (rule->verb == WORD_NOPROBE)
		return reader_fail(p, &p->token, ERR_SYNTAX, "noprobe has no actions");
	if (rule->verb == WORD_IGNORE && action != WORD_UNTIL && action != WORD_BECAUSE)
		return fault_at(p->error, &p->token, ERR_SYNTAX,
				"%s is about an alert, and ignore makes none",
				word_action_text(action));
	if (rule->asked >> action & 1)
		return fault_at(p->error, &p->token, ERR_SYNTAX, "%s is there twice",
				word_action_text(action));
	return 0;
}

int action_read(struct reader *p, struct rule *rule)
{
	struct lex_token at;
	int rc, action;

	while ((action = word_action_find(&p->token)) >= 0) {
		at = p->token;
		if ((rc = check(p, rule, action)))
			return rc;
		if (!rule->actions && !(rule->actions = calloc(1, sizeof(*rule->actions))))
			return reader_no_memory(p, &at);
		rule->asked |= UINT32_C(1) << action;
		if ((rc = reader_step(p)) || (rc = read_one(p, rule->actions, action)))
			return rc;
		if (action == WORD_BECAUSE && !(rule->asked >> WORD_UNTIL & 1))
			return reader_fail(p, &at, ERR_SYNTAX,
					   "because says why an exception has an end: until stands "
					   "before it");
	}
	return 0;
}

static void print_names(const char names[][RULES_NAME_MAX], unsigned count, FILE *out)
{
	unsigned i;

	fputs(count > 1 ? " {" : "", out);
	for (i = 0; i < count; i++)
		fprintf(out, " %s", names[i]);
	fputs(count > 1 ? " }" : "", out);
}

static void print_throttle(const struct rules_actions *a, FILE *out)
{
	uint32_t s = a->throttle_s;
	char unit = s % 60 ? 's' : s % 3600 ? 'm' : s % 86400 ? 'h' : 'd';

	s /= unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 86400;
	fprintf(out, " %u/", a->throttle);
	if (s > 1)
		fprintf(out, "%u", s);
	fputc(unit, out);
}

void action_print(const struct rules_actions *a, uint32_t asked, FILE *out)
{
	unsigned i;

	for (i = 0; i < WORD_ACTION_END; i++) {
		if (!(asked >> i & 1))
			continue;
		fprintf(out, " %s", word_action_text(i));
		if (i == WORD_TO)
			print_names(a->sinks, a->sink_count, out);
		else if (i == WORD_TAG)
			print_names(a->tags, a->tag_count, out);
		else if (i == WORD_THROTTLE)
			print_throttle(a, out);
		else if (i == WORD_GROUP_BY)
			fprintf(out, " by %s", groups[a->group_by]);
		else if (i == WORD_DELAY)
			fputs(" until verified", out);
		else if (i == WORD_QUIET)
			fprintf(out, " %02u:%02u-%02u:%02u", a->quiet_from / 60, a->quiet_from % 60,
				a->quiet_to / 60, a->quiet_to % 60);
		else if (i == WORD_UNTIL)
			fputc(' ', out), print_date(a->until_us / DAY_US - 1, out);
		else if (i == WORD_BECAUSE)
			fprintf(out, " \"%s\"", a->because);
	}
}
