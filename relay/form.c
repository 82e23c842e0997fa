/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/form.h"

#include "store/report/report.h"

#include <stdio.h>
#include <stdlib.h>

bool form_is_json(enum sink_form form)
{
	return form == FORM_NATIVE || form == FORM_ECS || form == FORM_EVE;
}

/* The line that flowd prints, with the key before all else. */
static char *native(const struct sink_letter *letter)
{
	char *line = report_alert(&letter->alert), *text = NULL;

	if (line && asprintf(&text, "{\"id\":\"%s\",%s", letter->key, line + 1) < 0)
		text = NULL;
	free(line);
	return text;
}

char *form_text(enum sink_form form, const struct sink_letter *letter, const char *text)
{
	(void)text;
	(void)form;
	return native(letter);
}
