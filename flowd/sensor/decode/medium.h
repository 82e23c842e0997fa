/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link types (https://www.tcpdump.org/linktypes.html) and their headers.
 */
#ifndef FLOWD_SENSOR_DECODE_MEDIUM_H
#define FLOWD_SENSOR_DECODE_MEDIUM_H

#include "flowd/sensor/decode/layer.h"

bool medium_is_known(int link);

/* A frame of the link type. */
enum decode_result medium_take(struct decode *d, struct wire *w, int link, struct packet *p);

#endif
