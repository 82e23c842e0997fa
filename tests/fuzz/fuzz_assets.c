/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of assets as strangers write them: what is taken makes sense to core, too. */
#include "flowd/fetch/rows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rows rows = { .source = ASSET_API, .most = 1000 };
	struct rows_page page = { .where = "data.hosts", .next_name = "next" };
	char text[ASSET_TEXT_MAX], *copy;
	struct asset row;
	size_t i;
	bool good;

	if (!size || !rows_map(&rows, "address=ip,owner=who.team"))
		return 0;
	/* Core reads its own lists as text with an end. */
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = 0;
	page.text = copy;
	page.len = size - 1;
	good = data[0] % 3 == 1 ? rows_read_page(&rows, &page)
				: rows_read_sheet(&rows, copy, size - 1);
	if (!good && !*rows.error)
		abort();
	for (i = 0; good && i < rows.count; i++) {
		row = rows.list[i];
		if (!record_mend_asset(&row, 1) || !*record_asset_text(&row, text))
			abort();
	}
	rows_free(&rows);
	page.text = copy;
	while (data[0] % 3 == 2 && record_asset_next(&page.text, &row) > 0)
		if (!record_mend_asset(&row, 1))
			abort();
	free(copy);
	return 0;
}
