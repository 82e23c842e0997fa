/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/handover/record.h"

#include "flowd/core/book/casework.h"
#include "flowd/core/out/tell.h"
#include "store/book/cases.h"
#include "store/book/trail.h"
#include "store/hints.h"
#include "store/report/report.h"

#include <stdio.h>

void record_trail(struct lifecycle *l, const struct tool_run *run, const char *what)
{
	struct trail_row row = { .time_us = l->now };
	char id[REPORT_ID_MAX];

	memcpy(row.by, run->by, sizeof(row.by));
	record_text_set(row.what, sizeof(row.what), what);
	record_text_set(row.about, sizeof(row.about), report_id(&run->service, id));
	snprintf(row.detail, sizeof(row.detail), "%s, run %llu%s%s%.40s", run->tool,
		 (unsigned long long)run->id, run->by_rule ? ", by a rule" : "",
		 *run->reason ? ": " : "", run->reason);
	store_put_trail(l->store, &row);
}

void record_case(struct lifecycle *l, const struct tool_run *run)
{
	struct triage entry = { .alert = run->alert, .time_us = l->now };

	if (!run->alert)
		return;
	memcpy(entry.by, run->by, sizeof(entry.by));
	snprintf(entry.comment, sizeof(entry.comment), "handed over to %s: %s%s%s%s%.240s%s%s",
		 run->tool, record_run_text(run->state), *run->ticket ? ", ticket " : "",
		 run->ticket, *run->link ? ", " : "", run->link, *run->reason ? ": " : "",
		 run->reason);
	casework_order(l, &entry, l->now + MONO_SECOND);
}

static int take_latest(void *arg, const struct probe *probe)
{
	struct probe *latest = arg;

	if (probe->finished_us >= latest->finished_us)
		*latest = *probe;
	return 0;
}

/* The alert as it was made. */
static int find_alert(struct lifecycle *l, const struct tool_run *run, struct alert *out)
{
	struct store_case row;
	int rc = store_get_case(l->store, run->alert, &row);

	if (rc > 0)
		rc = store_get_alert(l->store, &row, out);
	if (rc < 0)
		return rc;
	return rc && service_is_same(&out->finding.service, &run->service) ? 0 : 1;
}

int record_facts(struct lifecycle *l, const struct tool_run *run, struct handover *out)
{
	struct handover h = { .run = *run };
	struct probe latest = { .finished_us = 0 };
	struct store_service row;
	int rc = store_get_service(l->store, &run->service, &row);

	if (rc <= 0)
		return rc < 0 ? rc : 1;
	store_get_sni(l->store, &row, h.name);
	if (run->alert) {
		rc = find_alert(l, run, &h.alert);
	} else {
		rc = store_walk_probes(l->store, &run->service, take_latest, &latest);
		h.alert.probe = latest;
		h.alert.level = row.level;
		h.alert.finding =
			tell_finding(l, &row, EVENT_NONE, latest.finished_us ? &latest : NULL);
	}
	if (!rc)
		*out = h;
	return rc;
}
