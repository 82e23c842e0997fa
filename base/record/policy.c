/* SPDX-License-Identifier: Apache-2.0 */
#include "base/record/policy.h"

static const char *const texts[] = {
#define TEXT_OF(id, text) [id] = text,
	RECORD_WAIT_LIST(TEXT_OF)
#undef TEXT_OF
};

const char *record_wait_text(unsigned wait)
{
	return wait < WAIT_END ? texts[wait] : "?";
}
