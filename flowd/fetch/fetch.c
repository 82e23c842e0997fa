/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/fetch/fetch.h"

#include "base/cage.h"
#include "base/client/client.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "flowd/fetch/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_MOST ((size_t)64 << 20) /* bytes of a file, of a page */
#define SECRET_MOST 4096
#define CA_MOST ((size_t)1 << 20)
#define PAGES_MOST 1000
#define TIMEOUT (15 * MONO_SECOND) /* of a page */

struct fetch {
	const struct conf *conf;
	struct ipc *asker;
	struct asset_query query;
	struct asset_outcome outcome;
	struct rows rows;
	char *text; /* of the file */
	size_t len;
	char *token, *ca;
};

static void refuse(struct fetch *f, const char *what, const char *why)
{
	char text[256];

	f->outcome.how = ASSETS_FAILED;
	snprintf(text, sizeof(text), "%s%s%s", what, *what ? ": " : "", why);
	record_text_set(f->outcome.error, sizeof(f->outcome.error), text);
}

/* ---- before the cage closes ---- */

/* All of a file, the caller's to free, with a NUL behind it. 0, -errno, ERR_RANGE: it is longer. */
static int read_file(const char *path, size_t most, char **out, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text = NULL;
	ssize_t n = 0;
	int rc = 0;

	if (fd < 0)
		return -errno;
	*len = 0;
	if (fstat(fd, &st))
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	else if ((size_t)st.st_size > most)
		rc = ERR_RANGE;
	else if (!(text = malloc((size_t)st.st_size + 1)))
		rc = -ENOMEM;
	while (!rc && *len < (size_t)st.st_size &&
	       (n = read(fd, text + *len, (size_t)st.st_size - *len)) > 0)
		*len += (size_t)n;
	if (!rc && n < 0)
		rc = -errno;
	close(fd);
	if (rc) {
		free(text);
		return rc;
	}
	text[*len] = 0;
	*out = text;
	return 0;
}

/* Which state of a file this is. */
static void mark_file(const char *path, char *out, size_t size)
{
	struct stat st;

	if (stat(path, &st))
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%lld.%09ld-%lld-%llu", (long long)st.st_mtim.tv_sec,
			 st.st_mtim.tv_nsec, (long long)st.st_size, (unsigned long long)st.st_ino);
}

static void open_file(struct fetch *f)
{
	const char *path = f->conf->assets_file;
	int rc;

	mark_file(path, f->outcome.etag, sizeof(f->outcome.etag));
	if (*f->query.etag && !strcmp(f->outcome.etag, f->query.etag)) {
		f->outcome.how = ASSETS_SAME;
		return;
	}
	rc = read_file(path, ANSWER_MOST, &f->text, &f->len);
	if (rc)
		refuse(f, "assets.file", err_text(rc));
}

static void open_secrets(struct fetch *f)
{
	size_t len;
	int rc;

	if (*f->conf->assets_token_file) {
		rc = read_file(f->conf->assets_token_file, SECRET_MOST, &f->token, &len);
		if (rc)
			refuse(f, "assets.token_file", err_text(rc));
		else
			f->token[strcspn(f->token, "\r\n")] = 0;
	}
	if (*f->conf->assets_ca_file) {
		rc = read_file(f->conf->assets_ca_file, CA_MOST, &f->ca, &len);
		if (rc)
			refuse(f, "assets.ca_file", err_text(rc));
	}
}

static bool said(int rc, const char *missing)
{
	char text[CAGE_TEXT_MAX];

	if (cage_text(rc, missing, text))
		log_say(rc ? LOG_ERROR : LOG_WARNING, "%s", text);
	return !rc;
}

static bool shut_in(const struct fetch *f)
{
	const struct cage cage = {
		.user = f->conf->user,
		.read_only = { "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
			       "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl/certs",
			       "/usr/share/ca-certificates", "/etc/ssl/openssl.cnf" },
		.tcp = true,
		.best_effort = conf_is_best_effort(f->conf)
	};
	struct addrinfo *list = NULL;
	const char *missing;
	int rc;

	client_start();
	/* Whatever looks names up is loaded now: later no code comes in. */
	if (!getaddrinfo("localhost", "1", NULL, &list))
		freeaddrinfo(list);
	rc = cage_enter(&cage, &missing);
	if (!said(rc, missing))
		return false;
	rc = cage_seal(CAGE_FETCH, cage.best_effort, &missing);
	return said(rc, missing);
}

/* ---- the API ---- */

/* The address of the next page, which is on the same server: the token is for nobody else. */
static bool turn_page(const char *url, const char *next, char *out, size_t size)
{
	const char *host = strstr(url, "://");
	size_t origin = host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
	int n;

	if (*next == '/' && next[1] != '/')
		n = snprintf(out, size, "%.*s%s", (int)origin, url, next);
	else if (origin && !strncmp(url, next, origin) && strchr("/?", next[origin]))
		n = snprintf(out, size, "%s", next);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

static bool ask_page(struct fetch *f, struct client *client, const char *url, bool first,
		     struct client_answer *answer)
{
	char bearer[SECRET_MOST + 32], match[sizeof(f->query.etag) + 32];
	const char *headers[4] = { "Accept: application/json" };
	size_t n = 1;
	char status[32];
	const struct client_request request = { .method = "GET", .url = url, .headers = headers };

	if (f->token) {
		snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", f->token);
		headers[n++] = bearer;
	}
	if (first && *f->query.etag) {
		snprintf(match, sizeof(match), "If-None-Match: %s", f->query.etag);
		headers[n++] = match;
	}
	if (client_ask(client, &request, answer)) {
		refuse(f, "", answer->error);
		return false;
	}
	if (first && *f->query.etag && answer->status == 304) {
		f->outcome.how = ASSETS_SAME;
		return false;
	}
	if (answer->status == 200)
		return true;
	snprintf(status, sizeof(status), "status %d", answer->status);
	refuse(f, "", status);
	return false;
}

static void ask_api(struct fetch *f)
{
	const struct client_terms terms = { .ca_bytes = f->ca,
					    .timeout = TIMEOUT,
					    .answer_most = ANSWER_MOST };
	struct client *client = client_new(&terms);
	struct rows_page page = { .where = f->conf->assets_rows,
				  .next_name = f->conf->assets_next };
	struct client_answer answer;
	char url[2048];
	unsigned pages;
	bool good = client != NULL;

	snprintf(url, sizeof(url), "%s", f->conf->assets_url);
	for (pages = 1; good; pages++) {
		if (!ask_page(f, client, url, pages == 1, &answer))
			break;
		/* A page's mark says nothing of the others. */
		if (pages == 1)
			record_text_set(f->outcome.etag, sizeof(f->outcome.etag), answer.etag);
		else
			*f->outcome.etag = 0;
		page.text = answer.body ? answer.body : "";
		page.len = answer.len;
		good = rows_read_page(&f->rows, &page);
		if (!good)
			refuse(f, "", f->rows.error);
		if (!good || !*page.next)
			break;
		good = pages < PAGES_MOST &&
		       turn_page(f->conf->assets_url, page.next, url, sizeof(url));
		if (!good)
			refuse(f, "", "the next page is on another server, or there are too many");
	}
	client_free(client);
}

/* ---- one errand ---- */

static int take_query(struct fetch *f)
{
	struct ipc_message m;
	int rc = ipc_recv(f->asker, true, &m);

	if (rc <= 0)
		return rc ? rc : -EPIPE;
	if (m.kind != IPC_ASSET_QUERY)
		return ERR_UNKNOWN;
	f->query = *(const struct asset_query *)m.record;
	f->query.etag[sizeof(f->query.etag) - 1] = 0;
	f->outcome.source = f->query.source;
	f->rows.source = (enum asset_source)f->query.source;
	f->rows.most = f->conf->limit_assets;
	return rows_map(&f->rows, f->conf->assets_fields) ? 0 : ERR_SYNTAX;
}

static int send_outcome(struct fetch *f)
{
	size_t rows = f->outcome.how == ASSETS_TAKEN ? f->rows.count * sizeof(struct asset) : 0;
	char *whole = malloc(sizeof(f->outcome) + rows);
	int rc;

	if (!whole)
		return -ENOMEM;
	memcpy(whole, &f->outcome, sizeof(f->outcome));
	if (rows)
		memcpy(whole + sizeof(f->outcome), f->rows.list, rows);
	rc = ipc_send_bulk(f->asker, IPC_ASSETS, whole, sizeof(f->outcome) + rows);
	free(whole);
	return rc;
}

static int fetch(struct fetch *f)
{
	int rc = take_query(f);
	bool api = f->query.source == ASSET_API;

	if (rc)
		return rc;
	if (api)
		open_secrets(f);
	else
		open_file(f);
	if (!shut_in(f))
		return ERR_CAGE;
	if (f->outcome.how == ASSETS_TAKEN && api)
		ask_api(f);
	else if (f->outcome.how == ASSETS_TAKEN && !rows_read_sheet(&f->rows, f->text, f->len))
		refuse(f, "assets.file", f->rows.error);
	/* No list of what one has is empty: that is how broken exports look. */
	if (f->outcome.how == ASSETS_TAKEN && !f->rows.count)
		refuse(f, "", "an empty list");
	return send_outcome(f);
}

int fetch_run(const struct conf *conf, struct ipc *asker)
{
	struct fetch f = { .conf = conf, .asker = asker };
	int rc = fetch(&f);

	/* Who asked may have gone: that is no fault. */
	if (rc && rc != -EPIPE)
		log_error("%s", err_text(rc));
	rows_free(&f.rows);
	free(f.text);
	free(f.token);
	free(f.ca);
	ipc_free(asker);
	return rc && rc != -EPIPE;
}
