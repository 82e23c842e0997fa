/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings, and what is made of them: events, and the alerts that the rules ask for.
 */
#ifndef FLOWD_CORE_OUT_TELL_H
#define FLOWD_CORE_OUT_TELL_H

#include "flowd/core/lifecycle.h"

/* What rules judge of a service. `probe` may be NULL, here and below. */
struct finding tell_finding(const struct lifecycle *l, const struct store_service *row,
			    enum event event, const struct probe *probe);

/* Keeps and says an event of the service; the row is the caller's to put. */
void tell_event(struct lifecycle *l, struct store_service *row, enum event event,
		const struct probe *probe);

/* Nothing speaks against it: the alert is kept, handed out and said. */
void tell_make(struct lifecycle *l, struct alert *alert, const struct alert_terms *terms);

/* An exception has ended that decided it until then: the alert of a higher level that the rules ask
 * for now. */
void tell_after(struct lifecycle *l, const struct finding *finding, const struct store_service *row,
		const struct probe *probe, const struct rules_verdict *then);

/* The alert that the rules ask for, unless one of the job's level or higher was made for it, whose
 * level becomes the alert's. `job` NULL: it is about none. */
void tell_judge(struct lifecycle *l, const struct finding *finding, const struct store_service *row,
		const struct probe *probe, struct store_job *job);

/* The capture has trouble, or no more: an event, and at its beginning an alert if the rules want
 * one, which nobody has to learn first. */
void tell_trouble(struct lifecycle *l, const struct trouble_news *news);

#endif
