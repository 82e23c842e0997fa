/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that are the same over UDP and, with a length before them, over TCP. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_MESSAGE_H
#define FLOWD_SENSOR_NAME_MESSAGE_H

#include "flowd/sensor/name/words.h"

/* RFC 1035 section 4.1: header and first question. */
enum fit message_dns(struct wire *w, bool response);

/* RFC 8489 section 5: two zero bits, length, magic cookie. */
enum fit message_stun(struct wire *w);

/* OpenVPN's hard reset of one side: opcode, session, and what the kinds of authentication have in
 * common. */
enum fit message_openvpn(struct wire *w, bool client);

#endif
