/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <string.h>

const char *err_text(int rc)
{
	static const char *const text[] = {
#define ERR_TEXT(id, text) text,
		ERR_LIST(ERR_TEXT)
#undef ERR_TEXT
	};

	if (rc > ERR_FIRST && rc < ERR_END)
		return text[rc - ERR_FIRST - 1];
	return rc < 0 ? strerror(-rc) : "success";
}
