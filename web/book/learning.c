/* SPDX-License-Identifier: Apache-2.0 */
#include "web/book/learning.h"

#include "base/ipc.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "store/store.h"
#include "web/api.h"

#define DAYS_MOST 3650

/* Times are null where there is none; `accepted` is known of what is stored alone. */
static void answer_state(wall_t until, wall_t accepted, unsigned status, struct http_answer *answer)
{
	struct report *r = report_new();

	report_set_bool(r, "learning", until > mono_wall());
	report_set_time(r, "until", until == LEARNING_OPEN ? 0 : until);
	report_set_time(r, "accepted", accepted);
	http_answer_text(answer, HTTP_JSON, report_text(r));
	if (answer->status)
		answer->status = status;
}

void learning_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store *store = api_store(arg, answer);
	wall_t until = 0, accepted = 0;

	(void)request;
	if (!store)
		return;
	if (store_get_time(store, LEARNING_UNTIL, &until) < 0 ||
	    store_get_time(store, LEARNING_ACCEPTED, &accepted) < 0)
		api_answer_damaged(answer);
	else
		answer_state(until, accepted, 200, answer);
}

/* One of {"accept": true}, {"days": N}, {"days": null}: until it is accepted. The pointer to what
 * is wrong (RFC 6901), NULL nothing. */
static const char *read_order(const struct reading *doc, struct learning *out)
{
	static const char *const keys[] = { "accept", "days", NULL };
	const struct reading *accept = reading_child(doc, "accept");
	const struct reading *days = reading_child(doc, "days");
	int64_t n = reading_number(days);

	if (reading_kind(doc) != READING_OBJECT || reading_stranger(doc, keys) || !accept == !days)
		return "";
	if (accept) {
		out->accept = 1;
		out->until_us = mono_wall();
		return reading_kind(accept) == READING_TRUE ? NULL : "/accept";
	}
	if (reading_kind(days) == READING_NULL) {
		out->until_us = LEARNING_OPEN;
		return NULL;
	}
	if (reading_kind(days) != READING_NUMBER || n < 0 || n > DAYS_MOST)
		return "/days";
	out->until_us = mono_wall() + n * MONO_DAY;
	return NULL;
}

void learning_post(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct reading *doc =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	struct learning order = { .until_us = 0 };
	const char *wrong = read_order(doc, &order);

	reading_free(doc);
	if (wrong)
		http_answer_wrong(answer,
				  "expected {\"accept\": true}, or {\"days\": N} with N from 0 to "
				  "3650, or null until it is accepted",
				  wrong);
	else if (api_order(arg, request, IPC_LEARNING, &order, answer))
		answer_state(order.until_us, order.accept ? order.until_us : 0, 202, answer);
}
