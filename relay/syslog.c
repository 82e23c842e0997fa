/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syslog: RFC 5424 over UDP (RFC 5426), over TCP with octet counting (RFC 6587, 3.4.1), over TLS
 * (RFC 5425). None of them has a word for "I have it": over TCP and TLS a letter is done when the
 * other machine has acknowledged its bytes, over UDP when it has left.
 */
#include "base/client/client.h"
#include "base/err.h"
#include "relay/form.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FACILITY 16	   /* local use 0 */
#define DATAGRAM_MOST 8192 /* a longer line is cut: no fragment of it would help */
#define REFUSAL_WAIT_MS 5  /* for an ICMP error of a host that is near */
#define ADDRESS_MAX 300

struct syslog {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	struct client *client; /* NULL: datagrams */
	char url[ADDRESS_MAX];
	char host[ADDRESS_MAX], port[8]; /* of datagrams */
	char name[256];			 /* of this machine */
	int fd;
};

/* scheme://host:port; the port of the scheme where there is none. */
static int read_url(struct syslog *s, const char *url)
{
	const char *host = strstr(url, "://") + 3, *colon = strrchr(host, ':');
	const char *standard = *url == 't' && url[1] == 'l' ? "6514" : "514";
	bool has_port = colon && !strchr(colon, ']');
	size_t len = has_port ? (size_t)(colon - host) : strlen(host);

	if (!len || len + 32 > ADDRESS_MAX || (has_port && strlen(colon + 1) >= sizeof(s->port)) ||
	    strcspn(host, "/@?#") < strlen(host))
		return ERR_SYNTAX;
	snprintf(s->port, sizeof(s->port), "%s", has_port ? colon + 1 : standard);
	snprintf(s->url, sizeof(s->url), "%s://%.*s:%s", *standard == '6' ? "https" : "http",
		 (int)len, host, s->port);
	if (*host == '[' && len > 2)
		snprintf(s->host, sizeof(s->host), "%.*s", (int)len - 2, host + 1);
	else
		snprintf(s->host, sizeof(s->host), "%.*s", (int)len, host);
	return 0;
}

static void close_syslog(void *self)
{
	struct syslog *s = self;

	client_free(s->client);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

static int open_syslog(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		       char *error)
{
	const struct client_terms terms = { .ca_bytes = *secrets->ca ? secrets->ca : NULL,
					    .anybody = !conf->tls_verify,
					    .timeout = conf->timeout };
	struct syslog *s = calloc(1, sizeof(*s));
	int rc = s ? 0 : -ENOMEM;

	if (!rc) {
		s->conf = conf;
		s->secrets = secrets;
		s->fd = -1;
		if (gethostname(s->name, sizeof(s->name) - 1) || !*s->name)
			strcpy(s->name, "-");
		rc = strstr(secrets->url, "://") ? read_url(s, secrets->url) : ERR_SYNTAX;
	}
	if (!rc && *secrets->url != 'u' && !(s->client = client_new(&terms)))
		rc = -ENOMEM;
	if (!rc) {
		*out = s;
		return 0;
	}
	snprintf(error, OUTBOX_ERROR_MAX, "its url is not udp://, tcp:// or tls:// with host:port");
	if (s)
		close_syslog(s);
	return rc;
}

static unsigned severity(const struct alert *a)
{
	/* notice, warning, error, critical */
	return 6 - (a->level < LEVEL_CRITICAL ? a->level : LEVEL_CRITICAL);
}

/* The line, to be freed; NULL when memory is short. */
static char *line_of(const struct syslog *s, const struct sink_letter *letter)
{
	char *text = form_text(s->conf->form, letter, s->secrets->text), *line = NULL, *at;
	char stamp[MONO_STAMP_MAX];

	for (at = text; at && *at; at++)
		if (*at == '\n' || *at == '\r')
			*at = ' ';
	if (text &&
	    asprintf(&line, "<%u>1 %s %s flowd - %s - %s", FACILITY * 8 + severity(&letter->alert),
		     mono_stamp(letter->alert.time_us, stamp), s->name,
		     record_event_text(letter->alert.finding.event), text) < 0)
		line = NULL;
	free(text);
	return line;
}

static int say(struct sink_result *result, const char *what, int number)
{
	snprintf(result->error, sizeof(result->error), "%s: %s", what, err_text(-number));
	return -number;
}

static int open_socket(struct syslog *s, struct sink_result *result)
{
	const struct addrinfo want = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list = NULL;
	int rc = getaddrinfo(s->host, s->port, &want, &list);

	if (rc) {
		snprintf(result->error, sizeof(result->error), "%.40s: %.60s", s->host,
			 gai_strerror(rc));
		return -EIO;
	}
	s->fd = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, list->ai_addr, list->ai_addrlen))
		rc = say(result, "socket", errno);
	freeaddrinfo(list);
	return rc;
}

static void send_datagrams(struct syslog *s, const struct sink_letter *letters, size_t count,
			   struct sink_result *result)
{
	struct pollfd refusal;
	int rc = 0;
	size_t len;
	char *line;

	if (s->fd < 0 && open_socket(s, result))
		rc = -EIO;
	for (; result->done < count && !rc; result->done += !rc) {
		line = line_of(s, &letters[result->done]);
		len = line ? strlen(line) : 0;
		if (!line)
			rc = say(result, "memory", ENOMEM);
		else if (send(s->fd, line, len < DATAGRAM_MOST ? len : DATAGRAM_MOST, 0) < 0)
			rc = say(result, "send", errno);
		free(line);
		refusal = (struct pollfd){ .fd = s->fd };
		if (!rc && poll(&refusal, 1, REFUSAL_WAIT_MS) > 0)
			rc = say(result, "send", ECONNREFUSED);
	}
	if (rc && s->fd >= 0) {
		close(s->fd);
		s->fd = -1;
	}
}

static void send_stream(struct syslog *s, const struct sink_letter *letters, size_t count,
			struct sink_result *result)
{
	char *all = NULL, *line, error[CLIENT_ERROR_MAX] = "memory is short";
	size_t len = 0, i;
	FILE *out = open_memstream(&all, &len);
	int rc = out ? 0 : -ENOMEM;

	for (i = 0; i < count && !rc; i++) {
		line = line_of(s, &letters[i]);
		rc = line ? 0 : -ENOMEM;
		if (line)
			fprintf(out, "%zu %s", strlen(line), line);
		free(line);
	}
	if (out && fclose(out))
		rc = -ENOMEM;
	if (!rc && !client_is_open(s->client))
		rc = client_open(s->client, s->url, error);
	if (!rc)
		rc = client_write(s->client, all, len, error);
	if (rc)
		snprintf(result->error, sizeof(result->error), "%.100s", error);
	else
		result->done = count;
	free(all);
}

static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	struct syslog *s = self;

	if (s->client)
		send_stream(s, letters, count, result);
	else
		send_datagrams(s, letters, count, result);
}

const struct sink_driver syslog_driver = { open_syslog, deliver, close_syslog };
