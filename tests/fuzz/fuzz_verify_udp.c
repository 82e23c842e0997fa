/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the question (its random part all zero), the rest is what came back. */
#include "verify/udp/question.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *field, size_t size)
{
	size_t i, len = strnlen(field, size);

	if (len == size)
		abort();
	for (i = 0; i < len; i++)
		if (field[i] < ' ' || field[i] > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t asked[QUESTION_BYTES_MAX] = { 0 };
	const struct question *q = size ? question_row(*data) : NULL;
	struct probe probe = { 0 }, mended;
	struct answer_again again = { .len = 0 };
	struct answer_parts parts = { .len = 0 };
	struct answer answer = { .asked = asked, .again = &again, .parts = &parts };

	if (!q)
		return 0;
	memcpy(asked, q->bytes, q->len);
	memset(asked + q->random_at, 0, q->random_len);
	answer.asked_len = q->padded ? q->padded : q->len;
	answer.said = data + 1;
	answer.said_len = size - 1;
	if (q->read(&answer, &probe) && !probe.app[0])
		abort();
	if (again.len > sizeof(again.bytes) || (parts.is_whole && parts.missing))
		abort();
	free(parts.bytes);
	check(probe.app, sizeof(probe.app));
	check(probe.product, sizeof(probe.product));
	check(probe.version, sizeof(probe.version));
	/* Nothing in it that core would have to mend. */
	mended = probe;
	record_mend_probe(&mended, INT64_MAX / 2);
	if (memcmp(&mended, &probe, sizeof(probe)))
		abort();
	return 0;
}
