/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/rulefile.h"

#include "base/err.h"
#include "base/ipc.h"
#include "rules/builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUILTIN "default.rules" /* their name in errors */
#define SIZE_MAX_READ (8 << 20) /* no rules file that a person wrote is larger */

/* The whole file, to be freed; NULL and errno. */
static char *slurp(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(SIZE_MAX_READ) : NULL;
	int reason = errno;

	if (text) {
		*len = fread(text, 1, SIZE_MAX_READ, file);
		reason = ferror(file) ? errno : *len == SIZE_MAX_READ ? EFBIG : 0;
		if (reason) {
			free(text);
			text = NULL;
		}
	}
	if (file)
		fclose(file);
	errno = reason;
	return text;
}

static int taken = -1;

void rulefile_take(int fd)
{
	taken = fd;
}

static int read_text(const char *path, const char *text, size_t len, struct rules **out,
		     char *error)
{
	struct rules_error where = { .line = 0 };
	int rc = rules_read(text, len, out, &where);

	if (rc && where.line)
		snprintf(error, RULEFILE_ERROR_MAX, "%s:%u:%u: %s", path, where.line, where.column,
			 where.text);
	else if (rc)
		snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(rc));
	return rc;
}

int rulefile_read(const char *path, struct rules **out, char *error)
{
	char *text;
	size_t len;
	int rc;

	if (taken >= 0) {
		rc = ipc_read_bulk(taken, SIZE_MAX_READ, &text, &len);
		if (rc) {
			snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(rc));
			return rc;
		}
	} else if (!(text = rulefile_text(path, &len, error))) {
		return errno ? -errno : ERR_NOT_FOUND;
	}
	rc = read_text(*path ? path : BUILTIN, text, len, out, error);
	free(text);
	return rc;
}

static int seal(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= (size_t)n)
		if ((n = write(fd, text, len)) < 0)
			return -errno;
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
		       ? -errno
		       : 0;
}

int rulefile_pass(const char *path, char *error)
{
	struct rules *rules;
	char *text;
	size_t len;
	int fd, rc;

	text = rulefile_text(path, &len, error);
	if (!text)
		return errno ? -errno : ERR_NOT_FOUND;
	rc = read_text(*path ? path : BUILTIN, text, len, &rules, error);
	if (rc) {
		free(text);
		return rc;
	}
	rules_free(rules);
	fd = memfd_create("flowd-rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	rc = fd < 0 ? -errno : seal(fd, text, len);
	free(text);
	if (!rc)
		return fd;
	snprintf(error, RULEFILE_ERROR_MAX, "%s", err_text(rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

char *rulefile_text(const char *path, size_t *len, char *error)
{
	const char *fixed;
	char *text;

	if (*path) {
		text = slurp(path, len);
		if (!text)
			snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(-errno));
		else
			text[*len] = 0;
		return text;
	}
	fixed = builtin_text(len);
	text = malloc(*len + 1);
	if (!text) {
		snprintf(error, RULEFILE_ERROR_MAX, "%s", err_text(-ENOMEM));
		return NULL;
	}
	memcpy(text, fixed, *len);
	text[*len] = 0;
	return text;
}
