/* SPDX-License-Identifier: Apache-2.0 */
#include "web/orders.h"

#include "base/conf.h"
#include "base/err.h"
#include "base/ipc.h"
#include "store/probing/sweeps.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/api.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS_MOST 3600 /* of the log of a sweep */

/* ---- reading an order ---- */

static bool complain(struct orders_fault *fault, const char *pointer, const char *detail)
{
	snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
	snprintf(fault->detail, sizeof(fault->detail), "%s", detail);
	return false;
}

/* A range of a sorted set, none of which touch, holds all of it. */
static bool is_within(const struct prefix_set *set, const struct prefix_range *p)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (addr_order(&set->ranges[i].low, &p->low) <= 0 &&
		    addr_order(&set->ranges[i].high, &p->high) >= 0)
			return true;
	return false;
}

static bool read_prefixes(const struct conf *conf, const struct reading *list, struct sweep *out,
			  struct orders_fault *fault)
{
	const struct prefix_set *targets = conf->targets.count ? &conf->targets : &conf->home;
	struct prefix_range range;
	struct sweep_prefix prefix;
	char pointer[ORDERS_POINTER_MAX];
	const struct reading *item;
	size_t i;

	if (reading_kind(list) != READING_LIST || !reading_item(list, 0))
		return complain(fault, "/prefixes", "a list of prefixes is needed");
	for (i = 0; (item = reading_item(list, i)); i++) {
		const char *text = reading_text(item);

		snprintf(pointer, sizeof(pointer), "/prefixes/%zu", i);
		if (!text || prefix_parse(text, strlen(text), &range))
			return complain(fault, pointer, "this is no prefix such as 192.0.2.0/24");
		if (!is_within(targets, &range))
			return complain(fault, pointer, "this is not within the targets");
		prefix = (struct sweep_prefix){ range.low, range.high };
		if (record_sweep_add_prefix(out, &prefix))
			return complain(fault, pointer, "there are too many");
	}
	return true;
}

static bool read_ports(const struct reading *doc, struct sweep *out, struct orders_fault *fault)
{
	const char *text = doc ? reading_text(doc) : "1-65535";

	if (text && !record_sweep_parse_ports(out, text))
		return true;
	return complain(fault, "/ports", "a text such as 22,80,8000-8100, from 1 to 65535");
}

/* A number of a key from 1 to `most`, or `none` when it is not there; 0: it is wrong. */
static uint32_t read_number(const struct reading *order, const char *key, uint32_t most,
			    uint32_t none)
{
	const struct reading *doc = reading_child(order, key);
	int64_t n = reading_number(doc);

	if (!doc)
		return none;
	return reading_kind(doc) == READING_NUMBER && n >= 1 && n <= most ? (uint32_t)n : 0;
}

static bool read_shard(const struct reading *doc, struct sweep *out, struct orders_fault *fault)
{
	const char *text = doc ? reading_text(doc) : "1/1";
	unsigned shard, shards;
	char rest;

	if (!text || strlen(text) > 7 || sscanf(text, "%3u/%3u%c", &shard, &shards, &rest) != 2 ||
	    !shard || shard > shards || shards > SWEEP_SHARDS_MAX)
		return complain(fault, "/shard", "a text such as 1/4, of at most 256 parts");
	out->shard = (uint16_t)shard;
	out->shards = (uint16_t)shards;
	return true;
}

static bool read_seed(const struct reading *doc, struct sweep *out, struct orders_fault *fault)
{
	const char *text = doc ? reading_text(doc) : "";

	if (!text || strlen(text) > 16 || strspn(text, "0123456789abcdef") != strlen(text))
		return complain(fault, "/seed", "up to 16 hexadecimal digits");
	out->seed = strtoull(text, NULL, 16);
	return true;
}

/* RFC 6901: a key as it stands in a pointer; a long one is cut. */
static void point(char *out, const char *key)
{
	char *to = out, *end = out + ORDERS_POINTER_MAX - 3;

	*to++ = '/';
	for (; *key && to < end; key++) {
		if (*key == '~' || *key == '/')
			*to++ = '~';
		*to++ = *key == '~' ? '0' : *key == '/' ? '1' : *key;
	}
	*to = 0;
}

static bool read_order(const struct conf *conf, const struct reading *order, struct sweep *out,
		       struct orders_fault *fault)
{
	static const char *const keys[] = { "prefixes", "ports", "rate", "tries",
					    "shard",	"seed",	 NULL };
	char pointer[ORDERS_POINTER_MAX];
	const char *stranger;

	if (reading_kind(order) != READING_OBJECT)
		return complain(fault, "", "an object of JSON is needed");
	stranger = reading_stranger(order, keys);
	if (stranger) {
		point(pointer, stranger);
		return complain(fault, pointer, "there is no such key");
	}
	if (!read_prefixes(conf, reading_child(order, "prefixes"), out, fault) ||
	    !read_ports(reading_child(order, "ports"), out, fault) ||
	    !read_shard(reading_child(order, "shard"), out, fault) ||
	    !read_seed(reading_child(order, "seed"), out, fault))
		return false;
	out->rate = read_number(order, "rate", 10000000, (uint32_t)conf->sweep_rate);
	if (!out->rate)
		return complain(fault, "/rate", "a number from 1 to 10000000");
	out->tries =
		(uint8_t)read_number(order, "tries", SWEEP_TRIES_MAX, (uint32_t)conf->sweep_tries);
	if (!out->tries)
		return complain(fault, "/tries", "a number from 1 to 8");
	if (!record_sweep_steps(out))
		return complain(fault, "/prefixes", "these are more targets than a sweep may have");
	return true;
}

bool orders_read(const struct conf *conf, const char *text, size_t len, struct sweep *out,
		 struct orders_fault *fault)
{
	struct sweep order = { .state = SWEEP_WAITING, .origin = SWEEP_BY_API };
	struct reading *doc = len ? reading_new(text, len) : NULL;
	bool good = read_order(conf, doc, &order, fault);

	reading_free(doc);
	if (good)
		*out = order;
	return good;
}

/* ---- routes ---- */

static bool tell_core(struct api *api, const struct http_request *request,
		      const struct sweep *order, struct http_answer *answer)
{
	if (!api_order(api, request, IPC_SWEEP, order, answer))
		return false;
	view_expect(api->view);
	return true;
}

static void answer_id(struct http_answer *answer, uint64_t id)
{
	struct report *report = report_new();
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	report_set_text(report, "id", text);
	http_answer_text(answer, HTTP_JSON, report_text(report));
	if (answer->status)
		answer->status = 202;
}

void orders_post(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct orders_fault fault;
	struct sweep order;

	if (!conf_probes(api->conf)) {
		http_answer_problem(answer, 409, "probes are switched off", NULL);
		return;
	}
	if (!orders_read(api->conf, request->body, request->body_len, &order, &fault)) {
		http_answer_wrong(answer, fault.detail, fault.pointer);
		return;
	}
	order.made_us = mono_wall();
	order.id = (uint64_t)order.made_us;
	if (order.id <= api->last_sweep)
		order.id = api->last_sweep + 1;
	if (!tell_core(api, request, &order, answer))
		return;
	api->last_sweep = order.id;
	answer_id(answer, order.id);
}

static struct store *store_of(struct api *api, struct http_answer *answer)
{
	struct store *store = view_store(api->view);

	if (!store)
		http_answer_problem(answer, 503, "there is no store yet", NULL);
	return store;
}

static int add(void *arg, const struct sweep *row)
{
	report_add_sweep(arg, "sweeps", row);
	return 0;
}

void orders_list(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct store *store = store_of(arg, answer);
	struct report *report;

	(void)request;
	if (!store)
		return;
	report = report_new();
	report_list(report, "sweeps");
	if (store_walk_sweeps(store, add, report) < 0) {
		report_free(report);
		http_answer_problem(answer, 503, "the store cannot be read", NULL);
		return;
	}
	http_answer_text(answer, HTTP_JSON, report_text(report));
}

/* The sweep that a request names; false: there is none, and that is the answer. */
static bool find(struct api *api, const struct http_request *request, struct sweep *out,
		 struct http_answer *answer)
{
	struct store *store = store_of(api, answer);
	uint64_t id = 0;
	size_t i;
	int rc;

	if (!store)
		return false;
	for (i = 0; i < request->name_len && i < 19; i++) {
		if (request->name[i] < '0' || request->name[i] > '9')
			break;
		id = id * 10 + (uint64_t)(request->name[i] - '0');
	}
	rc = i == request->name_len ? store_get_sweep(store, id, out) : 0;
	if (rc < 0)
		http_answer_problem(answer, 503, "the store cannot be read", NULL);
	else if (!rc)
		http_answer_problem(answer, 404, "there is no such sweep", NULL);
	return rc > 0;
}

void orders_get(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct sweep row;

	if (find(arg, request, &row, answer))
		http_answer_text(answer, HTTP_JSON, report_sweep(&row));
}

struct seconds {
	struct report *report;
	uint64_t id;
	unsigned rows;
};

static int add_second(void *arg, const struct store_sweep_second *row)
{
	struct seconds *s = arg;
	struct report *r;

	if (row->sweep != s->id)
		return 0;
	r = report_new();
	report_set_time(r, "time", row->time_us);
	report_set_number(r, "from", row->from);
	report_set_number(r, "to", row->to);
	report_set_number(r, "sent", row->sent);
	report_add(s->report, "seconds", r);
	return ++s->rows == SECONDS_MOST;
}

void orders_seconds(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct seconds s = { .rows = 0 };
	struct sweep row;
	wall_t from;

	if (!find(api, request, &row, answer))
		return;
	/* A long one is read from its end. */
	from = row.time_us - SECONDS_MOST * MONO_SECOND;
	s.id = row.id;
	s.report = report_new();
	report_list(s.report, "seconds");
	if (store_walk_sweep_seconds(view_store(api->view), from > 0 ? from : 0, add_second, &s) <
	    0) {
		report_free(s.report);
		http_answer_problem(answer, 503, "the store cannot be read", NULL);
		return;
	}
	http_answer_text(answer, HTTP_JSON, report_text(s.report));
}

static void change(struct api *api, const struct http_request *request, enum sweep_state state,
		   struct http_answer *answer)
{
	struct sweep row;

	if (!find(api, request, &row, answer))
		return;
	if (store_sweep_is_over(&row)) {
		http_answer_problem(answer, 409, "it has ended", NULL);
		return;
	}
	row.state = (uint8_t)state;
	if (tell_core(api, request, &row, answer))
		answer_id(answer, row.id);
}

void orders_pause(void *arg, const struct http_request *request, struct http_answer *answer)
{
	change(arg, request, SWEEP_PAUSED, answer);
}

void orders_resume(void *arg, const struct http_request *request, struct http_answer *answer)
{
	change(arg, request, SWEEP_WAITING, answer);
}

void orders_cancel(void *arg, const struct http_request *request, struct http_answer *answer)
{
	change(arg, request, SWEEP_CANCELLED, answer);
}
