/* SPDX-License-Identifier: Apache-2.0 */
#include "store/report/condition_doc.h"

/* Millionths as a number of the whole. */
static void set_millionths(struct doc *doc, const char *key, uint64_t n)
{
	doc_set_real(doc, key, (double)n / 1000000);
}

void condition_doc_set_trouble(struct doc *doc, const struct trouble_news *t)
{
	doc_set_word(doc, "trouble", record_trouble_text(t->trouble));
	DOC_SET_TEXT(doc, "source", t->source);
	set_millionths(doc, "value", t->value);
	set_millionths(doc, "threshold", t->limit);
}

struct doc *condition_doc_trouble(const struct trouble_news *news)
{
	struct doc *o = doc_new();

	condition_doc_set_trouble(o, news);
	doc_set_time(o, "since", news->time_us);
	return o;
}

/* What the sensor could not look into: kind, number and how many packets. */
static struct doc *unknown_doc(const struct tally *tally)
{
	struct doc *list = doc_new_list(), *o;
	size_t i;

	for (i = 0; i < TALLY_UNKNOWNS && tally->unknown[i].kind; i++) {
		const struct tally_unknown *u = &tally->unknown[i];

		o = doc_new();
		doc_set_word(o, "kind", record_unknown_text(u->kind));
		doc_set_number(o, "number", u->number);
		doc_set_number(o, "packets", u->packets);
		doc_add(list, o);
	}
	return list;
}

void condition_doc_set_counters(struct doc *doc, const struct tally *tally)
{
#define SET_COUNTER(id, text) doc_set_number(doc, #id, tally->id);
	RECORD_TALLY_LIST(SET_COUNTER)
#undef SET_COUNTER
}

void condition_doc_set_unknown(struct doc *doc, const struct tally *tally)
{
	doc_set_child(doc, "unknown", unknown_doc(tally));
	doc_set_number(doc, "unknown_rest", tally->unknown_rest);
}

struct doc *condition_doc_texts(void)
{
	struct doc *texts = doc_new();

#define SET_COUNTER_TEXT(id, text) doc_set_word(texts, #id, text);
	RECORD_TALLY_LIST(SET_COUNTER_TEXT)
#undef SET_COUNTER_TEXT
	return texts;
}

struct doc *condition_doc_figures(const struct store_figures *figures)
{
	struct doc *o = doc_new(), *rows = doc_new();
	size_t i;

	for (i = 0; i < figures->count; i++)
		doc_set_number(rows, figures->kinds[i].kind, figures->kinds[i].rows);
	doc_set_number(o, "bytes", figures->bytes);
	doc_set_child(o, "rows_estimated", rows);
	return o;
}

void condition_doc_set_role(struct doc *doc, const struct role_news *news)
{
	doc_set_time(doc, "time", news->time_us);
	DOC_SET_TEXT(doc, "role", news->role);
	doc_set_bool(doc, "running", news->running);
	doc_set_number(doc, "falls", news->falls);
	doc_set_number(doc, "signal", news->signal);
	doc_set_number(doc, "status", news->status);
	if (news->running)
		doc_set_null(doc, "back");
	else
		doc_set_time(doc, "back", news->back_us);
}
