/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kind of receiver, one file each: how alerts get there. All but `open` is called in the thread
 * of the receiver, one call after the other; it may wait as long as its timeout says.
 */
#ifndef RELAY_SINK_H
#define RELAY_SINK_H

#include "base/conf/sinks.h"
#include "base/record.h"

#define SINK_KEY_MAX 40 /* "1f0a...-123": of the store and the alert, the same for ever */

/* An alert on its way. */
struct sink_letter {
	uint64_t number;
	bool again; /* a dead letter that somebody wants sent once more */
	char key[SINK_KEY_MAX];
	char updates[SINK_KEY_MAX]; /* the key of the alert that has grown; "" it is new */
	struct outbox_growth growth;
	struct alert alert;
};

/* What files of the configuration say; texts without what ends their last line. */
struct sink_secrets {
	char *url, *text, *secret, *token, *password, *ca; /* "" none */
};

/* What is left of a try. */
struct sink_result {
	size_t done; /* the first letters that the receiver has */
	bool never;  /* and it will never take the next one */
	mono_t wait; /* it asks to be left alone for so long; 0 nothing asked */
	char error[OUTBOX_ERROR_MAX];
};

struct sink_driver {
	/* Before the cage: opens files, reads nothing from the network. 0 or an error, and `error`
	 * (OUTBOX_ERROR_MAX). May be NULL. */
	int (*open)(const struct sink_conf *conf, const struct sink_secrets *secrets, void **out,
		    char *error);
	void (*deliver)(void *self, const struct sink_letter *letters, size_t count,
			struct sink_result *result);
	void (*close)(void *self); /* NULL is fine */
};

extern const struct sink_driver webhook_driver, syslog_driver, mail_driver, kafka_driver,
	nats_driver, file_driver;

#endif
