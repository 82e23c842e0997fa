/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NATS JetStream (libnats). The key of a letter is its message id, by which the stream knows what
 * it has within its window of duplicates; a letter is done when the stream has acknowledged it.
 */
#include "base/err.h"
#include "base/mono.h"
#include "relay/form.h"

#include <errno.h>
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nats {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	natsConnection *connection; /* NULL: none */
	jsCtx *stream;
};

static void hang_up(struct nats *n)
{
	jsCtx_Destroy(n->stream);
	natsConnection_Destroy(n->connection);
	n->stream = NULL;
	n->connection = NULL;
}

static void close_nats(void *self)
{
	hang_up(self);
	free(self);
}

static int open_nats(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		     char *error)
{
	struct nats *n = calloc(1, sizeof(*n));

	if (!n) {
		snprintf(error, OUTBOX_ERROR_MAX, "%s", err_text(-ENOMEM));
		return -ENOMEM;
	}
	n->conf = conf;
	n->secrets = secrets;
	*out = n;
	return 0;
}

static natsStatus set_options(const struct nats *n, natsOptions *o)
{
	natsStatus s = natsOptions_SetURL(o, n->secrets->url);

	if (s == NATS_OK)
		s = natsOptions_SetName(o, "flowd");
	if (s == NATS_OK)
		s = natsOptions_SetAllowReconnect(o, false); /* we do, and know of it */
	if (s == NATS_OK)
		s = natsOptions_SetTimeout(o, n->conf->timeout / MONO_MS);
	if (s == NATS_OK && *n->conf->user)
		s = natsOptions_SetUserInfo(o, n->conf->user, n->secrets->password);
	if (s == NATS_OK && *n->secrets->token)
		s = natsOptions_SetToken(o, n->secrets->token);
	if (s != NATS_OK || strncmp(n->secrets->url, "tls://", 6))
		return s;
	s = natsOptions_SetSecure(o, true);
	if (s == NATS_OK && *n->secrets->ca)
		s = natsOptions_SetCATrustedCertificates(o, n->secrets->ca);
	else if (s == NATS_OK)
		s = natsOptions_LoadCATrustedCertificates(o, "/etc/ssl/certs/ca-certificates.crt");
	if (s == NATS_OK)
		s = natsOptions_SkipServerVerification(o, !n->conf->tls_verify);
	return s;
}

static natsStatus call(struct nats *n)
{
	natsOptions *options = NULL;
	natsStatus s;

	if (n->connection && natsConnection_Status(n->connection) == NATS_CONN_STATUS_CONNECTED)
		return NATS_OK;
	hang_up(n);
	s = natsOptions_Create(&options);
	if (s == NATS_OK)
		s = set_options(n, options);
	if (s == NATS_OK)
		s = natsConnection_Connect(&n->connection, options);
	if (s == NATS_OK)
		s = natsConnection_JetStream(&n->stream, n->connection, NULL);
	natsOptions_Destroy(options);
	return s;
}

static natsStatus publish(struct nats *n, const struct sink_letter *letter)
{
	char *text = form_text(n->conf->form, letter, n->secrets->text);
	jsPubOptions options;
	natsStatus s = NATS_NO_MEMORY;

	jsPubOptions_Init(&options);
	options.MsgId = letter->key;
	if (text)
		s = js_PublishAsync(n->stream, n->conf->topic, text, (int)strlen(text), &options);
	free(text);
	return s;
}

/* The first letter that the stream has not acknowledged; all before it are done. */
static size_t first_pending(struct nats *n, const struct sink_letter *letters, size_t count)
{
	natsMsgList list = { NULL, 0 };
	size_t first = count, i;
	const char *id;
	int k;

	if (js_PublishAsyncGetPendingList(&list, n->stream) != NATS_OK)
		return count;
	for (k = 0; k < list.Count; k++) {
		if (natsMsgHeader_Get(list.Msgs[k], "Nats-Msg-Id", &id) != NATS_OK)
			continue;
		for (i = 0; i < first && strcmp(letters[i].key, id) != 0; i++)
			;
		first = i;
	}
	natsMsgList_Destroy(&list);
	return first;
}

static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	struct nats *n = self;
	natsStatus s = call(n);
	jsPubOptions wait;
	jsPubAck *ack;
	size_t sent = 0;

	/* The first is waited for by itself: where there is no stream, it says so. */
	jsPubOptions_Init(&wait);
	wait.MsgId = letters[0].key;
	wait.MaxWait = n->conf->timeout / MONO_MS;
	if (s == NATS_OK) {
		char *text = form_text(n->conf->form, &letters[0], n->secrets->text);
		jsErrCode code = 0;

		ack = NULL;
		s = text ? js_Publish(&ack, n->stream, n->conf->topic, text, (int)strlen(text),
				      &wait, &code)
			 : NATS_NO_MEMORY;
		jsPubAck_Destroy(ack);
		free(text);
		result->done = s == NATS_OK;
		result->never = s == NATS_MAX_PAYLOAD;
	}
	for (sent = 1; sent < count && s == NATS_OK; sent++)
		s = publish(n, &letters[sent]);
	if (s == NATS_OK && count > 1) {
		s = js_PublishAsyncComplete(n->stream, &wait);
		result->done = first_pending(n, letters, count);
	}
	if (s == NATS_OK && result->done == count)
		return;
	snprintf(result->error, sizeof(result->error), "%s",
		 s == NATS_OK		   ? "the stream has not acknowledged it"
		 : s == NATS_NO_RESPONDERS ? "no stream takes this subject"
					   : natsStatus_GetText(s));
	hang_up(n);
}

const struct sink_driver nats_driver = { open_nats, deliver, close_nats };
