/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, alerts and probes as JSON. Docs are the caller's.
 */
#ifndef STORE_REPORT_FINDING_DOC_H
#define STORE_REPORT_FINDING_DOC_H

#include "store/book/cases.h"
#include "store/report/doc.h"
#include "store/store.h"

struct doc *finding_doc_event(const struct event_row *event);
/* `row` NULL: nobody has looked at it yet. */
struct doc *finding_doc_alert(const struct alert *alert, const struct store_case *row);
struct doc *finding_doc_probe(const struct probe *probe);

/* What the finding rests on; NULL: null. */
void finding_doc_set_probe(struct doc *doc, const struct probe *probe);

/* Names with a comma between, as a list. */
struct doc *finding_doc_names(const char *names);

#endif
