/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/namecheck.h"

#include "base/conf/sinks.h"
#include "base/err.h"
#include "rules/fault.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VANTAGES_NAMES_MAX 64

/* Names the receiver that was probably meant. */
static void say_stranger(const struct sinks *sinks, const char *name, struct rules_error *out)
{
	const struct lex_token word = { .text = name, .len = strlen(name) };
	struct fault_near near = fault_near_new(&word);
	size_t i;

	for (i = 0; i < sinks->count; i++)
		fault_near_offer(&near, sinks->list[i].name);
	snprintf(out->text, sizeof(out->text), "no receiver \"%.40s\" among sinks%s%.40s%s", name,
		 near.best ? ", did you mean '" : "", near.best ? near.best : "",
		 near.best ? "'?" : "");
}

int namecheck_receivers(const struct conf *conf, const struct rules *rules, struct rules_error *out)
{
	char wrong[SINKS_ERROR_MAX];
	struct sinks sinks;
	const char *name;
	uint32_t line;
	size_t i;
	int rc;

	*out = (struct rules_error){ .line = 0 };
	if (!rules_sink(rules, 0, &line))
		return 0;
	rc = sinks_parse(conf->sinks, &sinks, wrong);
	if (rc) {
		snprintf(out->text, sizeof(out->text), "sinks: %.100s", wrong);
		return rc;
	}
	for (i = 0; !rc && (name = rules_sink(rules, i, &line)); i++)
		if (sinks_find(&sinks, name) < 0) {
			out->line = line;
			out->column = 1;
			say_stranger(&sinks, name, out);
			rc = ERR_UNKNOWN;
		}
	sinks_free(&sinks);
	return rc;
}

int namecheck_sinks(const struct conf *conf, const struct rules *rules, char *error, size_t size)
{
	struct rules_error what;
	int rc = namecheck_receivers(conf, rules, &what);

	if (rc && what.line)
		snprintf(error, size, "%s:%u:%u: %s", *conf->rules ? conf->rules : "rules",
			 what.line, what.column, what.text);
	else if (rc)
		snprintf(error, size, "%s", what.text);
	return rc;
}

struct vantages {
	const struct conf *conf;
	rules_note_fn fn;
	void *arg;
};

static void look_at_vantage(void *arg, const struct rules_error *place, const char *name)
{
	const struct vantages *v = arg;
	const struct lex_token word = { .text = name, .len = strlen(name) };
	struct fault_near near = fault_near_new(&word);
	struct rules_error said = *place;
	char names[VANTAGES_NAMES_MAX][PROBE_VANTAGE_MAX];
	const char *at = v->conf->vantages;
	size_t count = 1, i;

	snprintf(names[0], sizeof(names[0]), "%s", v->conf->verify_vantage);
	for (at += strspn(at, ", "); *at && count < VANTAGES_NAMES_MAX; at += strspn(at, ", ")) {
		snprintf(names[count++], sizeof(names[0]), "%.*s", (int)strcspn(at, "=, "), at);
		at += strcspn(at, ", ");
	}
	for (i = 0; i < count; i++) {
		if (!strcasecmp(names[i], name))
			return;
		fault_near_offer(&near, names[i]);
	}
	/* More than are looked at are not said to be unknown. */
	if (*at)
		return;
	if (near.best)
		snprintf(said.text, sizeof(said.text),
			 "no vantage is called '%s', did you mean '%s'?", name, near.best);
	else
		snprintf(said.text, sizeof(said.text), "no vantage is called '%s'", name);
	v->fn(v->arg, &said, false);
}

void namecheck_vantages(const struct conf *conf, const struct rules *rules, rules_note_fn fn,
			void *arg)
{
	struct vantages v = { conf, fn, arg };

	rules_vantages(rules, look_at_vantage, &v);
}
