/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/file.h"

#include <stdio.h>
#include <stdlib.h>

enum ftp_stage { FTP_GREETING, FTP_USER };

/* A reply's last line, "230 text"; 0: not there yet, or a line of several ("230-text"). */
static int ftp_reply(struct door_talk *t, char *line, size_t size)
{
	while (door_line(t, line, size))
		if (line[0] >= '1' && line[0] <= '5' && strspn(line, "0123456789") == 3 &&
		    line[3] != '-')
			return atoi(line);
	return 0;
}

static enum door_step hear_ftp(struct door_talk *t)
{
	char line[256];
	int reply;

	while ((reply = ftp_reply(t, line, sizeof(line)))) {
		if (t->stage == FTP_GREETING) {
			if (reply == 120)
				continue;
			if (reply != 220)
				return DOOR_DONE;
			t->stage = FTP_USER;
			door_say_text(t, "USER anonymous\r\n");
			continue;
		}
		if (reply == 230)
			door_fact(t, FACT_NOAUTH, "ftp: anonymous is let in without a password");
		else if (reply == 331 && (strcasestr(line, "mail") || strcasestr(line, "guest") ||
					  strcasestr(line, "any password")))
			door_fact(t, FACT_NOAUTH,
				  "ftp: anonymous is asked for a mail address only: %s", line);
		door_say_text(t, "QUIT\r\n");
		return DOOR_DONE;
	}
	return DOOR_WAIT;
}

const struct door file_ftp = { "ftp", NULL, hear_ftp };

/* Adds the module's name, before a tab or blank and its comment. */
static void add_module(char *out, size_t size, const char *line)
{
	size_t at = strlen(out), len = strcspn(line, "\t ");

	if (len && at + len + 3 < size)
		snprintf(out + at, size - at, "%s%.*s", at ? ", " : "", (int)len, line);
}

/* Lines until "@RSYNCD: EXIT" are the message of the day, or modules: those have a tab. */
static enum door_step hear_rsync(struct door_talk *t)
{
	char text[DOOR_IN_MAX], modules[200] = "";
	const char *line, *end;

	door_text(t, text, sizeof(text));
	if (!strchr(text, '\n'))
		return DOOR_WAIT;
	if (strncmp(text, "@RSYNCD: ", 9) != 0)
		return DOOR_DONE;
	if (!t->stage++) {
		/* From version 32 on a list of digests would have to follow. */
		door_say_text(t, "@RSYNCD: 31.0\n#list\n");
		return DOOR_WAIT;
	}
	end = strstr(text, "\n@RSYNCD: EXIT");
	if (!end)
		return strstr(text, "\n@ERROR") ? DOOR_DONE : DOOR_WAIT;
	for (line = strchr(text, '\n'); line && line < end; line = strchr(line, '\n')) {
		line++;
		if (memchr(line, '\t', strcspn(line, "\r\n")))
			add_module(modules, sizeof(modules), line);
	}
	if (modules[0])
		door_fact(t, FACT_NOAUTH, "rsync: tells its modules: %s", modules);
	return DOOR_DONE;
}

const struct door file_rsync = { "rsync", NULL, hear_rsync };
