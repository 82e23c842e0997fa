/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flowctl: flowd's API in a terminal. flowctl(1) is its manual.
 */
#include "base/client/client.h"
#include "web/ctl/commands.h"
#include "web/ctl/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET "/var/lib/flowd/web/api.sock"
#define URL "http://127.0.0.1:7780"
#define TIMEOUT (150 * MONO_SECOND) /* a judge may take so long */
#define ANSWER_MOST (256 << 20)

/* X(word, letter of the value or "", what it says): options stand before the command. */
#define OPTION_LIST(X)                                                                   \
	X(URL, "--url", "URL", "where flowd serves (default: its socket, else " URL ")") \
	X(SOCKET, "--socket", "PATH", "the Unix socket of flowd (default " SOCKET ")")   \
	X(TOKEN, "--token", "TOKEN", "who asks (default: $FLOWD_TOKEN)")                 \
	X(CA, "--ca", "FILE", "authorities to believe, for https")                       \
	X(INSECURE, "--insecure", "", "believe whatever certificate is shown")           \
	X(JSON, "--json", "", "answers as they come, for programs")                      \
	X(COLOUR, "--colour", "WHEN", "auto, always or never")                           \
	X(HELP, "--help", "", "this")                                                    \
	X(VERSION, "--version", "", "which flowctl this is")

enum option {
#define OPTION_ENUM(id, ...) OPTION_##id,
	OPTION_LIST(OPTION_ENUM)
#undef OPTION_ENUM
		OPTION_END
};

static const struct {
	const char *word, *value, *text;
} options[] = {
#define OPTION_ROW(id, word, value, text) { word, value, text },
	OPTION_LIST(OPTION_ROW)
#undef OPTION_ROW
};

static const struct {
	const char *word, *arguments, *text;
	int (*run)(struct remote *remote, const struct command_line *line);
} commands[] = {
#define COMMAND_ROW(function, word, arguments, text) { word, arguments, text, function },
	COMMAND_LIST(COMMAND_ROW)
#undef COMMAND_ROW
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	size_t i;

	puts("usage: flowctl [OPTION ...] COMMAND [WORD ...]\n");
	for (i = 0; i < COMMANDS; i++)
		printf("  %s %s\n\t%s\n", commands[i].word, commands[i].arguments,
		       commands[i].text);
	puts("\nA SERVICE is named like 192.0.2.1-tcp-443, 192.0.2.1:443 or [2001:db8::1]:53/udp.\n"
	     "Options:\n");
	for (i = 0; i < OPTION_END; i++)
		printf("  %s%s%s\n\t%s\n", options[i].word, *options[i].value ? " " : "",
		       options[i].value, options[i].text);
	puts("\nExit status:\n");
#define STATUS_LINE(id, number, text) printf("  %d  %s\n", number, text);
	REMOTE_STATUS_LIST(STATUS_LINE)
#undef STATUS_LINE
}

/* Takes the options off the front; how many words, or -1: what is wrong was said. */
static int take_options(char **argv, const char *values[OPTION_END])
{
	int at = 0, i;
	size_t len;

	while (argv[at] && !strncmp(argv[at], "--", 2)) {
		for (i = 0; i < OPTION_END; i++) {
			len = strlen(options[i].word);
			if (!strncmp(argv[at], options[i].word, len) &&
			    (!argv[at][len] || (argv[at][len] == '=' && *options[i].value)))
				break;
		}
		if (i == OPTION_END)
			return remote_usage("no such option", argv[at]), -1;
		if (!*options[i].value)
			values[i] = "";
		else
			values[i] = argv[at][len] ? argv[at] + len + 1 : argv[++at];
		if (!values[i])
			return remote_usage("needs a value", options[i].word), -1;
		at++;
	}
	return at;
}

static int open_remote(struct remote *r, struct client_terms *terms, const char **values)
{
	const char *when = values[OPTION_COLOUR] ? values[OPTION_COLOUR] : "auto";
	const char *token = values[OPTION_TOKEN] ? values[OPTION_TOKEN] : getenv("FLOWD_TOKEN");
	char *base;

	if (strcmp(when, "auto") && strcmp(when, "always") && strcmp(when, "never"))
		return remote_usage("expected auto, always or never", "--colour");
	*terms = (struct client_terms){ .ca_file = values[OPTION_CA],
					.unix_socket = values[OPTION_SOCKET],
					.anybody = values[OPTION_INSECURE],
					.timeout = TIMEOUT,
					.answer_most = ANSWER_MOST };
	if (!values[OPTION_URL] && !terms->unix_socket && !access(SOCKET, W_OK))
		terms->unix_socket = SOCKET;
	base = strdup(values[OPTION_URL]   ? values[OPTION_URL]
		      : terms->unix_socket ? "http://localhost"
					   : URL);
	*r = (struct remote){ .base = base,
			      .token = token && *token ? token : NULL,
			      .json = values[OPTION_JSON],
			      .colour = !strcmp(when, "always") ||
					(!strcmp(when, "auto") && isatty(STDOUT_FILENO) &&
					 !getenv("NO_COLOR")) };
	while (base && *base && base[strlen(base) - 1] == '/')
		base[strlen(base) - 1] = 0;
	r->client = base ? client_new(terms) : NULL;
	if (r->client)
		return 0;
	fputs("flowctl: out of memory\n", stderr);
	return REMOTE_UNREACHED;
}

static int run(char **argv, const char **values)
{
	struct command_line line = { .argv = argv + 1 };
	struct client_terms terms;
	struct remote remote;
	size_t i;
	int rc;

	for (i = 0; i < COMMANDS && strcmp(commands[i].word, argv[0]); i++)
		;
	if (i == COMMANDS)
		return remote_usage("no such command", argv[0]);
	while (line.argv[line.argc])
		line.argc++;
	client_start();
	rc = open_remote(&remote, &terms, values);
	if (rc)
		return rc;
	rc = commands[i].run(&remote, &line);
	client_free(remote.client);
	free((char *)remote.base);
	/* A full disk is no success. */
	if (fflush(stdout) && !rc)
		rc = REMOTE_REFUSED;
	return rc;
}

int main(int argc, char **argv)
{
	const char *values[OPTION_END] = { NULL };
	int at = argc ? take_options(argv + 1, values) : -1;

	if (at < 0)
		return REMOTE_USAGE;
	if (values[OPTION_HELP]) {
		help();
		return REMOTE_GOOD;
	}
	if (values[OPTION_VERSION]) {
		printf("flowctl %s\n", PACKAGE_VERSION);
		return REMOTE_GOOD;
	}
	if (!argv[1 + at])
		return remote_usage("what is to be done?", NULL);
	return run(argv + 1 + at, values);
}
