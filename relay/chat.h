/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Webhooks of chats: the body each of them wants, how it is signed, and what its answer means,
 * which says in a body of status 200 that it was not taken.
 *   Slack: incoming webhooks. Teams: workflows with an Adaptive Card (1.4). DingTalk: custom
 * robots, sign = base64(HMAC-SHA256(secret, "TIMESTAMP\nSECRET")). Feishu: custom bots, sign =
 *   base64(HMAC-SHA256("TIMESTAMP\nSECRET", "")). WeCom: group robots, the key is in the url.
 */
#ifndef RELAY_CHAT_H
#define RELAY_CHAT_H

#include "relay/sink.h"

#define CHAT_URL_MAX 2048

/* Is it a form of a chat? */
bool chat_is(enum sink_form form);

/* The body at `now`, to be freed; NULL when memory is short. `secret` "": not signed. */
char *chat_body(enum sink_form form, const struct sink_letter *letter, const char *secret,
		wall_t now);

/* The url, with what signs where that belongs there. 0 or ERR_RANGE. */
int chat_url(enum sink_form form, const char *url, const char *secret, wall_t now,
	     char out[CHAT_URL_MAX]);

/* Does the answer of status 200 say that it was taken? Else what it says, in `error`. */
bool chat_is_taken(enum sink_form form, const char *body, size_t len, char error[OUTBOX_ERROR_MAX]);

#endif
