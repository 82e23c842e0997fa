/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "web/access/desk.h"
#include "web/access/limit.h"
#include "web/access/sessions.h"
#include "web/http/head.h"

#include <stdlib.h>
#include <string.h>

static void gzip(void **state)
{
	static const char *const takes[] = { "gzip", "br, gzip", "GZIP;q=0.5",
					     "deflate,gzip ;q=1" };
	static const char *const refuses[] = {
		"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "*"
	};
	size_t i;

	(void)state;
	assert_false(head_takes_gzip(&(struct head){ .host = "x" }));
	for (i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
		assert_true(head_takes_gzip(&(struct head){ .accept_encoding = takes[i] }));
	for (i = 0; i < sizeof(refuses) / sizeof(refuses[0]); i++)
		assert_false(head_takes_gzip(&(struct head){ .accept_encoding = refuses[i] }));
}

static void tags(void **state)
{
	(void)state;
	assert_true(head_has_tag(&(struct head){ .if_none_match = "\"a\", \"b\"" }, "\"b\""));
	assert_true(head_has_tag(&(struct head){ .if_none_match = "W/\"b\"" }, "\"b\""));
	assert_true(head_has_tag(&(struct head){ .if_none_match = "*" }, "\"b\""));
	assert_false(head_has_tag(&(struct head){ .if_none_match = "\"bb\"" }, "\"b\""));
	assert_false(head_has_tag(&(struct head){ .host = "x" }, "\"b\""));
}

static void credentials(void **state)
{
	const char *found;
	size_t len;

	(void)state;
	found = head_bearer(&(struct head){ .authorization = "bearer  abc" }, &len);
	assert_true(found && len == 3 && !memcmp(found, "abc", 3));
	assert_null(head_bearer(&(struct head){ .authorization = "Basic abc" }, &len));
	found = head_cookie(&(struct head){ .cookie = "xid=1; id=22;id=3" }, "id", &len);
	assert_true(found && len == 2 && !memcmp(found, "22", 2));
	assert_null(head_cookie(&(struct head){ .cookie = "id; idx=2" }, "id", &len));
}

static void ids(void **state)
{
	char id[HEAD_ID_MAX], again[HEAD_ID_MAX], longest[HEAD_ID_MAX + 1];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	head_id(&(struct head){ .request_id = "Job-7_x" }, id);
	assert_string_equal(id, "Job-7_x");
	head_id(&(struct head){ .request_id = "a\r\nb" }, id);
	head_id(&(struct head){ .request_id = longest }, again);
	assert_int_equal(strlen(id), 16);
	assert_int_equal(strlen(again), 16);
	assert_string_not_equal(id, again);
	head_id(&(struct head){ .request_id = longest + 1 }, id);
	assert_string_equal(id, longest + 1);
}

static void forms(void **state)
{
	static const struct {
		const char *form, *value;
	} cases[] = {
		{ "token=abc", "abc" },	    { "x=1&token=a%2Bb+c&y", "a+b c" },
		{ "token=", "" },	    { "tokens=1&atoken=2", NULL },
		{ "token=%4", "%4" },	    { "token=%zz%41", "%zzA" },
		{ "token=a&token=b", "a" }, { "", NULL },
	};
	char form[64];
	const char *value;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(form, cases[i].form);
		value = desk_field(form, strlen(form), "token", &len);
		assert_int_equal(!value, !cases[i].value);
		if (value) {
			assert_int_equal(len, strlen(cases[i].value));
			assert_memory_equal(value, cases[i].value, len);
		}
	}
}

static void limits(void **state)
{
	struct limit *l = malloc(sizeof(*l));
	struct addr a = addr_v4((const uint8_t[]){ 192, 0, 2, 1 }), b = a;
	unsigned i, taken = 0;

	(void)state;
	assert_non_null(l);
	b.b[15] = 2;
	limit_open(l, 10, MONO_SECOND, 20);
	for (i = 0; i < 100; i++)
		taken += limit_may(l, &a, MONO_SECOND, true);
	assert_int_equal(taken, 20);
	assert_true(limit_may(l, &b, MONO_SECOND, true));
	assert_false(limit_may(l, &a, MONO_SECOND, false));
	for (i = taken = 0; i < 100; i++)
		taken += limit_may(l, &a, 2 * MONO_SECOND, true);
	assert_int_equal(taken, 10);
	limit_open(l, 0, MONO_SECOND, 0);
	assert_true(limit_may(l, &a, 0, true));
	free(l);
}

static void sessions(void **state)
{
	struct sessions *s = calloc(1, sizeof(*s));
	const struct session *first;
	char id[SESSIONS_ID + 1];
	unsigned i;

	(void)state;
	assert_non_null(s);
	first = sessions_begin(s, 7, 1);
	memcpy(id, first->id, sizeof(id));
	assert_string_not_equal(first->id, first->csrf);
	assert_ptr_equal(sessions_find(s, id, SESSIONS_ID, 10, 20), first);
	assert_null(sessions_find(s, id, SESSIONS_ID - 1, 10, 20));
	assert_null(sessions_find(s, id, SESSIONS_ID, 31, 20));
	first = sessions_begin(s, 7, 1);
	memcpy(id, first->id, sizeof(id));
	sessions_end(s, id, SESSIONS_ID);
	assert_null(sessions_find(s, id, SESSIONS_ID, 2, 20));
	/* The one that was idle the longest makes room. */
	for (i = 0; i < SESSIONS_MAX; i++) {
		first = sessions_begin(s, i, 100 + i);
		if (!i)
			memcpy(id, first->id, sizeof(id));
	}
	assert_non_null(sessions_find(s, id, SESSIONS_ID, 100, 10000));
	sessions_begin(s, 1, 5000);
	assert_null(sessions_find(s, id, SESSIONS_ID, 100, 10000));
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip),	       cmocka_unit_test(tags),	cmocka_unit_test(ids),
		cmocka_unit_test(credentials), cmocka_unit_test(forms), cmocka_unit_test(limits),
		cmocka_unit_test(sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
