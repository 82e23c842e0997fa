/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases, caches and brokers. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_DATA_H
#define FLOWD_SENSOR_NAME_DATA_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table data_table;

#endif
