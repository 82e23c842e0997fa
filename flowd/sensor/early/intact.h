/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checksums, where a packet stands alone for what it says.
 */
#ifndef FLOWD_SENSOR_INTACT_H
#define FLOWD_SENSOR_INTACT_H

#include "flowd/sensor/decode/decode.h"

/*
 * May somebody have received the UDP packet? A sum that is not made yet, for the interface to
 * complete, covers the pseudo-header alone; a packet that was cut can't be summed.
 */
bool intact_is(const struct packet *p);

#endif
