/* SPDX-License-Identifier: Apache-2.0 */
/* What opening the alert file does to what stands there. */
#include "base/err.h"
#include "flowd/core/out/alertfile.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a file of these bytes: the result, and how long it is afterwards. */
static int open_with(const char *bytes, size_t len, off_t *after)
{
	char path[] = "/tmp/flowd-alerts-XXXXXX";
	struct alertfile *file = NULL;
	int fd = mkstemp(path), rc;
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	rc = alertfile_open(path, &file);
	alertfile_close(file);
	assert_int_equal(fstat(fd, &st), 0);
	*after = st.st_size;
	close(fd);
	unlink(path);
	return rc;
}

static void half_an_alert_is_cut(void **state)
{
	static const char text[] = "{\"type\":\"alert\",\"number\":1}\n{\"type\":\"al";
	off_t after;

	(void)state;
	assert_int_equal(open_with(text, strlen(text), &after), 0);
	assert_int_equal(after, strchr(text, '\n') + 1 - text);
	assert_int_equal(open_with(text, 9, &after), 0);
	assert_int_equal(after, 0);
	assert_int_equal(open_with("", 0, &after), 0);
	assert_int_equal(after, 0);
}

static void other_files_are_left_alone(void **state)
{
	static char bytes[100000];
	off_t after;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(open_with(bytes, sizeof(bytes), &after), ERR_SYNTAX);
	assert_int_equal(after, sizeof(bytes));
	bytes[sizeof(bytes) - 10] = '\n';
	assert_int_equal(open_with(bytes, sizeof(bytes), &after), ERR_SYNTAX);
	assert_int_equal(after, sizeof(bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_an_alert_is_cut),
		cmocka_unit_test(other_files_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
