/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a question as they are sent. Requests of HTTP/1.1 say whom they ask and who asks.
 */
#ifndef VERIFY_REQUEST_H
#define VERIFY_REQUEST_H

#include "verify/probes/book.h"
#include "verify/probes/parse.h"
#include "verify/source.h"

#define REQUEST_MAX (PARSE_PAYLOAD_MAX + 512)
#define REQUEST_AGENT_MAX 300

struct request {
	const struct source_way *way;	      /* whom */
	const char *announce;		      /* who asks: a URL; "" or NULL */
	const struct book_question *question; /* NULL: HTTP's usual one */
};

/* How many bytes; 0: nothing to say, or no room. */
size_t request_fill(const struct request *request, uint8_t *out, size_t size);

/* What User-Agent says. */
void request_agent(const char *announce, char *out, size_t size);

#endif
