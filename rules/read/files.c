/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/read/files.h"

#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes "." and ".." out of a path, as far as it says where they lead: two names of one file are
   one then, and a circle is found. */
static void make_plain(char *path)
{
	char *in = path, *out = path, *end;
	size_t len;
	bool whole = *path == '/';

	while (*in) {
		end = strchrnul(in, '/');
		len = (size_t)(end - in);
		if (len == 2 && in[0] == '.' && in[1] == '.' && out > path + whole &&
		    !(out - path >= 3 && !memcmp(out - 3, "../", 3))) {
			for (out--; out > path + whole && out[-1] != '/'; out--)
				;
		} else if (len && !(len == 1 && *in == '.')) {
			memmove(out, in, len);
			out += len;
			if (*end)
				*out++ = '/';
		} else if (in == path && whole) {
			out++;
		}
		in = end + (*end == '/');
	}
	*out = 0;
}

/* The name of what the token names, seen from the text it stands in. */
static int find_name(struct reader *p, char *out)
{
	const char *from = p->file->name, *slash = strrchr(from, '/');
	const struct lex_token *t = &p->token;
	size_t dir = 0;

	if ((t->kind != LEX_WORD && t->kind != LEX_TEXT) || !t->len)
		return reader_fail(p, t, ERR_SYNTAX, "the name of a file is wanted here");
	/* Not before: behind the last token there is no text. */
	if (slash && *t->text != '/')
		dir = (size_t)(slash - from) + 1;
	if (dir + t->len >= RULES_FILE_MAX)
		return reader_fail(p, t, ERR_RANGE, "the name of the file is too long");
	memcpy(out, from, dir);
	memcpy(out + dir, t->text, t->len);
	out[dir + t->len] = 0;
	make_plain(out);
	return 0;
}

/* May there be one more, of this name? */
static int check(struct reader *p, const char *name)
{
	const struct reader_file *by;
	unsigned depth = 0;

	for (by = p->file; by; by = by->by, depth++)
		if (!strcmp(by->name, name))
			return fault_at(p->error, &p->token, ERR_SYNTAX,
					"'%.*s' includes itself, directly or by others",
					FAULT_WORD(&p->token));
	if (depth > FILES_DEPTH_MAX)
		return reader_fail(p, &p->token, ERR_RANGE, "too many files in one another");
	if (p->files++ == FILES_MAX)
		return reader_fail(p, &p->token, ERR_RANGE, "more files than are allowed");
	return 0;
}

static int open_file(struct reader *p, const char *name, const char **text, size_t *len)
{
	int rc;

	rc = p->source->open(p->source->arg, name, text, len);
	if (rc)
		return fault_at(p->error, &p->token, rc, "'%.120s': %s", name, err_text(rc));
	p->bytes += *len;
	if (p->bytes > FILES_BYTES_MAX)
		return reader_fail(p, &p->token, ERR_RANGE,
				   "the files are longer together than is allowed");
	return 0;
}

static int add_name(struct rules *rules, const char *name)
{
	char *kept = strdup(name);

	if (!kept || reader_grow(&rules->files, rules->file_count, &rules->file_room,
				 sizeof(*rules->files))) {
		free(kept);
		return -ENOMEM;
	}
	rules->files[rules->file_count++] = kept;
	return 0;
}

int files_read(struct reader *p, int (*read)(struct reader *p, void *arg), void *arg)
{
	char name[RULES_FILE_MAX] = "";
	struct reader_file file = { name, 0, p->file };
	const struct reader_file *by = p->file;
	const struct lex_token token = p->token;
	const struct lex lex = p->lex;
	const char *text;
	size_t len;
	int rc;

	if (!p->file || !p->source->open)
		return reader_fail(p, &token, ERR_SYNTAX,
				   "a file can be named in rules that are a file themselves");
	if ((rc = find_name(p, name)) || (rc = check(p, name)) ||
	    (rc = open_file(p, name, &text, &len)))
		return rc;
	if ((rc = add_name(p->rules, name)))
		return reader_no_memory(p, &token);
	file.number = (uint32_t)p->rules->file_count - 1;
	p->file = &file;
	lex_open(&p->lex, text, len);
	rc = read(p, arg);
	if (rc && p->error && !p->error->file[0])
		snprintf(p->error->file, sizeof(p->error->file), "%s", name);
	p->file = by;
	p->lex = lex;
	p->token = token;
	return rc ? rc : reader_step(p);
}
