/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The role that joins a verify elsewhere with the core here, or the other way round: it carries
 * jobs and probes between a link and a TLS connection, and looks into neither further than it must.
 * Either end may be the one that calls. Its entrance is verify_far_run (verify/verify.h).
 */
#ifndef VERIFY_FAR_FAR_H
#define VERIFY_FAR_FAR_H

#include "verify/verify.h"

#endif
