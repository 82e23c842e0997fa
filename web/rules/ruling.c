/* SPDX-License-Identifier: Apache-2.0 */
#include "web/rules/ruling.h"

#include "base/ipc.h"
#include "web/api.h"
#include "web/rules/errands.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(RULING_BODY <= TRIAL_TEXT_MAX, "a judge takes what web takes");

#define SINCE (30 * 86400 * MONO_SECOND)
#define EXAMPLES 20
#define EXAMPLES_MOST 500

static bool refuse(struct http_answer *answer, const char *detail, const char *name)
{
	http_answer_problem(answer, 400, detail, name);
	return false;
}

static bool read_since(const struct http_parameter *p, struct trial_order *out,
		       struct http_answer *answer)
{
	mono_t back;

	if (!strcmp(p->value, "all")) {
		out->since_us = 0;
		return true;
	}
	if (strlen(p->value) != p->len || mono_parse(p->value, &back) || back < 0)
		return refuse(answer, "a time such as 30d or 12h, or all", p->name);
	out->since_us = mono_wall() - back;
	return true;
}

static bool read_examples(const struct http_parameter *p, struct trial_order *out,
			  struct http_answer *answer)
{
	size_t digits = strspn(p->value, "0123456789");
	unsigned long n = digits < 5 ? strtoul(p->value, NULL, 10) : EXAMPLES_MOST + 1;

	if (!digits || digits != p->len || n > EXAMPLES_MOST)
		return refuse(answer, "a number from 0 to 500", p->name);
	out->examples = (uint32_t)n;
	return true;
}

/* Reads the parameters that such an order may have; false: they are wrong, and that is the answer.
 */
static bool read_order(const struct http_request *request, struct trial_order *out,
		       struct http_answer *answer)
{
	const struct http_parameter *p = request->parameters;
	size_t i;
	bool good;

	for (i = 0; i < request->count; i++, p++) {
		if (out->what == TRIAL_TEST && !strcmp(p->name, "since"))
			good = read_since(p, out, answer);
		else if (out->what == TRIAL_TEST && !strcmp(p->name, "examples"))
			good = read_examples(p, out, answer);
		else if (out->what == TRIAL_EXPLAIN && !strcmp(p->name, "service"))
			good = !query_parse_id(p->value, p->len, &out->service) ||
			       refuse(answer, "a service is named like 192.0.2.1-tcp-443", p->name);
		else
			good = refuse(answer, "there is no such parameter", p->name);
		if (!good)
			return false;
	}
	return true;
}

static void ask(struct api *api, const struct http_request *request, struct trial_order *order,
		struct http_answer *answer)
{
	if (request->waiting || read_order(request, order, answer))
		errands_ask(api, request, order, answer);
}

void ruling_show(void *arg, const struct http_request *request, struct http_answer *answer)
{
	ask(arg, request, &(struct trial_order){ .what = TRIAL_SHOW }, answer);
}

void ruling_check(void *arg, const struct http_request *request, struct http_answer *answer)
{
	ask(arg, request, &(struct trial_order){ .what = TRIAL_CHECK }, answer);
}

void ruling_test(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct trial_order order = { .what = TRIAL_TEST, .examples = EXAMPLES };

	order.since_us = mono_wall() - SINCE;
	ask(arg, request, &order, answer);
}

void ruling_explain(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct trial_order order = { .what = TRIAL_EXPLAIN };

	if (!request->waiting && !request->count) {
		refuse(answer, "which service? one is named like 192.0.2.1-tcp-443", "service");
		return;
	}
	ask(arg, request, &order, answer);
}

/* A judge says what is wrong with the file; the parent is told in any case, so that all others get
 * to know it as well. */
void ruling_reload(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct trial_order order = { .what = TRIAL_LOAD };
	struct api *api = arg;
	struct orderer who;

	ask(api, request, &order, answer);
	if (request->waiting || !answer->source.end)
		return;
	memcpy(who.by, request->who->name, sizeof(who.by));
	ipc_send(api->core, IPC_WHO, &who);
	ipc_send(api->core, IPC_RELOAD, NULL);
	ipc_flush(api->core);
}
