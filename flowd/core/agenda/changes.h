/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verdict has changed: found by comparing it with what the same vantage saw before, told
 * once it was seen twice.
 */
#ifndef FLOWD_CORE_AGENDA_CHANGES_H
#define FLOWD_CORE_AGENDA_CHANGES_H

#include "flowd/core/agenda/agenda.h"

#define CHANGES_MAX 5 /* state, face, certificate, its end, who sees it */

struct change_news {
	enum event event;
	enum change what;
	char before[RECORD_CHANGE_MAX], after[RECORD_CHANGE_MAX];
};

struct changes {
	struct change_news list[CHANGES_MAX];
	size_t count;
	bool unsure;	  /* it differs, which a second look has to confirm */
	wall_t expiry_us; /* when the next term of its certificate comes; 0 none */
};

void changes_add(struct changes *c, const struct change_news *news);
void changes_add_state(struct changes *c, enum event event, unsigned before, unsigned after);

/*
 * Compares the probe of an open service with what its vantage has seen before, and keeps it. 0 or
 * an error of the store.
 */
int changes_find(struct lifecycle *l, const struct agenda_look *look, struct changes *out);

/* Makes events of them, and alerts where the rules say so; the row is the caller's to put. */
void changes_tell(struct lifecycle *l, struct store_service *row, const struct probe *probe,
		  const struct changes *c);

/* Does a verdict say nothing that anybody waits for? */
bool changes_is_quiet(const struct agenda_look *look, const struct changes *c);

#endif
