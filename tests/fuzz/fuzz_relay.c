/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the answer of a chat's webhook, as a template, and as the entries of sinks: what is
 * taken says nothing, what is not says why, and a template's text ends.
 */
#include "relay/chat.h"
#include "relay/form.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const char *text, size_t len)
{
	char error[OUTBOX_ERROR_MAX];
	unsigned form;

	for (form = FORM_SLACK; form < FORM_END; form++) {
		memset(error, 0, sizeof(error));
		if (!chat_is_taken((enum sink_form)form, text, len, error))
			assert(*error && memchr(error, 0, sizeof(error)));
	}
}

static void template(const char *text)
{
	struct sink_letter *letter = calloc(1, sizeof(*letter));
	char name[FORM_FIELD_MAX], *made;

	if (!letter)
		return;
	letter->alert.finding.event = EVENT_NEW;
	form_stranger(text, name);
	made = form_text(FORM_TEMPLATE, letter, text);
	assert(!made || strlen(made) < 64 * (strlen(text) + 1));
	free(made);
	free(letter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), error[SINKS_ERROR_MAX];
	struct sinks sinks = { .count = 0 };

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	answer(text, size);
	template(text);
	if (!sinks_parse(text, &sinks, error))
		assert(sinks.count <= SINKS_MAX);
	sinks_free(&sinks);
	free(text);
	return 0;
}
