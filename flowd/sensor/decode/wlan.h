/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IEEE 802.11 data frames, and what captures put before them: radiotap (radiotap.org), Prism, AVS,
 * PPI.
 */
#ifndef FLOWD_SENSOR_DECODE_WLAN_H
#define FLOWD_SENSOR_DECODE_WLAN_H

#include "flowd/sensor/decode/layer.h"

/* `padded`: the header is filled up to four bytes. */
enum decode_result wlan_take(struct decode *d, struct wire *w, bool padded, struct packet *p);

enum decode_result wlan_take_radiotap(struct decode *d, struct wire *w, struct packet *p);
enum decode_result wlan_take_prism(struct decode *d, struct wire *w, struct packet *p);

/* The next frame of the aggregate that wlan_take has begun. */
enum decode_result wlan_take_rest(struct decode *d, struct packet *p);

#endif
