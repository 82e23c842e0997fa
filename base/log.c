/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *log_role; /* NULL: before there are roles */
static enum log_level log_most = LOG_INFO;

void log_open(const char *role, enum log_level most)
{
	log_role = role;
	log_most = most;
}

void log_say(enum log_level level, const char *format, ...)
{
	static const char *const word[] = { "error", "warning", "info", "debug" };
	char line[1024];
	va_list ap;
	int n;

	if (level > log_most)
		return;
	if (log_role)
		n = snprintf(line, sizeof(line), "flowd[%s] %s: ", log_role, word[level]);
	else
		n = snprintf(line, sizeof(line), "flowd: %s: ", word[level]);
	va_start(ap, format);
	n += vsnprintf(line + n, sizeof(line) - (size_t)n, format, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	/* One write a line, so that the lines of several roles never mix. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}
