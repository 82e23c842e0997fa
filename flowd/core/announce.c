/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/announce.h"

#include "flowd/core/out/output.h"
#include "store/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LAST_MOMENT_MS 500

struct announce {
	struct ipc *web;
	struct output *output; /* NULL: stdio, which waits */
	bool news, stuck;
	/* Both are streams in memory, emptied by rewinding. */
	FILE *lines, *records;
	char *lines_text, *records_bytes;
	size_t lines_len, records_len;
};

/* A record for web: its kind, then its bytes. */
static void note_record(struct announce *a, enum ipc_kind kind, const void *record, size_t size)
{
	if (!a->web)
		return;
	fwrite(&kind, sizeof(kind), 1, a->records);
	fwrite(record, size, 1, a->records);
}

struct announce *announce_new(struct ipc *web, size_t waiting)
{
	struct announce *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->web = web;
	a->lines = open_memstream(&a->lines_text, &a->lines_len);
	a->records = open_memstream(&a->records_bytes, &a->records_len);
	if (waiting)
		a->output = output_new(STDOUT_FILENO, waiting);
	if (!a->lines || !a->records || (waiting && !a->output)) {
		announce_free(a);
		return NULL;
	}
	return a;
}

void announce_free(struct announce *a)
{
	if (!a)
		return;
	if (a->lines)
		fclose(a->lines);
	if (a->records)
		fclose(a->records);
	output_free(a->output);
	free(a->lines_text);
	free(a->records_bytes);
	free(a);
}

static void note_line(struct announce *a, char *line)
{
	if (line)
		fprintf(a->lines, "%s\n", line);
	free(line);
}

void announce_event(struct announce *a, const struct event_row *event)
{
	if (!event)
		return;
	a->news = true;
	note_line(a, report_event(event));
	note_record(a, IPC_EVENT, event, sizeof(*event));
}

void announce_alert(struct announce *a, const struct alert *alert)
{
	if (!alert)
		return;
	a->news = true;
	note_line(a, report_alert(alert));
	note_record(a, IPC_ALERT, alert, sizeof(*alert));
}

/* Readers of standard output have no use for what people do; the page has. */
void announce_triage(struct announce *a, const struct triage *triage)
{
	if (!triage)
		return;
	a->news = true;
	note_record(a, IPC_TRIAGE, triage, sizeof(*triage));
}

void announce_run(struct announce *a, const struct tool_run *run)
{
	a->news = true;
	note_record(a, IPC_RUN, run, sizeof(*run));
}

void announce_tally(struct announce *a, const struct tally *tally,
		    const struct trouble_news *troubles, size_t count)
{
	note_line(a, report_tally(tally, troubles, count));
}

void announce_sweep(struct announce *a, const struct sweep *sweep)
{
	note_line(a, report_sweep(sweep));
	announce_progress(a, sweep);
}

void announce_progress(struct announce *a, const struct sweep *sweep)
{
	a->news = true;
	note_record(a, IPC_SWEEP, sweep, sizeof(*sweep));
}

void announce_rules(struct announce *a, const struct rules_news *news)
{
	if (!a->web)
		return;
	ipc_send(a->web, IPC_RULES, news);
	ipc_flush(a->web);
}

void announce_role(struct announce *a, const struct role_news *news, bool line)
{
	if (line)
		note_line(a, report_role(news));
	if (a->web) {
		ipc_send(a->web, IPC_ROLE, news);
		ipc_flush(a->web);
	}
}

bool announce_has_news(const struct announce *a)
{
	return a->news;
}

static void send_records(struct announce *a)
{
	const char *at = a->records_bytes, *end = at + a->records_len;
	enum ipc_kind kind;

	for (; at < end; at += kind == IPC_EVENT    ? sizeof(struct event_row)
			       : kind == IPC_TRIAGE ? sizeof(struct triage)
			       : kind == IPC_RUN    ? sizeof(struct tool_run)
			       : kind == IPC_SWEEP  ? sizeof(struct sweep)
						    : sizeof(struct alert)) {
		memcpy(&kind, at, sizeof(kind));
		at += sizeof(kind);
		ipc_send(a->web, kind, at);
	}
	ipc_flush(a->web);
}

void announce_say(struct announce *a)
{
	fflush(a->lines);
	if (a->lines_len) {
		if (a->output)
			output_put(a->output, a->lines_text, a->lines_len);
		else
			fwrite(a->lines_text, 1, a->lines_len, stdout);
		rewind(a->lines);
	}
	if (a->output)
		output_flush(a->output, 0);
	else
		fflush(stdout);
	if (a->web && !fflush(a->records) && a->records_len) {
		send_records(a);
		rewind(a->records);
	}
	a->news = false;
}

int announce_end(struct announce *a)
{
	if (!a->output)
		return fflush(stdout) || ferror(stdout) ? (errno ? -errno : -EIO) : 0;
	output_flush(a->output, LAST_MOMENT_MS);
	return 0;
}

uint64_t announce_dropped(const struct announce *a)
{
	return a->output ? output_dropped(a->output) : 0;
}

bool announce_is_stuck(struct announce *a)
{
	bool news = !a->stuck && announce_dropped(a);

	a->stuck |= news;
	return news;
}
