/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is who, and who may: directories, accounts, management. Pure.
 */
#ifndef FLOWD_SENSOR_NAME_ACCOUNT_H
#define FLOWD_SENSOR_NAME_ACCOUNT_H

#include "flowd/sensor/name/words.h"

extern const struct fit_table account_table;

#endif
