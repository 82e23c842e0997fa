/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/scan/call.h"

#include "base/client/client.h"
#include "flowd/scan/fill.h"
#include "store/report/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 4096
#define HEADER_MAX 2048
#define BODY_MAX 32768
#define PATH_STEPS 8 /* of the member that names a ticket */

/* What is said. */
struct question {
	char url[URL_MAX], body[BODY_MAX];
	char headers[TOOLS_HEADERS_MAX][HEADER_MAX];
	const char *list[TOOLS_HEADERS_MAX + 1];
};

struct client *call_open(const struct tool_conf *t, const char *authorities)
{
	return client_new(&(struct client_terms){ .ca_bytes = authorities,
						  .anybody = !t->tls_verify,
						  .timeout = t->timeout,
						  .answer_most = TOOLS_OUTPUT_MOST });
}

static int fill(struct question *q, const struct tool_conf *t, const struct fill_facts *facts,
		struct tool_run *run)
{
	char lines[SECTION_VALUE_MAX], *headers[TOOLS_HEADERS_MAX + 1];
	size_t i, count;
	int rc = fill_template(t->url, FILL_URL, facts,
			       &(struct fill_room){ q->url, sizeof(q->url), run->reason });

	if (!rc)
		rc = fill_template(t->body, FILL_BODY, facts,
				   &(struct fill_room){ q->body, sizeof(q->body), run->reason });
	snprintf(lines, sizeof(lines), "%s", t->headers);
	count = tools_lines(lines, headers, TOOLS_HEADERS_MAX + 1);
	for (i = 0; i < count && !rc; i++) {
		rc = fill_template(headers[i], FILL_HEADER, facts,
				   &(struct fill_room){ q->headers[i], HEADER_MAX, run->reason });
		q->list[i] = q->headers[i];
	}
	q->list[i] = NULL;
	return rc;
}

/* "issue.key": the member of a member; a text or a number. */
static void find_ticket(const struct reading *doc, const char *path, char *out, size_t size)
{
	char step[64];
	size_t len, steps = 0;

	while (doc && *path && steps++ < PATH_STEPS) {
		len = strcspn(path, ".");
		if (len >= sizeof(step))
			return;
		memcpy(step, path, len);
		step[len] = 0;
		doc = reading_kind(doc) == READING_LIST ? reading_item(doc, strtoul(step, NULL, 10))
							: reading_child(doc, step);
		path += len + (path[len] == '.');
	}
	if (reading_kind(doc) == READING_TEXT)
		snprintf(out, size, "%s", reading_text(doc));
	else if (reading_kind(doc) == READING_NUMBER)
		snprintf(out, size, "%lld", (long long)reading_number(doc));
}

/* Control characters of an answer go nowhere. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			*text = '.';
}

static void take_answer(const struct tool_conf *t, const struct client_answer *answer,
			struct fill_facts *facts, struct tool_run *run)
{
	struct reading *doc;
	char why[sizeof(run->reason)];

	run->http_status = (uint16_t)answer->status;
	run->state = answer->status >= 200 && answer->status < 300 ? RUN_FINISHED : RUN_FAILED;
	if (run->state == RUN_FAILED)
		snprintf(run->reason, sizeof(run->reason), "it answered with status %d",
			 answer->status);
	if (run->state == RUN_FAILED || !*t->ticket)
		return;
	doc = reading_new(answer->body, answer->len);
	find_ticket(doc, t->ticket, run->ticket, sizeof(run->ticket));
	reading_free(doc);
	clean(run->ticket);
	if (!*run->ticket)
		snprintf(run->reason, sizeof(run->reason), "the answer has no %.40s", t->ticket);
	facts->ticket = run->ticket;
	if (*run->ticket && *t->link &&
	    fill_template(t->link, FILL_LINK, facts,
			  &(struct fill_room){ run->link, sizeof(run->link), why }))
		*run->link = 0;
}

void call_do(struct client *client, const struct call *c)
{
	const struct tool_conf *t = c->tool;
	struct tool_run *run = c->run;
	struct fill_facts facts = { c->handover, c->secret, "" };
	struct question *q = calloc(1, sizeof(*q));
	struct client_request request;
	struct client_answer answer = { .status = 0 };

	run->state = RUN_REFUSED;
	if (!q || fill(q, t, &facts, run)) {
		free(q);
		return;
	}
	run->words_len =
		(uint32_t)snprintf(run->words, sizeof(run->words), "%s%c%s", t->method, 0, q->url) +
		1;
	run->cut = run->words_len > sizeof(run->words);
	if (run->cut)
		run->words_len = sizeof(run->words);
	request = (struct client_request){ .method = t->method,
					   .url = q->url,
					   .headers = q->list,
					   .body = *q->body ? q->body : NULL,
					   .body_len = strlen(q->body) };
	if (client_ask(client, &request, &answer)) {
		run->state = RUN_FAILED;
		snprintf(run->reason, sizeof(run->reason), "%.95s", answer.error);
	} else {
		take_answer(t, &answer, &facts, run);
		run->truncated = answer.len > t->output;
		run->output = (uint32_t)(run->truncated ? t->output : answer.len);
		memcpy(c->text, answer.body, run->output);
	}
	free(q);
}
