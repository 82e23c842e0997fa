/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In what condition flowd and its captures are, as JSON: counters, roles, troubles, the store's
 * size. Docs are the caller's.
 */
#ifndef STORE_REPORT_CONDITION_DOC_H
#define STORE_REPORT_CONDITION_DOC_H

#include "store/report/doc.h"
#include "store/store.h"

void condition_doc_set_counters(struct doc *doc, const struct tally *tally);
/* What the sensor could not look into. */
void condition_doc_set_unknown(struct doc *doc, const struct tally *tally);
/* What the counters count. */
struct doc *condition_doc_texts(void);

/* Value and threshold are a part of 1, or seconds, as the kind of trouble is measured. */
void condition_doc_set_trouble(struct doc *doc, const struct trouble_news *trouble);
struct doc *condition_doc_trouble(const struct trouble_news *trouble);

void condition_doc_set_role(struct doc *doc, const struct role_news *news);
struct doc *condition_doc_figures(const struct store_figures *figures);

#endif
