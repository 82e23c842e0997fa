/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/program.h"

#include "base/err.h"
#include "base/record.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD_MAX 256 /* bytes of a first line that the kernel looks at */
#define PARTS_MAX 64 /* of a program */

static int say(char *why, int rc, const char *path, const char *text)
{
	snprintf(why, sizeof(((struct tool_run *)0)->reason), "%.48s: %.40s", path, text);
	return rc;
}

/* The loader that a program of the kernel's own form names; false: it is no such program. */
static bool read_elf(int fd, char loader[PATH_MAX])
{
	Elf64_Ehdr head;
	Elf64_Phdr part;
	ssize_t len;
	int i;

	*loader = 0;
	if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_phentsize != sizeof(part))
		return false;
	for (i = 0; i < head.e_phnum && i < PARTS_MAX; i++) {
		off_t at = (off_t)head.e_phoff + (off_t)i * (off_t)sizeof(part);

		if (pread(fd, &part, sizeof(part), at) != (ssize_t)sizeof(part))
			return false;
		if (part.p_type != PT_INTERP)
			continue;
		if (part.p_filesz < 2 || part.p_filesz > PATH_MAX)
			return false;
		len = pread(fd, loader, part.p_filesz, (off_t)part.p_offset);
		return len == (ssize_t)part.p_filesz && !loader[len - 1];
	}
	return true;
}

/* Where a program of a name is. */
static bool search(const char *name, char out[PATH_MAX])
{
	const char *at = PROGRAM_PATH;
	size_t len;

	for (; *at; at += len + (at[len] == ':')) {
		len = strcspn(at, ":");
		if (snprintf(out, PATH_MAX, "%.*s/%s", (int)len, at, name) < PATH_MAX &&
		    !access(out, X_OK))
			return true;
	}
	return false;
}

/* "#!/usr/bin/env python3": env is another program that starts a third, so it is left out. */
static bool read_line(char *line, struct program *out)
{
	char *path, *option;
	size_t len;

	path = line + 2 + strspn(line + 2, " \t");
	len = strcspn(path, " \t\n");
	option = path + len + strspn(path + len, " \t");
	option[strcspn(option, "\r\n")] = 0;
	path[len] = 0;
	if (*path != '/' || strlen(option) >= sizeof(out->option))
		return false;
	if (!strcmp(path, "/usr/bin/env"))
		return !strpbrk(option, " \t/-=") && *option && search(option, out->start);
	strcpy(out->option, option);
	snprintf(out->start, sizeof(out->start), "%s", path);
	return true;
}

static int find_interpreter(const char *path, char *line, struct program *out, char *why)
{
	int fd, rc = 0;

	if (!read_line(line, out))
		return say(why, ERR_SYNTAX, path, "its first line names no interpreter");
	snprintf(out->script, sizeof(out->script), "%s", path);
	fd = open(out->start, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return say(why, -errno, out->start, err_text(-errno));
	if (!read_elf(fd, out->loader))
		rc = say(why, ERR_SYNTAX, out->start, "is no program of this machine");
	close(fd);
	return rc;
}

int program_find(const char *path, struct program *out, char *why)
{
	struct program program = { "", "", "", "" };
	char head[HEAD_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	ssize_t len;

	if (fd < 0)
		return say(why, -errno, path, err_text(-errno));
	len = pread(fd, head, HEAD_MAX, 0);
	head[len > 0 ? len : 0] = 0;
	if (len > 2 && !memcmp(head, "#!", 2))
		rc = find_interpreter(path, head, &program, why);
	else if (!read_elf(fd, program.loader))
		rc = say(why, ERR_SYNTAX, path, "is no program of this machine");
	else
		snprintf(program.start, sizeof(program.start), "%s", path);
	close(fd);
	if (!rc)
		*out = program;
	return rc;
}
