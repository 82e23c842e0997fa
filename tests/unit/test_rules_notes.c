/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is said of a rules text at once: what is wrong with it, and what is right and of no use.
 */
#include "rules/builtin.h"
#include "rules/rules.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#define NOW (INT64_C(1800000000) * 1000000) /* 2027-01-15 */

static char said[4096];

static void note(void *arg, const struct rules_error *what, bool wrong)
{
	size_t n = strlen(said);

	(void)arg;
	snprintf(said + n, sizeof(said) - n, "%s%s%s%u:%u %s\n", wrong ? "!" : "", what->file,
		 *what->file ? ":" : "", what->line, what->column, what->text);
}

static int open_part(void *arg, const char *name, const char **text, size_t *len)
{
	(void)arg;
	*text = !strcmp(name, "empty") ? "# none\n" : "ignore port 1\nignroe port 2\nalert hihg\n";
	*len = strlen(*text);
	return !strcmp(name, "none") ? -ENOENT : 0;
}

static void expect(const char *text, const char *notes)
{
	const struct rules_source source = {
		.name = "a", .text = text, .len = strlen(text), .open = open_part
	};
	bool wrong = strchr(notes, '!');

	said[0] = 0;
	assert_int_equal(rules_check(&source, NOW, note, NULL) != 0, wrong);
	assert_string_equal(said, notes);
}

static void faults(void **state)
{
	(void)state;
	expect("alert\nalert hihg\nignore port 80\nignore prot 80\n",
	       "!1:6 alert wants a level: low, medium, high or critical\n"
	       "!2:7 unknown level 'hihg', did you mean 'high'?\n"
	       "!4:8 unknown condition 'prot', did you mean 'port'?\n");
	expect("ignore port { 80\n x\n 81 }\nalert high ( port 22\nalert\n",
	       "!2:2 'x' is not a port (80) or a range of ports (8000-8010)\n"
	       "!4:14 parentheses are not closed before the next statement\n"
	       "!5:6 alert wants a level: low, medium, high or critical\n");
	expect("include part\n", "!part:2:1 unknown statement 'ignroe', did you mean 'ignore'?\n"
				 "!part:3:7 unknown level 'hihg', did you mean 'high'?\n");
	/* A group that is wrong is known all the same. */
	expect("group web { 1.2.3.400 }\nignore host @web\nignore host @wbe\n",
	       "!1:13 '1.2.3.400' is not an address or prefix\n"
	       "!3:13 unknown group 'wbe', did you mean 'web'?\n");
	expect("include part\nalert x\ninclude none\n\x01\nalert",
	       "!part:2:1 unknown statement 'ignroe', did you mean 'ignore'?\n"
	       "!part:3:7 unknown level 'hihg', did you mean 'high'?\n"
	       "!2:7 alert wants a level first (low, medium, high or critical), not 'x'\n"
	       "!3:9 'none': No such file or directory\n"
	       "!4:1 byte 0x01: outside comments a rules file is printable ASCII\n"
	       "!5:6 alert wants a level: low, medium, high or critical\n");
}

static void hidden(void **state)
{
	(void)state;
	expect("alert low port 1-100 proto { tcp udp }\nignore port { 5 80-90 } proto tcp host "
	       "10.0.0.0/8\n",
	       "2:1 never decides: line 1 always does before it\n");
	expect("alert low port 1-100 proto tcp\nignore port { 5 80-101 } proto tcp\nignore port "
	       "7\n",
	       "");
	expect("ignore app not { ssh tls }\nalert low app not { ssh tls http }\nalert low app "
	       "ssh\n",
	       "2:1 never decides: line 1 always does before it\n");
	expect("ignore ( port 22 or app ssh )\nalert low port 22 noauth\nalert low app tls\n",
	       "2:1 never decides: line 1 always does before it\n");
	expect("ignore port 1-99\nalert low ( port 22 or port 23 host 10.0.0.1 )\nalert low ( port "
	       "22 or port 100 )\n",
	       "2:1 never decides: line 1 always does before it\n");
	expect("ignore expires < 14d\nalert low expires < 7d\nalert low expires < 15d\n",
	       "2:1 never decides: line 1 always does before it\n");
	/* Names with globs are within each other only when they are plainly so. */
	expect("ignore app smb*\nalert low app smbv1\nalert low app smbv*\n",
	       "2:1 never decides: line 1 always does before it\n");
	/* Who ends before does not hide, health is met by its event only, a noprobe by noprobe. */
	expect("ignore until 2028-01-01\nalert low port 1\n", "");
	expect("alert low\nalert high event health\nignore event { new gone }\nnoprobe port "
	       "1\nnoprobe port 1 proto tcp\n",
	       "3:1 never decides: line 1 always does before it\n"
	       "5:1 never decides: line 4 always does before it\n");
}

/* Several that differ in one condition hide what lies in all of them together. */
static void hidden_by_many(void **state)
{
	(void)state;
	expect("ignore port 1-100\nalert high port 101-200\nalert low port 50-150\n",
	       "3:1 never decides: lines 1 and 2 together always do before it\n");
	expect("ignore port 1-100\nalert high port 102-200\nalert low port 50-150\n", "");
	expect("ignore port 1-65534\nignore port { 65535 }\nalert low port 1-65535 app ssh\n",
	       "3:1 never decides: lines 1 and 2 together always do before it\n");
	expect("alert low proto tcp app ssh\nalert low proto udp app ssh\nalert high port 1 proto "
	       "{ "
	       "tcp udp } app ssh\nalert high proto { tcp udp sctp } app ssh\n",
	       "3:1 never decides: lines 1 and 2 together always do before it\n");
	/* The others must hold without it, for as long, and not ask for the opposite. */
	expect("ignore port 1-100 app ssh\nalert high port 101-200\nalert low port 50-150\n", "");
	expect("ignore port 1-100 until 2028-01-01\nalert high port 101-200\nalert low port "
	       "50-150\n",
	       "");
	expect("ignore port not 1-100\nalert high port 101-200\nalert low port 50-150\n", "");
	expect("noprobe port 1-100\nalert high port 101-200\nalert low port 50-150\n", "");
	/* They have to cover it in one condition: what lies across two is not looked for. */
	expect("ignore port 1-100 proto tcp\nignore port 101-200 proto udp\nalert low port 50-150 "
	       "proto { tcp udp }\n",
	       "");
	expect("ignore peer as 1-9\nalert low peer as 10-20\nalert high port 7 peer as 5-15\n",
	       "3:1 never decides: lines 1 and 2 together always do before it\n");
	expect("ignore vlan 1-9\nignore vlan 10\nignore vlan 11\nalert low vlan 2-11\n",
	       "4:1 never decides: lines 1, 2 and 3 together always do before it\n");
}

static void of_no_use(void **state)
{
	(void)state;
	expect("group a { 1 }\ngroup b { @a }\ngroup c { }\ngroup d from file empty\nignore port { "
	       "@c 1 }\n"
	       "ignore port @d app x\n",
	       "2:1 group 'b' is not used\n3:1 group 'c' is empty\n4:1 group 'd' is empty\n"
	       "6:1 never decides: the groups of its port are empty\n");
	expect("ignore port 1 until 2027-01-13 because \"x\"\nignore port 1 until 2027-01-31\n",
	       "1:1 the exception has ended, the statement says nothing any more\n");
}

static void default_rules(void **state)
{
	size_t len;
	const char *text = builtin_text(&len);
	const struct rules_source source = { .text = text, .len = len };

	(void)state;
	said[0] = 0;
	assert_int_equal(rules_check(&source, NOW, note, NULL), 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults),	  cmocka_unit_test(hidden),
		cmocka_unit_test(hidden_by_many), cmocka_unit_test(of_no_use),
		cmocka_unit_test(default_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
