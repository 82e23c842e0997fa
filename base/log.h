/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role tells its operator, on standard error. Modules never log: they return, roles say.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* X(constant, what log.format says) */
#define LOG_FORMAT_LIST(X)                       \
	X(LOG_TEXT, "text") /* as people read */ \
	X(LOG_JSON, "json") /* an object a line: time, level, role, message and fields */

#define LOG_ENUM(id, text) id,
enum log_format { LOG_FORMAT_LIST(LOG_ENUM) LOG_FORMAT_END };
#undef LOG_ENUM

/* A word of log.format, or ERR_UNKNOWN. */
int log_format_parse(const char *text);

/* `role` (borrowed for ever) stands before each line; lines above `most` are not printed. */
void log_open(const char *role, enum log_level most);
void log_shape(enum log_format format);

void log_say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Beside the message: in JSON a member each, as text "name=value" behind it. */
struct log_field {
	const char *name, *value; /* a NULL name ends a list; a NULL value is left out */
};

void log_with(enum log_level level, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...) log_say(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_say(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_say(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_DEBUG, __VA_ARGS__)

#endif
