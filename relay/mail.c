/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail: SMTP with TLS (RFC 5321, 3207), a message of plain text (RFC 5322). The Message-ID is the
 * key of the first alert, so that servers and readers know a mail that comes again.
 */
#include "base/client/client.h"
#include "base/err.h"
#include "relay/form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TO_MAX 32
#define WIDTH 900 /* of a line: RFC 5322 has 998 */
#define ANSWER_MOST (64 << 10)

static const char standard[] = "{{title}}\n"
			       "\n"
			       "level:    {{level}}\n"
			       "time:     {{time}}\n"
			       "service:  {{host}} port {{port}}/{{proto}}\n"
			       "state:    {{state}} (verified: {{verified}})\n"
			       "speaks:   {{app}} {{product}} {{version}}\n"
			       "met by:   {{peer}} {{country}}\n"
			       "rule:     {{rule}}\n"
			       "id:       {{id}}\n";

struct mail {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	struct client *client;
	char *addresses; /* of `to`, each ends with a NUL */
	const char *to[TO_MAX + 1];
};

static void close_mail(void *self)
{
	struct mail *m = self;

	client_free(m->client);
	free(m->addresses);
	free(m);
}

static int open_mail(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		     char *error)
{
	const struct client_terms terms = { .ca_bytes = *secrets->ca ? secrets->ca : NULL,
					    .user = *conf->user ? conf->user : NULL,
					    .password = secrets->password,
					    .anybody = !conf->tls_verify,
					    .timeout = conf->timeout,
					    .answer_most = ANSWER_MOST };
	struct mail *m = calloc(1, sizeof(*m));
	char name[FORM_FIELD_MAX], *rest = NULL, *word;
	size_t n = 0;

	if (conf->form == FORM_TEMPLATE && form_stranger(secrets->text, name)) {
		snprintf(error, OUTBOX_ERROR_MAX, "its template asks for {{%.40s}}", name);
		free(m);
		return ERR_UNKNOWN;
	}
	if (m) {
		m->conf = conf;
		m->secrets = secrets;
		m->addresses = strdup(conf->to);
		m->client = client_new(&terms);
	}
	if (!m || !m->addresses || !m->client) {
		snprintf(error, OUTBOX_ERROR_MAX, "%s", err_text(-ENOMEM));
		if (m)
			close_mail(m);
		return -ENOMEM;
	}
	for (word = strtok_r(m->addresses, ", ", &rest); word && n < TO_MAX;
	     word = strtok_r(NULL, ", ", &rest))
		m->to[n++] = word;
	*out = m;
	return 0;
}

/* Text of others in a header: one line, ASCII. */
static void put_subject(FILE *out, const struct sink_letter *letters, size_t count)
{
	char title[FORM_FIELD_MAX], *at;

	form_title(&letters[0], title, 200);
	for (at = title; *at; at++)
		if ((unsigned char)*at > 126)
			*at = '?';
	fprintf(out, "Subject: [flowd] %s: %s", record_level_text(letters[0].alert.level), title);
	if (count > 1)
		fprintf(out, " (and %zu more)", count - 1);
	fputs("\r\n", out);
}

static void put_header(FILE *out, const struct mail *m, const struct sink_letter *letters,
		       size_t count)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = (time_t)(letters[0].alert.time_us / MONO_SECOND);
	struct tm tm;

	gmtime_r(&now, &tm);
	fprintf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday % 7],
		tm.tm_mday, months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
		tm.tm_sec);
	fprintf(out, "From: flowd <%s>\r\nTo: %s\r\n", m->conf->from, m->conf->to);
	put_subject(out, letters, count);
	fprintf(out,
		"Message-ID: <%s@flowd.invalid>\r\nAuto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n\r\n",
		letters[0].key);
}

/* Lines end with CRLF and are not too long; other control characters stay away. */
static void put_body(FILE *out, const char *text)
{
	size_t width = 0;

	for (; *text; text++) {
		if (*text == '\n' || ++width >= WIDTH) {
			fputs("\r\n", out);
			width = 0;
		}
		if (*text != '\n' && ((unsigned char)*text >= ' ' || *text == '\t') && *text != 127)
			fputc(*text, out);
	}
	fputs("\r\n", out);
}

/* One mail with so many alerts. */
static void ask(struct mail *m, const struct sink_letter *letters, size_t count,
		struct sink_result *result)
{
	enum sink_form form = m->conf->form == FORM_NATIVE ? FORM_TEMPLATE : m->conf->form;
	const char *text = m->conf->form == FORM_NATIVE ? standard : m->secrets->text;
	struct client_mail mail = { .url = m->secrets->url, .from = m->conf->from, .to = m->to };
	struct client_answer answer = { .status = 0 };
	char *all = NULL, *one;
	FILE *out = open_memstream(&all, &mail.len);
	size_t i;

	if (!out)
		return;
	put_header(out, m, letters, count);
	for (i = 0; i < count; i++) {
		one = form_text(form, &letters[i], text);
		put_body(out, one ? one : "");
		free(one);
	}
	if (!fclose(out)) {
		mail.text = all;
		if (!client_send_mail(m->client, &mail, &answer))
			result->done += count;
		else
			snprintf(result->error, sizeof(result->error), "%.90s (%d)", answer.error,
				 answer.status);
		/* Too large, or what it says is not wanted: the next try would hear the same. */
		result->never = *result->error && (answer.status == 552 || answer.status == 554);
	}
	free(all);
}

/* What is refused as a whole goes in halves, until it is taken or one alert is the one that is
 * meant: a mail that is too large becomes several. */
static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	size_t size = count;

	while (result->done < count) {
		size = size < count - result->done ? size : count - result->done;
		memset(result->error, 0, sizeof(result->error));
		ask(self, letters + result->done, size, result);
		if (!*result->error)
			continue;
		if (!result->never || size == 1)
			return;
		result->never = false;
		size /= 2;
	}
}

const struct sink_driver mail_driver = { open_mail, deliver, close_mail };
