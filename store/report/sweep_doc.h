/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep as JSON. The doc is the caller's.
 */
#ifndef STORE_REPORT_SWEEP_DOC_H
#define STORE_REPORT_SWEEP_DOC_H

#include "base/prefix.h"
#include "base/record.h"
#include "store/report/doc.h"

struct doc *sweep_doc(const struct sweep *sweep);

#endif
