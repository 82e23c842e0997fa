/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the hint, the rest is what the server said. */
#include "verify/talk/banner.h"

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
	static const char *const hints[] = { "", "ssh", "ftp_control", "smtp", "redis", "http" };
	struct banner b;
	int sure;

	if (!size)
		return 0;
	sure = banner_read(data + 1, size - 1, hints[*data % 6], &b);
	check(b.app, sizeof(b.app));
	check(b.product, sizeof(b.product));
	check(b.version, sizeof(b.version));
	if (sure == BANNER_NONE && (b.app[0] || b.product[0] || b.version[0]))
		abort();
	return 0;
}
