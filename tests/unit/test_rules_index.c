/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random rules and random findings: the index must answer as if every statement were asked in its
 * order, and what is printed must be what was read.
 */
#include "rules/explain.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 88172645463325252u;

/* Xorshift: the same run each time. */
static unsigned dice(unsigned sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % sides);
}

static const char *const apps[] = { "ssh", "http", "redis", "tls", "smb*", "unknown" };
static const char *const events[] = { "new", "changed", "gone", "restricted", "verdict" };
static const char *const states[] = { "open", "closed", "silent", "candidate" };
static const char *const globs[] = {
	"a*",	"*b",  "ab",	"a*b*c", "*abc*",	"*",
	"*a*b", "abc", "abcab", "ABC*",	 "abcabcabca*", "*cabcabcab*"
};
static const char *const countries[] = { "CN", "DE", "US" };

static unsigned denial = 6; /* one condition in so many is denied */

static void put_condition(unsigned which, FILE *out)
{
	unsigned port = dice(12);
	const char *not = dice(denial) ? "" : "not ";

	switch (which) {
	case 0:
		fprintf(out, " host %s10.0.%u.%u/%u", not, dice(3), dice(4), 20 + dice(13));
		break;
	case 1:
		fprintf(out, " port %s%u-%u", not, port, port + dice(5));
		break;
	case 2:
		fprintf(out, " app %s{ %s %s }", not, apps[dice(6)], apps[dice(6)]);
		break;
	case 3:
		fprintf(out, " event %s%s", not, events[dice(5)]);
		break;
	case 4:
		fprintf(out, " state %s{ %s %s }", not, states[dice(4)], states[dice(4)]);
		break;
	case 5:
		fprintf(out, " peer %s%s", not,
			dice(3) ? "2001:db8::/126" : "{ home 10.9.0.0/16 }");
		break;
	case 6:
		fprintf(out, " peer country %s%s", not, countries[dice(3)]);
		break;
	case 7:
		fprintf(out, " peer as %s%u-%u", not, 64500 + dice(3), 64503 + dice(3));
		break;
	case 8:
		fprintf(out, " %snoauth", not );
		break;
	case 9:
		fprintf(out, " product %s\"%s\"", not, globs[dice(12)]);
		break;
	case 10:
		fprintf(out, " version %s{ \"%s\" \"%s\" }", not, globs[dice(12)], globs[dice(12)]);
		break;
	case 11:
		fprintf(out, " owner %s\"%s\"", not, globs[dice(12)]);
		break;
	case 12:
		fprintf(out, " tagged %s\"%s\"", not, globs[dice(12)]);
		break;
	case 13:
		fprintf(out, " zone %s\"%s\"", not, globs[dice(12)]);
		break;
	case 14:
		fprintf(out, " vlan %s%u-%u", not, dice(4), 4 + dice(4));
		break;
	case 15:
		fprintf(out, " %s%s", not, dice(2) ? "weak-tls" : "selfsigned");
		break;
	case 16:
		fprintf(out, " %samplifies %c %u", not, "<>"[dice(2)], 1 + dice(3));
		break;
	case 17:
		fprintf(out, " %sexpires %c %ud", not, "<>"[dice(2)], 1 + dice(30));
		break;
	case 18:
		fprintf(out, " day %s{ mon %s }", not, dice(2) ? "sun" : "fri");
		break;
	case 19:
		fprintf(out, " vantage %s%s", not, dice(2) ? "lab*" : "lab");
		break;
	default:
		fprintf(out, " time %s%02u:00-%02u:00", not, dice(12), 12 + dice(12));
		break;
	}
}

static void put_conditions(unsigned depth, FILE *out)
{
	unsigned which;

	for (which = dice(8); which < 21; which += 1 + dice(10))
		put_condition(which, out);
	if (depth < 3 && !dice(3)) {
		fprintf(out, "%s ( port 3", dice(2) ? "" : " not");
		put_condition(0, out);
		fputs(dice(2) ? " or app ssh or" : " or", out);
		if (dice(2))
			put_conditions(depth + 1, out);
		else
			fputs(" state open", out);
		fputs(" )", out);
	}
}

static struct rules *make(unsigned count)
{
	/* Behind a statement without conditions nothing is asked: only few texts have one. */
	unsigned bare = dice(6) ? count : dice(count);
	struct rules_error error = { .line = 0 };
	struct rules *rules = NULL;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	while (count--) {
		fputs(dice(8) ? dice(2) ? "ignore" : "alert high" : "noprobe host 10.0.0.1\nignore",
		      out);
		if (count != bare)
			put_conditions(0, out);
		if (!dice(10))
			fprintf(out, " until 20%02u-01-31 because \"moved\"", 20 + dice(20));
		fprintf(out, "\nalert medium port %u app ssh host 10.0.%u.0/24\n", dice(16),
			dice(3));
	}
	assert_int_equal(fclose(out), 0);
	if (rules_read(text, len, &rules, &error))
		fail_msg("%u:%u: %s\n%s", error.line, error.column, error.text, text);
	free(text);
	return rules;
}

static const char *name(void)
{
	static char text[16];
	size_t i, len = dice(4) ? dice(5) : dice(15);

	for (i = 0; i < len; i++)
		text[i] = dice(8) ? "abc"[i % 3] : "abC"[dice(3)];
	text[i] = '\0';
	return text;
}

static struct finding pick(void)
{
	struct finding f = { .service = { .port = (uint16_t)dice(16), .proto = PROTO_TCP },
			     .time_us = (INT64_C(1577836800) + dice(86400) * 7000ll) * 1000000,
			     .event = (uint8_t)dice(EVENT_END),
			     .state = (uint8_t)dice(STATE_END),
			     .evidence = (uint8_t)dice(EVIDENCE_END),
			     .peer_home = !dice(4) };
	char text[ADDR_TEXT_MAX];

	snprintf(text, sizeof(text), "10.0.%u.%u", dice(4), dice(6));
	assert_int_equal(addr_parse(text, strlen(text), &f.service.host), 0);
	snprintf(text, sizeof(text), dice(2) ? "2001:db8::%u" : "10.9.0.%u", dice(6));
	assert_int_equal(addr_parse(text, strlen(text), &f.peer), 0);
	if (dice(3))
		record_text_set(f.app, sizeof(f.app), dice(9) ? apps[dice(4)] : "smbv1");
	record_text_set(f.product, sizeof(f.product), name());
	record_text_set(f.version, sizeof(f.version), name());
	if (dice(2))
		record_text_set(f.open_from, sizeof(f.open_from), dice(2) ? "home,lab" : "labs");
	if (dice(3))
		record_text_set(f.peer_origin.country, sizeof(f.peer_origin.country),
				countries[dice(3)]);
	f.peer_origin.as_number = dice(2) ? 64500 + dice(8) : 0;
	return f;
}

/* Of what is said of it each may be missing. */
static struct rules_facts known(const struct finding *f, char owner[16], char tags[40])
{
	struct rules_facts facts = { .noauth = dice(2),
				     .weak_tls = dice(2),
				     .selfsigned = dice(2),
				     .vlan = (uint16_t)dice(9),
				     .asked = dice(3),
				     .answered = dice(9) };

	snprintf(owner, 16, "%s", name());
	snprintf(tags, 40, "%s,", name());
	snprintf(tags + strlen(tags), 40 - strlen(tags), "%s", name());
	if (dice(3))
		facts.not_after_us = f->time_us + dice(40) * INT64_C(86400000000);
	if (dice(3)) {
		facts.owner = owner;
		facts.zone = tags;
		facts.tags = tags;
	}
	return facts;
}

/* What the first rule says when all are asked in their order. */
static uint32_t naive(const struct rules *rules, const struct finding *f,
		      const struct rules_facts *facts)
{
	const struct word_case c = rule_case(f, facts);
	size_t i;

	for (i = 0; i < rules->count; i++)
		if (rules->list[i].verb != WORD_NOPROBE && rule_matches(&rules->list[i], &c))
			return rules->list[i].line;
	return 0;
}

static void remember(void *arg, const struct explain_step *step)
{
	if (step->decides)
		*(uint32_t *)arg = step->line;
	else
		assert_true(*step->why);
}

static char *print(const struct rules *rules)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	rules_print(rules, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Many statements that deny: which of them cannot hold is known without asking them. */
static void denials_are_those_of_asking_all(void **state)
{
	unsigned round, i, late = 0;

	(void)state;
	for (round = 0; round < 40; round++) {
		struct rules *rules;

		denial = 1 + round % 3;
		rules = make(128 + dice(300));
		for (i = 0; i < 300; i++) {
			char owner[16], tags[40];
			struct finding f = pick();
			const struct rules_facts facts = known(&f, owner, tags);
			uint32_t want = naive(rules, &f, &facts);
			struct rules_verdict verdict;

			rules_judge_with(rules, &f, &facts, &verdict);
			assert_int_equal(verdict.line, want);
			late += want > 8;
		}
		rules_free(rules);
	}
	denial = 6;
	/* Not all were decided by one of the first. */
	assert_true(late > 100);
}

static void answers_are_those_of_asking_all(void **state)
{
	unsigned round, i, implied = 0, decided = 0;

	(void)state;
	for (round = 0; round < 200; round++) {
		struct rules *rules = make(1 + dice(60)), *again = NULL;
		char *text = print(rules), *second;

		assert_int_equal(rules_read(text, strlen(text), &again, NULL), 0);
		second = print(again);
		assert_string_equal(text, second);
		for (i = 0; i < 300; i++) {
			char owner[16], tags[40];
			struct finding f = pick();
			struct rules_facts facts = known(&f, owner, tags);
			struct rules_verdict verdict, reread;
			uint32_t line = 77777, want = naive(rules, &f, &facts);

			rules_judge_with(rules, &f, &facts, &verdict);
			assert_int_equal(verdict.line, want);
			explain_with(rules, &f, &facts, remember, &line);
			assert_int_equal(line, want);
			rules_judge_with(again, &f, &facts, &reread);
			assert_int_equal(reread.level, verdict.level);
			assert_string_equal(reread.rule, verdict.rule);
			want ? decided++ : implied++;
		}
		rules_free(rules);
		rules_free(again);
		free(text);
		free(second);
	}
	/* Both kinds of answers were compared. */
	assert_true(implied > 1000 && decided > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_those_of_asking_all),
		cmocka_unit_test(denials_are_those_of_asking_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
