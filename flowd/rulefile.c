/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/rulefile.h"

#include "base/err.h"
#include "rules/builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int rulefile_read(const char *path, struct rules **out, char *error)
{
	struct rules_error where = { .line = 0 };
	const char *text;
	char *own = NULL;
	size_t len;
	int rc;

	if (*path) {
		text = own = slurp(path, &len);
		if (!text) {
			rc = -errno;
			snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(rc));
			return rc;
		}
	} else {
		text = builtin_text(&len);
		path = "default.rules";
	}
	rc = rules_read(text, len, out, &where);
	free(own);
	if (rc && where.line)
		snprintf(error, RULEFILE_ERROR_MAX, "%s:%u:%u: %s", path, where.line, where.column,
			 where.text);
	else if (rc)
		snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(rc));
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
