/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration of a receiver keeps in files: keys, passwords, templates. They are read
 * before the cage closes and are told to nobody.
 */
#ifndef RELAY_SECRETS_H
#define RELAY_SECRETS_H

#include "relay/sink.h"

/* 0, or an error and which file in `error` (OUTBOX_ERROR_MAX). */
int secrets_read(const struct sink_conf *conf, struct sink_secrets *out, char *error);
void secrets_free(struct sink_secrets *secrets);

#endif
