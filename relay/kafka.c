/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka (librdkafka), by an idempotent producer. The service is the key of a message, so that its
 * alerts stay in order in one partition; the header "id" is the letter's key. A letter is done when
 * all replicas that are in sync have it.
 */
#include "base/err.h"
#include "base/mono.h"
#include "relay/form.h"
#include "store/report/report.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORST_MAX 256

struct kafka {
	const struct sink_conf *conf;
	const struct sink_secrets *secrets;
	rd_kafka_t *producer; /* NULL: none */
	/* Of the try under way: */
	rd_kafka_resp_err_t *results;
	size_t waiting;
	uint64_t turn; /* reports of an earlier one are not meant */
};

struct ticket {
	uint64_t turn;
	size_t index;
};

static void hang_up(struct kafka *k)
{
	if (!k->producer)
		return;
	rd_kafka_purge(k->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_poll(k->producer, 0);
	rd_kafka_destroy(k->producer);
	k->producer = NULL;
}

static void close_kafka(void *self)
{
	hang_up(self);
	free(self);
}

static int open_kafka(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		      char *error)
{
	struct kafka *k = calloc(1, sizeof(*k));

	if (!k) {
		snprintf(error, OUTBOX_ERROR_MAX, "%s", err_text(-ENOMEM));
		return -ENOMEM;
	}
	k->conf = conf;
	k->secrets = secrets;
	*out = k;
	return 0;
}

static void report(rd_kafka_t *producer, const rd_kafka_message_t *message, void *arg)
{
	struct ticket *ticket = message->_private;
	struct kafka *k = arg;

	(void)producer;
	if (ticket->turn == k->turn) {
		k->results[ticket->index] = message->err;
		k->waiting--;
	}
	free(ticket);
}

/* It says on standard error what we say ourselves. */
static void keep_quiet(const rd_kafka_t *producer, int level, const char *facility,
		       const char *text)
{
	(void)producer;
	(void)level;
	(void)facility;
	(void)text;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, char error[WORST_MAX])
{
	return rd_kafka_conf_set(conf, name, value, error, WORST_MAX) == RD_KAFKA_CONF_OK;
}

static bool set_trust(const struct kafka *k, rd_kafka_conf_t *conf, char error[WORST_MAX])
{
	bool tls = !strncmp(k->secrets->url, "kafkas://", 9), user = *k->conf->user;
	bool good = set(conf, "security.protocol",
			tls ? (user ? "sasl_ssl" : "ssl") : (user ? "sasl_plaintext" : "plaintext"),
			error);

	if (good && tls && *k->secrets->ca)
		good = set(conf, "ssl.ca.pem", k->secrets->ca, error);
	if (good && tls && !k->conf->tls_verify)
		good = set(conf, "enable.ssl.certificate.verification", "false", error);
	if (good && user)
		good = set(conf, "sasl.mechanisms", k->conf->mechanism, error) &&
		       set(conf, "sasl.username", k->conf->user, error) &&
		       set(conf, "sasl.password", k->secrets->password, error);
	return good;
}

static bool call(struct kafka *k, char error[WORST_MAX])
{
	const char *brokers = strstr(k->secrets->url, "://");
	rd_kafka_conf_t *conf = k->producer ? NULL : rd_kafka_conf_new();
	char timeout[24];

	if (k->producer)
		return true;
	snprintf(timeout, sizeof(timeout), "%lld", (long long)(k->conf->timeout / MONO_MS));
	rd_kafka_conf_set_opaque(conf, k);
	rd_kafka_conf_set_dr_msg_cb(conf, report);
	rd_kafka_conf_set_log_cb(conf, keep_quiet);
	if (!brokers || !set(conf, "bootstrap.servers", brokers + 3, error) ||
	    !set(conf, "client.id", "flowd", error) ||
	    !set(conf, "enable.idempotence", "true", error) ||
	    !set(conf, "linger.ms", "2", error) ||
	    !set(conf, "message.timeout.ms", timeout, error) || !set_trust(k, conf, error)) {
		rd_kafka_conf_destroy(conf);
		return false;
	}
	k->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, WORST_MAX);
	if (!k->producer)
		rd_kafka_conf_destroy(conf);
	return k->producer;
}

static rd_kafka_resp_err_t produce(struct kafka *k, const struct sink_letter *letter, size_t index)
{
	char *text = form_text(k->conf->form, letter, k->secrets->text), service[REPORT_ID_MAX];
	struct ticket *ticket = calloc(1, sizeof(*ticket));
	rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__FAIL;

	report_id(&letter->alert.finding.service, service);
	if (text && ticket) {
		*ticket = (struct ticket){ k->turn, index };
		err = rd_kafka_producev(k->producer, RD_KAFKA_V_TOPIC(k->conf->topic),
					RD_KAFKA_V_KEY(service, strlen(service)),
					RD_KAFKA_V_VALUE(text, strlen(text)),
					RD_KAFKA_V_HEADER("id", letter->key, strlen(letter->key)),
					RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
					RD_KAFKA_V_OPAQUE(ticket), RD_KAFKA_V_END);
	}
	if (err)
		free(ticket);
	free(text);
	return err;
}

/* Waits for what became of all of them. */
static void wait_reports(struct kafka *k)
{
	mono_t until = mono_now() + k->conf->timeout + MONO_SECOND;

	while (k->waiting && mono_now() < until)
		rd_kafka_poll(k->producer, 100);
}

static void deliver(void *self, const struct sink_letter *letters, size_t count,
		    struct sink_result *result)
{
	rd_kafka_resp_err_t results[SINKS_BATCH_MAX], err = RD_KAFKA_RESP_ERR_NO_ERROR;
	struct kafka *k = self;
	char error[WORST_MAX];
	size_t i;

	if (!call(k, error)) {
		snprintf(result->error, sizeof(result->error), "%.100s", error);
		return;
	}
	k->turn++;
	k->results = results;
	k->waiting = 0;
	for (i = 0; i < count; i++) {
		results[i] = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
		err = produce(k, &letters[i], i);
		if (err)
			results[i] = err;
		else
			k->waiting++;
	}
	wait_reports(k);
	k->turn++;
	while (result->done < count && !results[result->done])
		result->done++;
	if (result->done == count)
		return;
	err = results[result->done];
	result->never = err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
	snprintf(result->error, sizeof(result->error), "%.100s", rd_kafka_err2str(err));
	/* After a fatal error an idempotent producer takes nothing more. */
	hang_up(k);
}

const struct sink_driver kafka_driver = { open_kafka, deliver, close_kafka };
