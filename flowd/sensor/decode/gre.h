/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GRE: version 0 (RFC 2784, RFC 2890, routing of RFC 1701, NVGRE of RFC 7637), version 1 (PPTP, RFC
 * 2637), and ERSPAN I, II and III in it (draft-foschiano-erspan).
 */
#ifndef FLOWD_SENSOR_DECODE_GRE_H
#define FLOWD_SENSOR_DECODE_GRE_H

#include "flowd/sensor/decode/layer.h"

enum decode_result gre_take(struct decode *d, struct wire *w, struct packet *p);

#endif
