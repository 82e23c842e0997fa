/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/rulefile.h"

#include "base/err.h"
#include "base/ipc.h"
#include "base/mono.h"
#include "rules/builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILTIN "default.rules"	 /* their name in errors */
#define SIZE_MAX_READ (8 << 20)	 /* no rules file that a person wrote is larger */
#define SIZE_MAX_PASS (17 << 20) /* all of them, with their names */
#define TEXTS_MAX 260		 /* more than rules take */

struct text {
	char *name, *text; /* owned */
	size_t len;
};

struct rulefile {
	struct text list[TEXTS_MAX];
	size_t count;
	bool may_read; /* what is not in the list is read from the disk */
};

/* The whole file, to be freed; NULL and errno. */
static char *slurp(const char *path, size_t *len)
{
	/* A pipe that nobody writes to is not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
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

static int add(struct rulefile *f, const char *name, char *text, size_t len)
{
	char *kept = f->count < TEXTS_MAX ? strdup(name) : NULL, *fitted;

	if (!kept) {
		free(text);
		return -ENOMEM;
	}
	fitted = realloc(text, len + 1);
	text = fitted ? fitted : text;
	text[len] = 0;
	f->list[f->count++] = (struct text){ kept, text, len };
	return 0;
}

/* For rules_read_from. */
static int find(void *arg, const char *name, const char **text, size_t *len)
{
	struct rulefile *f = arg;
	size_t i;
	char *read;
	int rc;

	for (i = 1; i < f->count && strcmp(f->list[i].name, name) != 0; i++)
		;
	if (i >= f->count) {
		if (!f->may_read)
			return -ENOENT;
		if (!(read = slurp(name, len)))
			return errno ? -errno : -EIO;
		if ((rc = add(f, name, read, *len)))
			return rc;
		i = f->count - 1;
	}
	*text = f->list[i].text;
	*len = f->list[i].len;
	return 0;
}

static int taken = -1;

void rulefile_take(int fd)
{
	taken = fd;
}

int rulefile_try(const struct rulefile *file, const char *text, size_t len, struct rules **out,
		 struct rules_error *error)
{
	const struct rules_source source = { .name = file->list[0].name,
					     .text = text,
					     .len = len,
					     .open = find,
					     .arg = (void *)file };

	return rules_read_from(&source, out, error);
}

int rulefile_check(const struct rulefile *file, const char *text, size_t len, rules_note_fn fn,
		   void *arg)
{
	const struct rules_source source = { .name = file->list[0].name,
					     .text = text,
					     .len = len,
					     .open = find,
					     .arg = (void *)file };

	return rules_check(&source, mono_wall(), fn, arg);
}

static int read_texts(const struct rulefile *f, struct rules **out, char *error)
{
	const struct text *first = &f->list[0];
	struct rules_error where = { .line = 0 };
	int rc = rulefile_try(f, first->text, first->len, out, &where);

	if (rc && where.line)
		snprintf(error, RULEFILE_ERROR_MAX, "%.*s:%u:%u: %s", RULES_FILE_MAX,
			 *where.file ? where.file : first->name, where.line, where.column,
			 where.text);
	else if (rc)
		snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", first->name, err_text(rc));
	return rc;
}

/* The file itself, nothing that it names. */
static struct rulefile *open_first(const char *path, char *error)
{
	struct rulefile *f = calloc(1, sizeof(*f));
	const char *fixed;
	char *text = NULL;
	size_t len = 0;

	if (f && *path) {
		text = slurp(path, &len);
		if (!text)
			snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(-errno));
	} else if (f) {
		fixed = builtin_text(&len);
		text = malloc(len + 1);
		if (text)
			memcpy(text, fixed, len);
		else
			snprintf(error, RULEFILE_ERROR_MAX, "%s", err_text(-ENOMEM));
	}
	if (!text || add(f, *path ? path : BUILTIN, text, len)) {
		rulefile_free(f);
		return NULL;
	}
	f->may_read = *path;
	return f;
}

static void ignore(void *arg, const struct rules_error *what, bool wrong)
{
	(void)arg;
	(void)what;
	(void)wrong;
}

struct rulefile *rulefile_open(const char *path, char *error)
{
	struct rulefile *f = open_first(path, error);

	if (!f)
		return NULL;
	rulefile_check(f, f->list[0].text, f->list[0].len, ignore, NULL);
	f->may_read = false;
	return f;
}

void rulefile_free(struct rulefile *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->count; i++) {
		free(f->list[i].name);
		free(f->list[i].text);
	}
	free(f);
}

const char *rulefile_text(const struct rulefile *f, size_t *len)
{
	*len = f->list[0].len;
	return f->list[0].text;
}

/* The next line of what was passed: a name, or a length. */
static char *next_line(char **at, const char *end)
{
	char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));

	if (!stop)
		return NULL;
	*stop = 0;
	*at = stop + 1;
	return line;
}

/* Takes apart what rulefile_pass has put together. */
static int unpack(struct rulefile *f, char *at, const char *end)
{
	while (at < end) {
		char *name = next_line(&at, end), *size = name ? next_line(&at, end) : NULL, *text;
		size_t len = size ? strtoul(size, NULL, 10) : 0;
		int rc;

		if (!size || len > (size_t)(end - at))
			return ERR_SYNTAX;
		text = malloc(len + 1);
		if (!text)
			return -ENOMEM;
		memcpy(text, at, len);
		at += len;
		if ((rc = add(f, name, text, len)))
			return rc;
	}
	return f->count ? 0 : ERR_SHORT;
}

static int read_taken(const char *path, struct rules **out, char *error)
{
	struct rulefile *f = calloc(1, sizeof(*f));
	char *packed = NULL;
	size_t len;
	int rc = f ? ipc_read_bulk(taken, SIZE_MAX_PASS, &packed, &len) : -ENOMEM;

	if (!rc)
		rc = unpack(f, packed, packed + len);
	if (rc)
		snprintf(error, RULEFILE_ERROR_MAX, "%s: %s", path, err_text(rc));
	else
		rc = read_texts(f, out, error);
	free(packed);
	rulefile_free(f);
	return rc;
}

int rulefile_read(const char *path, struct rules **out, char *error)
{
	struct rulefile *f;
	int rc;

	if (taken >= 0)
		return read_taken(path, out, error);
	f = open_first(path, error);
	if (!f)
		return errno ? -errno : ERR_NOT_FOUND;
	rc = read_texts(f, out, error);
	rulefile_free(f);
	return rc;
}

static int seal(int fd, const struct rulefile *f)
{
	FILE *out = fdopen(dup(fd), "w");
	size_t i;

	if (!out)
		return -errno;
	for (i = 0; i < f->count; i++) {
		fprintf(out, "%s\n%zu\n", f->list[i].name, f->list[i].len);
		fwrite(f->list[i].text, 1, f->list[i].len, out);
	}
	if (ferror(out) | fclose(out))
		return -EIO;
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
		       ? -errno
		       : 0;
}

static char *names_of(const struct rulefile *f)
{
	char *names = NULL;
	size_t len, i;
	FILE *out = open_memstream(&names, &len);

	for (i = 0; out && i < f->count; i++)
		fprintf(out, "%s\n", f->list[i].name);
	return out && !fclose(out) ? names : NULL;
}

int rulefile_pass(const char *path, char **names, char *error)
{
	struct rulefile *f = open_first(path, error);
	struct rules *rules;
	int fd, rc;

	if (!f)
		return errno ? -errno : ERR_NOT_FOUND;
	rc = read_texts(f, &rules, error);
	/* Also of what is wrong: when it changes, it may be right. */
	if (names)
		*names = names_of(f);
	if (rc) {
		rulefile_free(f);
		return rc;
	}
	rules_free(rules);
	fd = memfd_create("flowd-rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	rc = fd < 0 ? -errno : seal(fd, f);
	rulefile_free(f);
	if (!rc)
		return fd;
	snprintf(error, RULEFILE_ERROR_MAX, "%s", err_text(rc));
	if (fd >= 0)
		close(fd);
	return rc;
}
