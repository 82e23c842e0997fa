/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of the baseline as others write them: CSV with a head line, masscan's JSON (-oJ, -oD),
 * nmap's XML (-oX), and flowd's own export, a line of JSON each. Pure; the text may be anything.
 */
#ifndef WEB_BOOK_ENTRIES_H
#define WEB_BOOK_ENTRIES_H

#include "store/book/ledger.h"

#define ENTRIES_DETAIL_MAX 96

struct entries_fault {
	uint64_t line; /* from 1 */
	char detail[ENTRIES_DETAIL_MAX];
};

/*
 * Adds all entries of `len` bytes; `common` is what is not said there (owner, reason, who), and of
 * what format they are (`source`). False:
 * the line that is wrong, and nothing of `out` is to be used.
 */
bool entries_read(const char *text, size_t len, const struct baseline *common, struct ledger *out,
		  struct entries_fault *fault);

#endif
