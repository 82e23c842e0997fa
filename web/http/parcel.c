/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/parcel.h"

#include <stdlib.h>
#include <string.h>

/* Packs a static body when it is first asked for. */
static struct parcel from_shelf(struct parcel_shelf *shelf, const struct head *head,
				const struct http_answer *a)
{
	struct parcel out = { .bytes = a->fixed, .len = a->len };
	size_t i;

	for (i = 0; i < PARCEL_SHELF && shelf->rows[i].fixed && shelf->rows[i].fixed != a->fixed;
	     i++)
		;
	if (i == PARCEL_SHELF)
		return out;
	if (!shelf->rows[i].fixed) {
		if (packing_gzip(a->fixed, a->len, &shelf->rows[i].bytes, &shelf->rows[i].len))
			shelf->rows[i].bytes = NULL;
		shelf->rows[i].fixed = a->fixed;
		packing_tag(a->fixed, a->len, shelf->rows[i].tag);
	}
	memcpy(out.tag, shelf->rows[i].tag, sizeof(out.tag));
	if (shelf->rows[i].bytes && head_takes_gzip(head)) {
		out.bytes = shelf->rows[i].bytes;
		out.len = shelf->rows[i].len;
		out.packed = true;
	}
	return out;
}

static struct parcel from_body(const struct head *head, struct http_answer *a, bool tags)
{
	struct parcel out = { .bytes = a->body ? a->body : "", .len = a->len, .owned = a->body };
	void *packed;
	size_t len;

	if (tags && a->status == 200)
		packing_tag(out.bytes, a->len, out.tag);
	if (a->len >= PACKING_LEAST && head_takes_gzip(head) &&
	    !packing_gzip(a->body, a->len, &packed, &len)) {
		free(a->body);
		out.bytes = packed;
		out.len = len;
		out.packed = true;
	}
	a->body = NULL;
	return out;
}

struct parcel parcel_make(struct parcel_shelf *shelf, const struct head *head,
			  struct http_answer *a, bool tags)
{
	struct parcel p = a->fixed ? from_shelf(shelf, head, a) : from_body(head, a, tags);

	if (*p.tag && head_has_tag(head, p.tag)) {
		parcel_drop(&p);
		p.packed = false;
		a->status = 304;
	}
	return p;
}

void parcel_drop(struct parcel *p)
{
	if (p->owned)
		free((void *)p->bytes);
	p->bytes = "";
	p->len = 0;
	p->owned = false;
}

void parcel_clear(struct parcel_shelf *shelf)
{
	size_t i;

	for (i = 0; i < PARCEL_SHELF; i++)
		free(shelf->rows[i].bytes);
}
