/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define AMPLIFIER 3 /* times as many bytes as were asked */

bool ask_make(struct ask *a, const struct question *q, uint16_t port)
{
	uint8_t bytes[QUESTION_BYTES_MAX];

	*a = (struct ask){ .question = q, .fd = -1 };
	a->len = question_print(q, port, bytes);
	a->bytes = malloc(a->len);
	if (!a->bytes)
		return false;
	memcpy(a->bytes, bytes, a->len);
	return true;
}

bool ask_make_custom(struct ask *a, struct book *book, const struct book_question *q,
		     const char *hint)
{
	*a = (struct ask){ .custom = q, .book = book, .hint = hint, .fd = -1, .len = q->len };
	a->own = (struct question){ .app = "", .name = q->name };
	a->question = &a->own;
	if (!q->payload || !q->len || q->len > QUESTION_BYTES_MAX)
		return false;
	a->bytes = malloc(a->len);
	if (!a->bytes)
		return false;
	memcpy(a->bytes, q->payload, a->len);
	return true;
}

void ask_close(struct ask *a, struct probe *probe)
{
	/* Of an answer in parts it is known when they are all there. */
	if (probe && !a->is_repeated && a->answered >= AMPLIFIER * a->len)
		answer_fact(probe, FACT_AMPLIFIER, "%s: %zu bytes bring %llu", a->question->name,
			    a->len, (unsigned long long)a->answered);
	loop_event_free(a->event);
	if (a->fd >= 0)
		close(a->fd);
	free(a->bytes);
	free(a->parts.bytes);
}

static int open_port(struct ask *a, const struct ask_room *room)
{
	a->fd = port_open(room->source, room->way, a->question->flags & QUESTION_ANY_PORT);
	if (a->fd < 0)
		return a->fd;
	a->event = loop_fd_new(room->loop, a->fd, LOOP_READ, room->fn, a);
	return a->event ? 0 : -ENOMEM;
}

int ask_send(struct ask *a, const struct ask_room *room)
{
	int rc = a->fd < 0 ? open_port(a, room) : 0;

	if (!rc)
		rc = port_send(a->fd, room->way, a->bytes, a->len);
	if (rc)
		return rc;
	a->tries++;
	a->sent = mono_now();
	return 0;
}

/* The question that brought most for what it cost. */
static void count(const struct ask *a, struct probe *p)
{
	if (p->asked && (uint64_t)p->answered * a->len > a->answered * p->asked)
		return;
	p->asked = (uint32_t)a->len;
	p->answered = (uint32_t)(a->answered < UINT32_MAX ? a->answered : UINT32_MAX);
}

/* As the database has it; a reader's word is worth more. */
static bool read_custom(struct ask *a, const struct answer *said, struct probe *p)
{
	struct book_answer answer;

	if (book_read(a->book, a->custom, a->hint, answer_wire(said), &answer) == BOOK_NONE)
		return false;
	answer_name(p, answer.app);
	answer_product(p, answer.product, answer.version);
	memcpy(a->matched, answer.matched, sizeof(a->matched));
	answer.matched[0] = 0;
	answer_facts(&answer, p);
	return p->app[0] != 0;
}

/* It waits to be sent, as if it had never been. */
static void repeat(struct ask *a, const struct answer_again *again)
{
	uint8_t *bytes = a->is_repeated ? NULL : malloc(again->len);

	if (!bytes)
		return;
	memcpy(bytes, again->bytes, again->len);
	free(a->bytes);
	free(a->parts.bytes);
	a->parts = (struct answer_parts){ .len = 0 };
	a->bytes = bytes;
	a->len = again->len;
	a->tries = 0;
	a->answered = 0;
	a->is_repeated = true;
}

bool ask_read(struct ask *a, const uint8_t *bytes, const struct port_news *news, struct probe *p)
{
	struct answer answer = { .asked = a->bytes,
				 .asked_len = a->len,
				 .said = bytes,
				 .said_len = news->len,
				 .is_cut = news->size > news->len };
	struct probe said;
	struct answer_again again = { .len = 0 };

	answer.again = &again;
	answer.parts = &a->parts;
	a->answered += news->size;
	if (!a->is_repeated)
		count(a, p);
	record_text_set(a->matched, sizeof(a->matched), a->question->name);
	if (news->size == a->len && !memcmp(bytes, a->bytes, a->len)) {
		answer_name(p, "echo");
		return true;
	}
	if (a->custom)
		return read_custom(a, &answer, p);
	/* A reader may find late that it is none of its answers. */
	said = *p;
	if (!a->question->read(&answer, &said))
		return false;
	*p = said;
	if (again.len)
		repeat(a, &again);
	return true;
}
