/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desktops, tunnels, routing, and what carries other protocols. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_REMOTE_H
#define FLOWD_SENSOR_NAME_REMOTE_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table remote_table;

#endif
