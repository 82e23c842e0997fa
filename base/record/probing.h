/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether probes may be sent at all.
 */
#ifndef BASE_RECORD_PROBING_H
#define BASE_RECORD_PROBING_H

#include "base/mono.h"

#include <stdint.h>

/* The kill switch: a wish of web or the parent, and core's word to verify and web. */
struct probing {
	wall_t time_us;	       /* since when; 0 not known */
	wall_t quiet_until_us; /* verify.quiet_hours hold; 0 they don't */
	uint8_t enabled;       /* 0: the kill switch is pulled */
	uint8_t pad[7];
};

#endif
