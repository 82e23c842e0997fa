/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services and hosts as JSON: what is watched, and what has been seen of it. Docs are the caller's.
 */
#ifndef STORE_REPORT_SERVICE_DOC_H
#define STORE_REPORT_SERVICE_DOC_H

#include "store/hints.h"
#include "store/hosts.h"
#include "store/report/doc.h"
#include "store/store.h"

struct doc *service_doc(const struct store_service *row);
/* What has been seen of it on the wire. */
struct doc *service_doc_sightings(const struct store_service *row);
/* The texts of each kind. */
struct doc *service_doc_hints(const struct store_hints *hints);

/* The same, each with when it came and when it was seen last. */
struct doc *service_doc_hints_seen(const struct store_hints *hints);
struct doc *service_doc_host(const struct store_host *row);

/* For docs of others: its key, its name or else a guess at one, where an address belongs. */
void service_doc_set_key(struct doc *doc, const struct service *service);
void service_doc_set_app(struct doc *doc, const char *app, const char *guess);
void service_doc_set_country(struct doc *doc, const char *key, const char *country);

#endif
