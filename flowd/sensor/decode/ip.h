/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) and what they carry.
 */
#ifndef FLOWD_SENSOR_DECODE_IP_H
#define FLOWD_SENSOR_DECODE_IP_H

#include "flowd/sensor/decode/layer.h"

enum decode_result ip_take_v4(struct decode *d, struct wire *w, struct packet *p);
enum decode_result ip_take_v6(struct decode *d, struct wire *w, struct packet *p);

/* Either, by the first half-byte. */
enum decode_result ip_take(struct decode *d, struct wire *w, struct packet *p);

/* Does a packet of either begin here, by its version and its length? */
bool ip_is_likely(const struct wire *w);

#endif
