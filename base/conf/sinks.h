/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who receives alerts: the entries of the option "sinks". An entry is a line of options of its own,
 * name=value, a value with spaces in quotation marks: name=soc kind=webhook url="https://...".
 */
#ifndef BASE_CONF_SINKS_H
#define BASE_CONF_SINKS_H

#include "base/conf/section.h"
#include "base/mono.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SINKS_MAX 16
#define SINKS_BATCH_MAX 200 /* alerts in one request */
#define SINKS_NAME_MAX 16   /* with its NUL */
#define SINKS_ERROR_MAX SECTION_ERROR_MAX

/* X(constant, text) */
#define SINKS_KIND_LIST(X)         \
	X(SINK_WEBHOOK, "webhook") \
	X(SINK_SYSLOG, "syslog")   \
	X(SINK_MAIL, "mail")       \
	X(SINK_KAFKA, "kafka")     \
	X(SINK_NATS, "nats")       \
	X(SINK_FILE, "file")

#define SINKS_FORM_LIST(X)           \
	X(FORM_NATIVE, "native")     \
	X(FORM_ECS, "ecs")           \
	X(FORM_EVE, "eve")           \
	X(FORM_CEF, "cef")           \
	X(FORM_PLAIN, "plain")       \
	X(FORM_TEMPLATE, "template") \
	X(FORM_SLACK, "slack")       \
	X(FORM_TEAMS, "teams")       \
	X(FORM_DINGTALK, "dingtalk") \
	X(FORM_FEISHU, "feishu")     \
	X(FORM_WECOM, "wecom")

#define SINKS_ENUM(id, text) id,
enum sink_kind { SINKS_KIND_LIST(SINKS_ENUM) SINK_KIND_END };
enum sink_form { SINKS_FORM_LIST(SINKS_ENUM) FORM_END };
#undef SINKS_ENUM

/* X(member, type, name, default, low, high, help); types as in base/conf.h: TEXT, COUNT, BYTES,
 * DURATION, BOOL; and KIND, FORM, LEVEL, words of their lists. */
#define SINKS_OPTION_LIST(X)                                                                     \
	X(name, TEXT, "name", "", 1, SINKS_NAME_MAX - 1, "how rules and people call it")         \
	X(kind, KIND, "kind", "webhook", 0, 0, "webhook, syslog, mail, kafka, nats or file")     \
	X(url, TEXT, "url", "", 0, 1024, "where it is")                                          \
	X(url_file, TEXT, "url_file", "", 0, 1024, "file with the url, where that is a secret")  \
	X(level, LEVEL, "level", "low", 0, 0, "alerts of this level and above")                  \
	X(form, FORM, "form", "native", 0, 0, "how an alert looks there")                        \
	X(template_file, TEXT, "template_file", "", 0, 1024, "file with the text of an alert")   \
	X(secret_file, TEXT, "secret_file", "", 0, 1024, "file with the key that signs")         \
	X(token_file, TEXT, "token_file", "", 0, 1024, "file with a bearer token")               \
	X(user, TEXT, "user", "", 0, 128, "name to log in with")                                 \
	X(mechanism, TEXT, "mechanism", "SCRAM-SHA-256", 0, 32,                                  \
	  "kafka: how to log in: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512")                           \
	X(password_file, TEXT, "password_file", "", 0, 1024, "file with its password")           \
	X(ca_file, TEXT, "ca_file", "", 0, 1024, "authorities to trust (default: the system's)") \
	X(tls_verify, BOOL, "tls_verify", "yes", 0, 0, "believe only who shows a certificate")   \
	X(timeout, DURATION, "timeout", "10s", 100 * MONO_MS, 600 * MONO_SECOND,                 \
	  "how long one try may take")                                                           \
	X(batch, COUNT, "batch", "1", 1, SINKS_BATCH_MAX, "alerts in one request at most")       \
	X(from, TEXT, "from", "", 0, 254, "mail: the sender's address")                          \
	X(to, TEXT, "to", "", 0, 1024, "mail: addresses, separated by commas")                   \
	X(topic, TEXT, "topic", "flowd.alerts", 0, 128, "kafka: the topic; nats: the subject")   \
	X(rotate_size, BYTES, "rotate_size", "64M", 1 << 12, 1LL << 40,                          \
	  "file: size at which a new one is begun")                                              \
	X(rotate_age, DURATION, "rotate_age", "0", 0, 3650 * MONO_DAY,                           \
	  "file: age at which a new one is begun; 0 any")                                        \
	X(rotate_keep, COUNT, "rotate_keep", "7", 0, 999, "file: old ones that are kept")        \
	X(keep, DURATION, "keep", "0", 0, 3650 * MONO_DAY,                                       \
	  "how long an alert waits for it before it is set aside; 0 for ever")                   \
	X(down, DURATION, "down", "5m", 0, 365 * MONO_DAY,                                       \
	  "how long it may take nothing before that is trouble; 0 for ever")

struct sink_conf {
#define SINKS_TEXT char *
#define SINKS_COUNT uint64_t
#define SINKS_BYTES uint64_t
#define SINKS_DURATION mono_t
#define SINKS_BOOL bool
#define SINKS_KIND uint8_t
#define SINKS_FORM uint8_t
#define SINKS_LEVEL uint8_t
#define SINKS_MEMBER(member, type, ...) SINKS_##type member;
	SINKS_OPTION_LIST(SINKS_MEMBER)
#undef SINKS_MEMBER
};

struct sinks {
	struct sink_conf list[SINKS_MAX];
	size_t count;
};

const char *sinks_kind_text(unsigned kind);
const char *sinks_form_text(unsigned form);

/* What an entry may say. */
extern const struct section sinks_section;

/* Reads the entries, one a line; all of it must be freed by sinks_free. 0, or an error and what is
 * wrong in `error`. */
int sinks_parse(const char *entries, struct sinks *out, char *error);
void sinks_free(struct sinks *sinks);

/* The path of a file, which its url is. */
const char *sinks_file(const struct sink_conf *sink);

/* Which one has the name; -1 none. */
int sinks_find(const struct sinks *sinks, const char *name);

#endif
