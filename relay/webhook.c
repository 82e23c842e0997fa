/* SPDX-License-Identifier: Apache-2.0 */
#include "base/client/client.h"
#include "base/crypt/digest.h"
#include "base/err.h"
#include "base/mono.h"
#include "relay/chat.h"
#include "relay/form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MOST (64 << 10)
#define HEADER_MAX 1200
#define HEADERS_MAX 8

struct webhook {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	struct client *client;
};

/* What is said in one request. */
struct request {
	wall_t now;
	char *body;
	size_t len;
	char url[CHAT_URL_MAX];
	char headers[HEADERS_MAX][HEADER_MAX];
	const char *list[HEADERS_MAX + 1];
	size_t count;
};

static void put_header(struct request *r, const char *name, const char *value)
{
	snprintf(r->headers[r->count], HEADER_MAX, "%s: %s", name, value);
	r->list[r->count] = r->headers[r->count];
	r->list[++r->count] = NULL;
}

static int open_webhook(const struct sink_conf *conf, const struct sink_secrets *secrets,
			void **out, char *error)
{
	const struct client_terms terms = { .ca_bytes = *secrets->ca ? secrets->ca : NULL,
					    .user = *conf->user ? conf->user : NULL,
					    .password = secrets->password,
					    .anybody = !conf->tls_verify,
					    .timeout = conf->timeout,
					    .answer_most = ANSWER_MOST };
	struct webhook *w = calloc(1, sizeof(*w));
	char name[FORM_FIELD_MAX];

	if (conf->form == FORM_TEMPLATE && form_stranger(secrets->text, name)) {
		snprintf(error, OUTBOX_ERROR_MAX, "its template asks for {{%.40s}}", name);
		free(w);
		return ERR_UNKNOWN;
	}
	if (strncmp(secrets->url, "https://", 8) && strncmp(secrets->url, "http://", 7)) {
		snprintf(error, OUTBOX_ERROR_MAX, "its url does not begin with https://");
		free(w);
		return ERR_SYNTAX;
	}
	if (w)
		w->client = client_new(&terms);
	if (!w || !w->client) {
		snprintf(error, OUTBOX_ERROR_MAX, "%s", err_text(-ENOMEM));
		free(w);
		return -ENOMEM;
	}
	w->conf = conf;
	w->secrets = secrets;
	*out = w;
	return 0;
}

static void close_webhook(void *self)
{
	struct webhook *w = self;

	client_free(w->client);
	free(w);
}

/* One alert, or a list of them where the receiver is to get several at once. */
static bool write_body(const struct webhook *w, const struct sink_letter *letters, size_t count,
		       struct request *r)
{
	bool list = w->conf->batch > 1, good = true;
	FILE *out;
	char *text;
	size_t i;

	if (chat_is(w->conf->form)) {
		r->body = chat_body(w->conf->form, letters, w->secrets->secret, r->now);
		r->len = r->body ? strlen(r->body) : 0;
		return r->body;
	}
	out = open_memstream(&r->body, &r->len);
	if (!out)
		return false;
	if (list)
		fputc('[', out);
	for (i = 0; i < count && good; i++) {
		text = form_text(w->conf->form, &letters[i], w->secrets->text);
		good = text != NULL;
		fprintf(out, "%s%s", i ? "," : "", text ? text : "");
		free(text);
	}
	if (list)
		fputc(']', out);
	return !fclose(out) && good;
}

/* "t=<seconds>,v1=<hex>": HMAC-SHA256 of the seconds, a point and the body. */
static void sign(const struct webhook *w, struct request *r)
{
	char stamp[24], hex[2 * DIGEST_SHA256 + 1], value[128];
	uint8_t mac[DIGEST_SHA256];
	size_t n =
		(size_t)snprintf(stamp, sizeof(stamp), "%lld.", (long long)(r->now / MONO_SECOND));
	char *all = malloc(n + r->len);

	/* Chats have ways of their own. */
	if (!*w->secrets->secret || chat_is(w->conf->form) || !all) {
		free(all);
		return;
	}
	memcpy(all, stamp, n);
	memcpy(all + n, r->body, r->len);
	digest_hmac_sha256(w->secrets->secret, strlen(w->secrets->secret), all, n + r->len, mac);
	free(all);
	snprintf(value, sizeof(value), "t=%.*s,v1=%s", (int)n - 1, stamp,
		 digest_hex(mac, sizeof(mac), hex));
	put_header(r, "X-Flowd-Signature", value);
}

/* May another try help, with the same alert? Who is sent away for good was never known. */
static bool is_final(int status)
{
	return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 &&
	       status != 407 && status != 408 && status != 425 && status != 429;
}

static void judge(const struct webhook *w, const struct client_answer *a, size_t count,
		  struct sink_result *result)
{
	if (a->status < 200 || a->status >= 300) {
		snprintf(result->error, sizeof(result->error), "HTTP status %d", a->status);
		result->never = is_final(a->status);
		result->wait = a->retry_after_s * MONO_SECOND;
	} else if (chat_is_taken(w->conf->form, a->body, a->len, result->error)) {
		result->done += count;
	}
}

static void put_headers(const struct webhook *w, const struct sink_letter *letters, size_t count,
			struct request *r)
{
	char text[HEADER_MAX - 32];

	put_header(r, "Content-Type",
		   chat_is(w->conf->form) || form_is_json(w->conf->form, w->secrets->text)
			   ? "application/json"
			   : "text/plain; charset=utf-8");
	put_header(r, "Idempotency-Key", letters[0].key);
	snprintf(text, sizeof(text), "%zu", count);
	put_header(r, "X-Flowd-Count", text);
	sign(w, r);
	snprintf(text, sizeof(text), "Bearer %s", w->secrets->token);
	if (*w->secrets->token)
		put_header(r, "Authorization", text);
	explicit_bzero(text, sizeof(text));
}

static void ask(struct webhook *w, const struct sink_letter *letters, size_t count,
		struct sink_result *result)
{
	struct client_answer answer = { .status = 0 };
	struct request r = { .now = mono_wall() };
	struct client_request request = { .method = "POST", .url = r.url, .headers = r.list };

	if (!write_body(w, letters, count, &r)) {
		snprintf(result->error, sizeof(result->error), "%s", err_text(-ENOMEM));
	} else if (chat_url(w->conf->form, w->secrets->url, w->secrets->secret, r.now, r.url)) {
		snprintf(result->error, sizeof(result->error), "its url is too long");
	} else {
		put_headers(w, letters, count, &r);
		request.body = r.body;
		request.body_len = r.len;
		if (client_ask(w->client, &request, &answer))
			snprintf(result->error, sizeof(result->error), "%.100s", answer.error);
		else
			judge(w, &answer, count, result);
	}
	free(r.body);
	explicit_bzero(&r, sizeof(r));
}

/* Of several that are refused together, the one that is meant is found by asking one by one. */
static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	struct webhook *w = self;
	size_t i;

	ask(w, letters, count, result);
	if (!result->never || count == 1)
		return;
	result->never = false;
	for (i = 0; i < count && result->done == i && !result->never; i++)
		ask(w, &letters[i], 1, result);
}

const struct sink_driver webhook_driver = { open_webhook, deliver, close_webhook };
