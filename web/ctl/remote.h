/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flowd that is asked, and how its answers are to be said.
 */
#ifndef WEB_CTL_REMOTE_H
#define WEB_CTL_REMOTE_H

#include "store/report/reading.h"

#include <stdbool.h>
#include <stddef.h>

/* X(constant, number, when) : exit statuses, as flowctl(1) has them. */
#define REMOTE_STATUS_LIST(X)                                                        \
	X(REMOTE_GOOD, 0, "it was done")                                             \
	X(REMOTE_BAD, 1, "the answer is no: rules are wrong, health is not ok, ...") \
	X(REMOTE_USAGE, 2, "the command line is wrong")                              \
	X(REMOTE_UNREACHED, 3, "no flowd answers there")                             \
	X(REMOTE_DENIED, 4, "a token is needed, or one of a higher role")            \
	X(REMOTE_NOTHING, 5, "there is no such thing")                               \
	X(REMOTE_REFUSED, 6, "flowd refuses, for another reason")                    \
	X(REMOTE_LACKS, 7, "this flowd has no such route")

enum remote_status {
#define REMOTE_ENUM(id, number, text) id = (number),
	REMOTE_STATUS_LIST(REMOTE_ENUM)
#undef REMOTE_ENUM
};

struct client;

struct remote {
	struct client *client;
	const char *base;  /* of addresses, without a slash at its end */
	const char *token; /* NULL none */
	bool json, colour;
};

/* Prints what is wrong with the command line; REMOTE_USAGE. */
int remote_usage(const char *text, const char *word);

/*
 * Asks; with `body` of `type`. 0 and `text`, borrowed until the next one; else what is wrong has
 * been said, and the result is the exit status.
 */
struct remote_body {
	const char *type, *text;
	size_t len;
};

int remote_ask(struct remote *remote, const char *method, const char *path,
	       const struct remote_body *body, const char **text);

/* The same, read; the caller's to free. With --json it is printed as well. */
int remote_get(struct remote *remote, const char *path, struct reading **out);
int remote_post(struct remote *remote, const char *path, const struct remote_body *body,
		struct reading **out);

/* Events of the stream, one by one, until the function says false. The exit status. */
typedef bool (*remote_event_fn)(void *arg, const char *kind, const char *data);
int remote_follow(struct remote *remote, remote_event_fn fn, void *arg);

/* A path with what was said as NAME=VALUE for parameters, the rest encoded; to be freed. NULL: one
 * of them is no NAME=VALUE, which was said, or memory is short. */
char *remote_path(const char *path, char **words);

/* A whole file, "-": standard input; to be freed. NULL: what is wrong was said. */
char *remote_file(const char *path, size_t *len);

/* An id in a path or value, encoded; to be freed. */
char *remote_encode(const char *text);

#endif
