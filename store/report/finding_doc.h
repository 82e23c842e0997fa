/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, alerts and probes as JSON. Docs are the caller's.
 */
#ifndef STORE_REPORT_FINDING_DOC_H
#define STORE_REPORT_FINDING_DOC_H

#include "store/report/doc.h"
#include "store/store.h"

struct doc *finding_doc_event(const struct event_row *event);
struct doc *finding_doc_alert(const struct alert *alert);
struct doc *finding_doc_probe(const struct probe *probe);

/* What the finding rests on; NULL: null. */
void finding_doc_set_probe(struct doc *doc, const struct probe *probe);

#endif
