/* SPDX-License-Identifier: Apache-2.0 */
#include "base/client/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"
#define UNSENT_EVERY_MS 2 /* how often it is looked whether all was acknowledged */

struct client {
	struct client_terms terms;
	CURL *curl;
	char error[CURL_ERROR_SIZE];
	char *body;
	size_t len, room;
	struct client_answer *answer;	      /* of the request under way */
	const struct client_request *request; /* the same, of HTTP */
	const char *upload;		      /* what of a mail is still to go */
	size_t upload_len;
	bool open; /* a stream */
};

void client_start(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool is_good(const struct client *c)
{
	long status = 0;

	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 200;
}

static size_t take_body(char *bytes, size_t one, size_t count, void *arg)
{
	struct client *c = arg;
	size_t len = one * count, room = c->room ? c->room : 4096;
	char *body;

	if (c->request && c->request->take && is_good(c))
		return c->request->take(c->request->arg, bytes, len) ? len : 0;
	if (len > c->terms.answer_most || c->len > c->terms.answer_most - len)
		return 0;
	while (room < c->len + len + 1)
		room *= 2;
	if (room > c->room) {
		body = realloc(c->body, room);
		if (!body)
			return 0;
		c->body = body;
		c->room = room;
	}
	memcpy(c->body + c->len, bytes, len);
	c->len += len;
	return len;
}

/* The value of a header of this name; NULL: it is another. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *value_len)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) || line[n] != ':')
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len && strchr("\r\n \t", line[len - 1]))
		len--;
	*value_len = len;
	return line;
}

static size_t take_header(char *line, size_t one, size_t count, void *arg)
{
	struct client *c = arg;
	size_t len = one * count, value_len;
	const char *value = value_of(line, len, "etag", &value_len);
	char number[12];

	if (value && value_len < CLIENT_ETAG_MAX) {
		memcpy(c->answer->etag, value, value_len);
		c->answer->etag[value_len] = 0;
	}
	value = value_of(line, len, "retry-after", &value_len);
	if (value && value_len < sizeof(number)) {
		memcpy(number, value, value_len);
		number[value_len] = 0;
		c->answer->retry_after_s = atoi(number) > 0 ? atoi(number) : 0;
	}
	return len;
}

static size_t give_upload(char *bytes, size_t one, size_t count, void *arg)
{
	struct client *c = arg;
	size_t len = one * count < c->upload_len ? one * count : c->upload_len;

	memcpy(bytes, c->upload, len);
	c->upload += len;
	c->upload_len -= len;
	return len;
}

struct client *client_new(const struct client_terms *terms)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->terms = *terms;
	c->curl = curl_easy_init();
	if (!c->curl) {
		free(c);
		return NULL;
	}
	return c;
}

void client_free(struct client *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	free(c->body);
	free(c);
}

static void set_trust(struct client *c)
{
	struct curl_blob blob = { (void *)c->terms.ca_bytes, 0, CURL_BLOB_NOCOPY };

	curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYPEER, c->terms.anybody ? 0L : 1L);
	curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYHOST, c->terms.anybody ? 0L : 2L);
	curl_easy_setopt(c->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c->curl, CURLOPT_CAPATH, NULL);
	if (c->terms.ca_bytes) {
		blob.len = strlen(c->terms.ca_bytes);
		curl_easy_setopt(c->curl, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(c->curl, CURLOPT_CAINFO_BLOB, &blob);
	} else {
		curl_easy_setopt(c->curl, CURLOPT_CAINFO,
				 c->terms.ca_file ? c->terms.ca_file : SYSTEM_CA);
	}
}

/* What all requests have in common. The connection outlives a reset. */
static void prepare(struct client *c, const char *url, const char *protocols)
{
	long timeout_ms = (long)(c->terms.timeout / MONO_MS);

	curl_easy_reset(c->curl);
	*c->error = 0;
	c->len = 0;
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(c->curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	curl_easy_setopt(c->curl, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c->curl, CURLOPT_USERAGENT, CLIENT_AGENT);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
	if (c->terms.unix_socket)
		curl_easy_setopt(c->curl, CURLOPT_UNIX_SOCKET_PATH, c->terms.unix_socket);
	if (c->terms.user) {
		curl_easy_setopt(c->curl, CURLOPT_USERNAME, c->terms.user);
		curl_easy_setopt(c->curl, CURLOPT_PASSWORD,
				 c->terms.password ? c->terms.password : "");
	}
	set_trust(c);
}

static void explain(const struct client *c, CURLcode code, char error[CLIENT_ERROR_MAX])
{
	snprintf(error, CLIENT_ERROR_MAX, "%.*s", CLIENT_ERROR_MAX - 1,
		 code == CURLE_WRITE_ERROR ? "its answer is too long"
		 : *c->error		   ? c->error
					   : curl_easy_strerror(code));
}

static int perform(struct client *c, struct client_answer *answer)
{
	long status = 0;
	CURLcode code;

	*answer = (struct client_answer){ .status = 0 };
	c->answer = answer;
	code = curl_easy_perform(c->curl);
	c->answer = NULL;
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	if (code != CURLE_OK) {
		explain(c, code, answer->error);
		return -EIO;
	}
	if (c->body)
		c->body[c->len] = 0;
	answer->body = c->body ? c->body : "";
	answer->len = c->len;
	return 0;
}

int client_ask(struct client *c, const struct client_request *r, struct client_answer *answer)
{
	struct curl_slist *headers = NULL;
	size_t i;
	int rc;

	prepare(c, r->url, "http,https");
	curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, c);
	for (i = 0; r->headers && r->headers[i]; i++)
		headers = curl_slist_append(headers, r->headers[i]);
	/* A second packet to ask whether the first may be followed costs a round trip. */
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	if (r->body) {
		curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE, (long)r->body_len);
	}
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, r->method);
	if (r->take)
		curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, 0L);
	c->request = r;
	rc = perform(c, answer);
	c->request = NULL;
	curl_slist_free_all(headers);
	return rc;
}

int client_send_mail(struct client *c, const struct client_mail *m, struct client_answer *answer)
{
	struct curl_slist *to = NULL;
	size_t i;
	int rc;

	prepare(c, m->url, "smtp,smtps");
	curl_easy_setopt(c->curl, CURLOPT_USE_SSL,
			 (long)(c->terms.anybody ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	curl_easy_setopt(c->curl, CURLOPT_MAIL_FROM, m->from);
	for (i = 0; m->to[i]; i++)
		to = curl_slist_append(to, m->to[i]);
	curl_easy_setopt(c->curl, CURLOPT_MAIL_RCPT, to);
	c->upload = m->text;
	c->upload_len = m->len;
	curl_easy_setopt(c->curl, CURLOPT_READFUNCTION, give_upload);
	curl_easy_setopt(c->curl, CURLOPT_READDATA, c);
	curl_easy_setopt(c->curl, CURLOPT_UPLOAD, 1L);
	rc = perform(c, answer);
	curl_slist_free_all(to);
	return rc;
}

/* ---- streams ---- */

int client_open(struct client *c, const char *url, char error[CLIENT_ERROR_MAX])
{
	CURLcode code;

	prepare(c, url, "http,https");
	curl_easy_setopt(c->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c->curl, CURLOPT_FRESH_CONNECT, 1L);
	code = curl_easy_perform(c->curl);
	c->open = code == CURLE_OK;
	if (!c->open)
		explain(c, code, error);
	return c->open ? 0 : -EIO;
}

bool client_is_open(const struct client *c)
{
	return c->open;
}

static int break_off(struct client *c, const char *why, char error[CLIENT_ERROR_MAX])
{
	c->open = false;
	snprintf(error, CLIENT_ERROR_MAX, "%s", why);
	return -EIO;
}

/* Has it hung up? What it says is thrown away. */
static bool has_hung_up(struct client *c)
{
	char bytes[512];
	size_t len = 0;
	CURLcode code;
	int i;

	for (i = 0; i < 16; i++) {
		code = curl_easy_recv(c->curl, bytes, sizeof(bytes), &len);
		if (code == CURLE_AGAIN)
			return false;
		if (code != CURLE_OK || !len)
			return true;
	}
	return false;
}

int client_write(struct client *c, const void *bytes, size_t len, char error[CLIENT_ERROR_MAX])
{
	mono_t until = mono_now() + c->terms.timeout;
	const char *at = bytes;
	curl_socket_t fd = CURL_SOCKET_BAD;
	CURLcode code;
	size_t sent;
	int unsent;

	if (curl_easy_getinfo(c->curl, CURLINFO_ACTIVESOCKET, &fd) || fd == CURL_SOCKET_BAD ||
	    has_hung_up(c))
		return break_off(c, "it has hung up", error);
	while (len) {
		sent = 0;
		code = curl_easy_send(c->curl, at, len, &sent);
		if (code != CURLE_OK && code != CURLE_AGAIN)
			return break_off(c, curl_easy_strerror(code), error);
		at += sent;
		len -= sent;
		if (mono_now() > until)
			return break_off(c, "it does not read", error);
		if (code == CURLE_AGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, 100);
	}
	/* It has no word of its own for "I have it", but its machine has one. */
	while (!ioctl(fd, SIOCOUTQ, &unsent) && unsent) {
		if (mono_now() > until)
			return break_off(c, "it does not acknowledge", error);
		poll(NULL, 0, UNSENT_EVERY_MS);
	}
	return has_hung_up(c) ? break_off(c, "it has hung up", error) : 0;
}
