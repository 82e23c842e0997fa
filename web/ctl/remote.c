/* SPDX-License-Identifier: Apache-2.0 */
#include "web/ctl/remote.h"

#include "base/client/client.h"
#include "web/ctl/table.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST ((128 << 20) + 1) /* as flowd takes for a baseline, the longest there is */
#define LINE_MOST (1 << 20)	    /* of the stream */

int remote_usage(const char *text, const char *word)
{
	fprintf(stderr, "flowctl: %s%s%s; see flowctl --help\n", word ? word : "", word ? ": " : "",
		text);
	return REMOTE_USAGE;
}

/* Says problem details (RFC 9457), with what is said of each fault. */
static void say_problem(const char *text, size_t len, int status)
{
	struct reading *problem = reading_new(text, len);
	const char *detail = reading_text(reading_child(problem, "detail"));

	fputs("flowctl: ", stderr);
	if (detail)
		table_safe(stderr, detail);
	else
		fprintf(stderr, "status %d", status);
	fputs("\n", stderr);
	reading_free(problem);
}

static int status_of(int status, const char *text, size_t len)
{
	bool no_page = status == 404 && text && memmem(text, len, "no such page", 12);

	if (no_page || status == 405 || status == 501) {
		fputs("flowctl: this flowd has no such route: is it older than flowctl?\n", stderr);
		return REMOTE_LACKS;
	}
	say_problem(text, len, status);
	switch (status) {
	case 401:
	case 403:
		return REMOTE_DENIED;
	case 404:
		return REMOTE_NOTHING;
	case 422:
		return REMOTE_BAD;
	default:
		return REMOTE_REFUSED;
	}
}

struct asking {
	char *url, *authorization, *type;
	const char *headers[4];
};

static void asking_close(struct asking *a)
{
	free(a->url);
	free(a->authorization);
	free(a->type);
}

static bool asking_open(struct asking *a, const struct remote *r, const char *path,
			const char *type)
{
	size_t n = 0;

	*a = (struct asking){ 0 };
	if (asprintf(&a->url, "%s%s", r->base, path) < 0)
		a->url = NULL;
	if (r->token && asprintf(&a->authorization, "Authorization: Bearer %s", r->token) < 0)
		a->authorization = NULL;
	if (type && asprintf(&a->type, "Content-Type: %s", type) < 0)
		a->type = NULL;
	/* No page of another site can make a browser say this. */
	a->headers[n++] = "X-Flowd-Request: 1";
	if (a->authorization)
		a->headers[n++] = a->authorization;
	if (a->type)
		a->headers[n++] = a->type;
	if (a->url)
		return true;
	asking_close(a);
	return false;
}

int remote_ask(struct remote *r, const char *method, const char *path,
	       const struct remote_body *body, const char **text)
{
	struct client_answer answer = { .status = 0 };
	struct asking asking;
	int rc;

	if (!asking_open(&asking, r, path, body ? body->type : NULL)) {
		fputs("flowctl: out of memory\n", stderr);
		return REMOTE_UNREACHED;
	}
	rc = client_ask(r->client,
			&(struct client_request){ .method = method,
						  .url = asking.url,
						  .headers = asking.headers,
						  .body = body ? body->text : NULL,
						  .body_len = body ? body->len : 0 },
			&answer);
	if (rc)
		fprintf(stderr, "flowctl: %s: %s\n", asking.url, answer.error);
	asking_close(&asking);
	if (rc)
		return REMOTE_UNREACHED;
	if (answer.status >= 300)
		return status_of(answer.status, answer.body, answer.len);
	*text = answer.body;
	return 0;
}

static int ask_json(struct remote *r, const char *method, const char *path,
		    const struct remote_body *body, struct reading **out)
{
	const char *text;
	int rc = remote_ask(r, method, path, body, &text);

	if (rc)
		return rc;
	if (r->json && printf("%s\n", text) < 0)
		return REMOTE_REFUSED;
	*out = reading_new(text, strlen(text));
	if (*out)
		return 0;
	fputs("flowctl: what it answers is no JSON\n", stderr);
	return REMOTE_REFUSED;
}

int remote_get(struct remote *r, const char *path, struct reading **out)
{
	return ask_json(r, "GET", path, NULL, out);
}

int remote_post(struct remote *r, const char *path, const struct remote_body *body,
		struct reading **out)
{
	const struct remote_body none = { "application/json", "", 0 };

	return ask_json(r, "POST", path, body ? body : &none, out);
}

/* ---- the stream ---- */

struct following {
	remote_event_fn fn;
	void *arg;
	char *rest; /* what came after the last whole event */
	size_t len, room;
	bool over;
};

/* One event: lines up to an empty one. */
static bool take_event(struct following *f, char *text)
{
	const char *kind = "message", *data = NULL;
	char *line, *at = text;

	while ((line = strsep(&at, "\n"))) {
		if (!strncmp(line, "event: ", 7))
			kind = line + 7;
		else if (!strncmp(line, "data: ", 6))
			data = line + 6;
	}
	return !data || f->fn(f->arg, kind, data);
}

static bool take_bytes(void *arg, const char *bytes, size_t len)
{
	struct following *f = arg;
	char *end, *text;

	if (f->len + len > LINE_MOST)
		return false;
	if (f->len + len + 1 > f->room) {
		text = realloc(f->rest, (f->len + len + 1) * 2);
		if (!text)
			return false;
		f->rest = text;
		f->room = (f->len + len + 1) * 2;
	}
	memcpy(f->rest + f->len, bytes, len);
	f->len += len;
	f->rest[f->len] = 0;
	while (!f->over && (end = strstr(f->rest, "\n\n"))) {
		*end = 0;
		f->over = !take_event(f, f->rest);
		f->len -= (size_t)(end + 2 - f->rest);
		memmove(f->rest, end + 2, f->len + 1);
	}
	return !f->over;
}

int remote_follow(struct remote *r, remote_event_fn fn, void *arg)
{
	struct following f = { .fn = fn, .arg = arg };
	struct client_answer answer = { .status = 0 };
	struct asking asking;
	int rc = REMOTE_UNREACHED;

	if (!asking_open(&asking, r, "/api/v1/stream", NULL))
		return rc;
	client_ask(r->client,
		   &(struct client_request){ .method = "GET",
					     .url = asking.url,
					     .headers = asking.headers,
					     .take = take_bytes,
					     .arg = &f },
		   &answer);
	if (f.over)
		rc = REMOTE_GOOD;
	else if (answer.status >= 300)
		rc = status_of(answer.status, f.rest, f.len);
	else
		fprintf(stderr, "flowctl: %s: %s\n", asking.url,
			*answer.error ? answer.error : "the stream has ended");
	asking_close(&asking);
	free(f.rest);
	return rc;
}

/* ---- words ---- */

char *remote_encode(const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = malloc(strlen(text) * 3 + 1), *to = out;

	for (; out && *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~:", c)) {
			*to++ = *text;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	if (out)
		*to = 0;
	return out;
}

char *remote_path(const char *path, char **words)
{
	char *text = strdup(path), *longer, *value, *equals;
	int rc;

	for (; text && *words; words++) {
		equals = strchr(*words, '=');
		if (!equals || equals == *words) {
			remote_usage("expected NAME=VALUE", *words);
			free(text);
			return NULL;
		}
		value = remote_encode(equals + 1);
		rc = value ? asprintf(&longer, "%s%c%.*s=%s", text, strchr(text, '?') ? '&' : '?',
				      (int)(equals - *words), *words, value)
			   : -1;
		free(value);
		free(text);
		text = rc < 0 ? NULL : longer;
	}
	return text;
}

char *remote_file(const char *path, size_t *len)
{
	bool own = strcmp(path, "-") != 0;
	FILE *file = own ? fopen(path, "re") : stdin;
	char *text = file ? malloc(FILE_MOST) : NULL;
	bool bad;

	if (text)
		*len = fread(text, 1, FILE_MOST, file);
	bad = !text || ferror(file) || *len == FILE_MOST;
	if (bad)
		fprintf(stderr, "flowctl: %s: %s\n", path,
			text && *len == FILE_MOST ? "it is too long" : "it cannot be read");
	if (file && own)
		fclose(file);
	if (!bad)
		return text;
	free(text);
	return NULL;
}
