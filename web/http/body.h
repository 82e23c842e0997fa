/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a request, in pieces as it comes.
 */
#ifndef WEB_HTTP_BODY_H
#define WEB_HTTP_BODY_H

#include <stddef.h>

struct body {
	char *text;  /* owned; NULL none yet, or it is too long */
	size_t came; /* bytes, kept or not */
	size_t room;
};

/* Keeps a piece, as long as there are no more than `most`. 0 or -ENOMEM. */
int body_take(struct body *body, const char *bytes, size_t len, size_t most);
void body_free(struct body *body);

#endif
