/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first words of a conversation say in clear beside the protocol's name. A text ends at
 * the first control character; one whose end has not come is none, unless it is too long anyway.
 */
#ifndef FLOWD_SENSOR_NAME_HINTS_H
#define FLOWD_SENSOR_NAME_HINTS_H

#include "base/record.h"
#include "flowd/sensor/name/words.h"

/*
 * The value of a field of a request's or an answer's head (RFC 9112, 5), name without colon; SSH's
 * identification (RFC 4253, 4.2). True and `out`, RECORD_HINT_MAX bytes; false: not there.
 */
bool hints_http_field(const struct words *words, const char *name, char *out);
bool hints_ssh_banner(const struct words *words, char *out);

/* Has more of the head of HTTP to come, as far as words are kept? */
bool hints_http_goes_on(const struct words *words);

/* Is it a TLS server's hello (RFC 8446, 4 and 5.1)? */
bool hints_is_server_hello(const struct words *words);

#endif
