/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe database says of an answer.
 */
#ifndef VERIFY_PROBES_ANSWER_H
#define VERIFY_PROBES_ANSWER_H

#include "base/record.h"
#include "verify/probes/parse.h"
#include "verify/probes/pattern.h"

/* What an answer says; texts are printable ASCII. */
struct book_answer {
	char app[RECORD_APP_MAX];
	bool is_tls;  /* it is TLS, or `app` inside of it */
	bool is_last; /* more bytes would not name a product: no pattern does */
	char product[48], version[32];
	char info[128], os[48], hostname[80], device[48], cpe[3][96];
	char matched[64]; /* question and line */
};

/*
 * Fills in the application, of which "ssl/" in front means inside of TLS, and what the templates of
 * the match say; the other fields are zero afterwards.
 */
void answer_fill(const struct parse_match *match, const char *app, const struct pattern_hit *hit,
		 struct book_answer *out);

/* Puts what it says beside name, product and version into a probe, as facts. */
void answer_facts(const struct book_answer *answer, struct probe *probe);

#endif
