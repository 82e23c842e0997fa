/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/answer.h"

#include "verify/probes/template.h"

#include <stdio.h>

void answer_fill(const struct parse_match *m, const char *app, const struct pattern_hit *hit,
		 struct book_answer *out)
{
	const struct {
		enum parse_field field;
		char *out;
		size_t size;
	} fields[] = {
		{ PARSE_PRODUCT, out->product, sizeof(out->product) },
		{ PARSE_VERSION, out->version, sizeof(out->version) },
		{ PARSE_INFO, out->info, sizeof(out->info) },
		{ PARSE_OS, out->os, sizeof(out->os) },
		{ PARSE_HOSTNAME, out->hostname, sizeof(out->hostname) },
		{ PARSE_DEVICE, out->device, sizeof(out->device) },
	};
	bool is_inside = !strncmp(app, "ssl/", 4);
	size_t i;

	memset(out, 0, sizeof(*out));
	record_text_set(out->app, sizeof(out->app), is_inside ? app + 4 : app);
	out->is_tls = is_inside || !strcmp(app, "tls");
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (m->fields[fields[i].field].at)
			template_fill(m->fields[fields[i].field], hit, fields[i].out,
				      fields[i].size);
	for (i = 0; i < m->cpe_count; i++) {
		/* The file leaves out what all of them begin with. */
		snprintf(out->cpe[i], sizeof(out->cpe[i]), "cpe:/");
		template_fill(m->cpe[i], hit, out->cpe[i] + 5, sizeof(out->cpe[i]) - 5);
	}
}

void answer_facts(const struct book_answer *a, struct probe *p)
{
	const struct {
		enum fact kind;
		const char *text;
	} facts[] = {
		{ FACT_MATCHED, a->matched },	{ FACT_INFO, a->info },
		{ FACT_HOSTNAME, a->hostname }, { FACT_OS, a->os },
		{ FACT_DEVICE, a->device },	{ FACT_CPE, a->cpe[0] },
		{ FACT_CPE, a->cpe[1] },	{ FACT_CPE, a->cpe[2] },
	};
	size_t i;

	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (facts[i].text[0])
			probe_add_fact(p, facts[i].kind, facts[i].text);
}
