/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/command.h"

#include "base/err.h"
#include "flowd/scan/collect.h"
#include "flowd/scan/fill.h"
#include "flowd/scan/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENT_MAX 1024
#define ARGV_MAX (TOOLS_ARGUMENTS_MAX + 4) /* interpreter, option, script */

struct arguments {
	char *argv[ARGV_MAX];
	char texts[TOOLS_ARGUMENTS_MAX][ARGUMENT_MAX];
	size_t count;
};

static int fill(struct arguments *a, const struct command *c, struct tool_run *run)
{
	const struct fill_facts facts = { c->handover, c->secret, "" };
	char lines[SECTION_VALUE_MAX], *words[TOOLS_ARGUMENTS_MAX];
	size_t i, count;
	int rc = 0;

	a->argv[a->count++] = (char *)(*c->program.script ? c->program.start : c->tool->program);
	if (*c->program.option)
		a->argv[a->count++] = (char *)c->program.option;
	if (*c->program.script)
		a->argv[a->count++] = (char *)c->program.script;
	snprintf(lines, sizeof(lines), "%s", c->tool->arguments);
	count = tools_lines(lines, words, TOOLS_ARGUMENTS_MAX);
	for (i = 0; i < count && !rc; i++) {
		rc = fill_template(words[i], FILL_ARGUMENT, &facts,
				   &(struct fill_room){ a->texts[i], ARGUMENT_MAX, run->reason });
		a->argv[a->count++] = a->texts[i];
	}
	return rc;
}

/* As people will see them. */
static void note(const struct arguments *a, struct tool_run *run)
{
	size_t i, len;

	for (i = 0; i < a->count; i++) {
		len = strlen(a->argv[i]) + 1;
		if (run->words_len + len > sizeof(run->words)) {
			run->cut = 1;
			return;
		}
		memcpy(run->words + run->words_len, a->argv[i], len);
		run->words_len += (uint32_t)len;
	}
}

int command_start(struct command *c, struct tool_run *run)
{
	struct launch launch = { .tool = c->tool,
				 .secret = c->secret,
				 .folder = c->folder,
				 .best_effort = c->best_effort };
	struct arguments *a = calloc(1, sizeof(*a));
	int rc = a ? fill(a, c, run) : -ENOMEM;

	run->state = rc ? RUN_REFUSED : RUN_FAILED;
	if (!rc) {
		note(a, run);
		launch.argv = a->argv;
		launch.program = open(c->program.start, O_PATH | O_CLOEXEC);
		rc = launch_start(&launch, &c->pid, &c->output, run->reason);
		if (launch.program >= 0)
			close(launch.program);
	}
	free(a);
	return rc;
}

int command_wait(struct command *c, struct tool_run *run, char *text)
{
	const struct collect wait = { .pid = c->pid,
				      .output = c->output,
				      .asker = c->asker,
				      .until = mono_now() + c->tool->timeout,
				      .most = c->tool->output };

	run->state = RUN_RUNNING;
	return collect(&wait, run, text);
}
