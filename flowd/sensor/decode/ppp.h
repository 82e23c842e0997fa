/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PPP (RFC 1661, RFC 1662), Cisco HDLC, frame relay (RFC 2427).
 */
#ifndef FLOWD_SENSOR_DECODE_PPP_H
#define FLOWD_SENSOR_DECODE_PPP_H

#include "flowd/sensor/decode/layer.h"

/* From the protocol field on, or from address and control; either may be compressed. */
enum decode_result ppp_take(struct decode *d, struct wire *w, struct packet *p);

/* PPP in HDLC-like framing or Cisco HDLC, by the address. */
enum decode_result ppp_take_hdlc(struct decode *d, struct wire *w, struct packet *p);

enum decode_result ppp_take_frame_relay(struct decode *d, struct wire *w, struct packet *p);

#endif
