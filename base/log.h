/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role tells its operator, on standard error. Modules never log: they return, roles say.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* `role` (borrowed for ever) stands before each line; lines above `most` are not printed. */
void log_open(const char *role, enum log_level most);

void log_say(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_say(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_say(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_say(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_DEBUG, __VA_ARGS__)

#endif
