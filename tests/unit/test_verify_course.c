/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "verify/probes/stock.h"
#include "verify/talk/course.h"

#include <stdio.h>
#include <string.h>

static struct book *book;

static struct course open_for(enum event event, uint16_t port, struct conf *conf)
{
	struct talk_room room = { .book = book };
	struct job job = { .event = (uint8_t)event, .service.port = port };
	struct course course;

	conf->verify_questions = conf->verify_questions ? conf->verify_questions : 4;
	conf->verify_rarity = 4;
	course_open(&course, &room, conf, &job);
	return course;
}

static struct course open_at(uint16_t port, struct conf *conf)
{
	return open_for(EVENT_NEW, port, conf);
}

/* "listen", "http", "tls" (HTTP inside), "tls+NAME", "NAME". */
static void name_step(const struct course_step *step, char *out, size_t size)
{
	const char *question = step->question ? step->question->name : "";

	if (step->hello == BANNER_ASK)
		snprintf(out, size, "%s", question);
	else
		snprintf(out, size, "%s%s%s",
			 step->hello == BANNER_LISTEN ? "listen"
			 : step->hello == BANNER_HTTP ? "http"
						      : "tls",
			 step->hello == BANNER_TLS && *question ? "+" : "",
			 step->hello == BANNER_TLS ? question : "");
}

static void check_step(const char *what, const char *want, const struct course_step *step)
{
	char got[64];

	name_step(step, got, sizeof(got));
	if (strcmp(want, got))
		fail_msg("%s: %s, not %s", what, got, want);
}

/* What the wire has named hears what belongs to it. */
static void named(void **state)
{
	static const struct {
		uint16_t port;
		const char *app, *first;
	} all[] = {
		{ 22, "ssh", "listen" },
		{ 6379, "redis", "RedisInfo" },
		{ 4711, "redis", "RedisInfo" },
		{ 80, "http", "http" },
		{ 443, "https", "tls" },
		{ 993, "imaps", "tls+NULL" },
		{ 636, "ldaps", "tls+LdapRootDse" },
		{ 8883, "mqtts", "tls+MqttVersion" },
		{ 6667, "irc", "Help" },
		{ 3690, "svn", "listen" },
		{ 2379, "etcd", "VersionRequest" },
		{ 53, "dns", "DnsVersionBind" },
		{ 9109, "http", "http" },
		{ 80, "", "listen" },
		{ 4711, "nothing known", "listen" },
	};
	struct conf conf = { .verify_questions = 0 };
	struct course_step step;
	struct course course;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		course = open_at(all[i].port, &conf);
		step = course_first(&course, all[i].app);
		check_step(all[i].app, all[i].first, &step);
	}
}

/* Asks until nothing is left; the steps with blanks between them. */
static void whole(struct course *course, const char *app, const char *guess, char *out, size_t size)
{
	struct course_step step;
	char one[64];
	size_t n = 0, i;

	out[0] = 0;
	for (i = 0; i < COURSE_MOST + 1; i++) {
		step = course_next(course, app, guess);
		if (step.hello == BANNER_LISTEN)
			return;
		course_note(course, &step);
		name_step(&step, one, sizeof(one));
		n += (size_t)snprintf(out + n, size - n, "%s%s", n ? " " : "", one);
	}
	fail_msg("it does not end: %s", out);
}

static void unnamed(void **state)
{
	static const struct {
		uint16_t port;
		const char *app, *guess, *all;
	} all[] = {
		/* The port's question, then TLS and HTTP, then the usual ones. */
		{ 6379, "", "", "RedisInfo tls+RedisInfo http Version" },
		{ 2379, "", "", "VersionRequest tls+VersionRequest http" },
		{ 80, "", "", "http tls" },
		{ 443, "", "", "tls http" },
		{ 993, "", "", "tls+NULL http" },
		{ 4711, "", "", "tls http" },
		{ 4711, "", "redis", "RedisInfo http tls" },
		/* A name hears its own questions only. */
		{ 4711, "redis", "", "RedisInfo http" },
		{ 22, "ssh", "", "" },
	};
	struct conf conf = { .verify_questions = 0 };
	struct course course;
	char got[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		course = open_at(all[i].port, &conf);
		whole(&course, all[i].app, all[i].guess, got, sizeof(got));
		/* The rare ones that follow are the database's business. */
		if (strncmp(all[i].all, got, strlen(all[i].all)) || (!all[i].all[0] && got[0]))
			fail_msg("port %u %s %s: %s", all[i].port, all[i].app, all[i].guess, got);
	}
}

/* On a schedule, the name is of who was there the last time: somebody else may be there now. */
static void looked_at_again(void **state)
{
	struct conf conf = { .verify_questions = 0 };
	struct course course = open_for(EVENT_NONE, 4711, &conf);
	char got[512];

	(void)state;
	whole(&course, "ssh", "", got, sizeof(got));
	if (strncmp(got, "tls http", 8))
		fail_msg("ssh, formerly: %s", got);
	course = open_for(EVENT_NONE, 4711, &conf);
	whole(&course, "redis", "", got, sizeof(got));
	if (strncmp(got, "RedisInfo http tls", 18))
		fail_msg("redis, formerly: %s", got);
}

/* Never more than allowed, never twice, whatever the port and the limit. */
static void bounded(void **state)
{
	struct conf conf = { .verify_questions = 0 };
	struct course_step step;
	struct course course;
	unsigned port, count, i, j;

	(void)state;
	for (conf.verify_questions = 1; conf.verify_questions <= 32; conf.verify_questions += 31)
		for (port = 1; port < 65536; port += port < 12000 ? 1 : 97) {
			course = open_at((uint16_t)port, &conf);
			for (count = 0;; count++) {
				step = course_next(&course, "", "");
				if (step.hello == BANNER_LISTEN)
					break;
				course_note(&course, &step);
				assert_true(count < conf.verify_questions);
			}
			for (i = 0; i < course.asked_count; i++)
				for (j = 0; j < i; j++)
					assert_false(course.asked[i] && course.asked[i]->payload &&
						     course.asked[i] == course.asked[j] &&
						     course.inside[i] == course.inside[j]);
		}
}

static void fragile(void **state)
{
	static const char text[] = "Exclude T:4711\n";
	const struct book_source source = { "test", text, sizeof(text) - 1 };
	struct conf conf = { .verify_questions = 0 };
	struct course_step step;
	struct course course;

	(void)state;
	assert_int_equal(book_add(book, &source), 0);
	course = open_at(4711, &conf);
	assert_true(course.is_fragile);
	assert_false(course_is_impatient(&course));
	step = course_first(&course, "http");
	check_step("first", "listen", &step);
	step = course_next(&course, "", "http");
	check_step("next", "listen", &step);
	step = course_more(&course, "http");
	check_step("more", "listen", &step);
}

/* Understood, but for its product; and what is inside of TLS. */
static void more(void **state)
{
	struct conf conf = { .verify_questions = 0 };
	struct course course = open_at(4711, &conf);
	struct course_step step = course_more(&course, "http");

	(void)state;
	check_step("http", "http", &step);
	course_note(&course, &step);
	step = course_more(&course, "http");
	check_step("http again", "VersionRequest", &step);
	step = course_more(&course, "ftp");
	check_step("who speaks has spoken", "listen", &step);
	step = course_more(&course, "");
	check_step("nobody", "listen", &step);
	step = course_inside(&course, "imaps");
	check_step("imaps", "tls+NULL", &step);
	step = course_inside(&course, "tls");
	check_step("tls", "tls", &step);
	course_note(&course, &step);
	step = course_inside(&course, "tls");
	check_step("HTTP was asked there", "listen", &step);
}

static void impatience(void **state)
{
	static const struct {
		uint16_t port;
		bool is;
	} all[] = {
		{ 22, false },	 { 25, false },	  { 80, true },	 { 443, true }, { 6379, true },
		{ 3306, false }, { 4711, false }, { 993, true }, { 21, false }, { 5900, false }
	};
	struct conf conf = { .verify_questions = 0 };
	struct course course;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		course = open_at(all[i].port, &conf);
		if (course_is_impatient(&course) != all[i].is)
			fail_msg("port %u", all[i].port);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named),   cmocka_unit_test(unnamed),
		cmocka_unit_test(bounded), cmocka_unit_test(looked_at_again),
		cmocka_unit_test(more),	   cmocka_unit_test(impatience),
		cmocka_unit_test(fragile),
	};
	int rc;

	book = stock_book(NULL, NULL);
	rc = book ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
	book_free(book);
	return rc;
}
