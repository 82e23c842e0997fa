/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols that speak in lines of text. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_TEXT_H
#define FLOWD_SENSOR_NAME_TEXT_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table text_table;

#endif
