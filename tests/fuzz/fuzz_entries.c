/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the baseline as strangers write them; what is taken is read back by core's side. */
#include "web/book/entries.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum baseline_from formats[] = { ENTRY_CSV, ENTRY_MASSCAN, ENTRY_EXPORT,
						      ENTRY_NMAP };
	struct baseline common = { .made_us = 1 }, b;
	struct ledger l = { .bytes = NULL };
	struct ledger_head head = { .time_us = 1 };
	struct entries_fault fault;
	uint64_t rows = 0;
	size_t at;

	if (!size)
		return 0;
	common.source = (uint8_t)formats[data[0] % 4];
	if (entries_read((const char *)data + 1, size - 1, &common, &l, &fault)) {
		if (!ledger_close(&l, &head) || ledger_head(l.bytes, l.len, &at, &head))
			abort();
		while (ledger_next(l.bytes, l.len, &at, &b) > 0) {
			if (!record_mend_baseline(&b, 2) || !b.service.port)
				abort();
			rows++;
		}
		if (at != l.len || rows != head.rows)
			abort();
	}
	ledger_free(&l);
	/* The bytes of a ledger that is none. */
	for (at = 0; size >= sizeof(head) && ledger_next((const char *)data, size, &at, &b) > 0;)
		;
	return 0;
}
