/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines: controllers, meters and their gateways. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_PLANT_H
#define FLOWD_SENSOR_NAME_PLANT_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table plant_table;

#endif
