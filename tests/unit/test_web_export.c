/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "web/listing/export.h"

#include <string.h>

static void fields(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{ "", "" },
		{ "ssh", "ssh" },
		{ "a,b", "\"a,b\"" },
		{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "two\nlines", "\"two\nlines\"" },
		{ "=1+1", "'=1+1" },
		{ "@x,y", "\"'@x,y\"" },
		{ "-5", "'-5" },
	};
	char out[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(export_field(cases[i].text, out, sizeof(out)),
				 strlen(cases[i].field));
		assert_string_equal(out, cases[i].field);
	}
	/* Cut, it is still a field. */
	assert_true(export_field("\"\"\"\"\"\"\"\"\"\"", out, 12) < 12);
	assert_true(out[0] == '"' && out[strlen(out) - 1] == '"' && !(strlen(out) % 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
