/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols over UDP; a datagram is a message. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_DATAGRAM_H
#define FLOWD_SENSOR_NAME_DATAGRAM_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table datagram_table;

#endif
