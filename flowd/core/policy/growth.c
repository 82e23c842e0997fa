/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/policy/growth.h"

#include "store/book/cases.h"

/* Sends the alert once more, with what it stands for by now. */
static void tell(struct lifecycle *l, const struct store_window *w, const struct store_case *row)
{
	const struct outbox_growth growth = { .alert = w->alert,
					      .revision = w->revision + 1,
					      .members = row->members,
					      .findings = row->findings };
	struct alert alert;

	if (store_get_alert(l->store, row, &alert) <= 0)
		return;
	letters_put_growth(l->store, &alert, w->sinks, &growth);
	l->policy.grown = true;
}

/* Its case, if it has grown and somebody wants to hear of it. A window of an earlier flowd does not
 * say whom its alert went to. */
static bool has_grown(struct lifecycle *l, const struct store_window *w, struct store_case *row)
{
	return l->letters && w->kind == WINDOW_GROUP && w->revision &&
	       store_get_case(l->store, w->alert, row) > 0 && !triage_is_closed(row->status) &&
	       row->members > w->told;
}

void growth_look(struct lifecycle *l, struct store_window *w)
{
	struct store_case row;
	uint32_t next = 10;

	if (!has_grown(l, w, &row))
		return;
	while (next <= w->told)
		next *= 10;
	if (row.members < next)
		return;
	tell(l, w, &row);
	w->told = row.members;
	w->revision++;
}

void growth_end(struct lifecycle *l, const struct store_window *w)
{
	struct store_case row;

	if (has_grown(l, w, &row))
		tell(l, w, &row);
}
