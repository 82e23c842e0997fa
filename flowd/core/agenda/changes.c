/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/agenda/changes.h"

#include "flowd/core/out/tell.h"

#include <stdio.h>

#define AFTER_TERM MONO_SECOND /* a look at a term comes so long after it */

void changes_add(struct changes *c, const struct change_news *news)
{
	if (c->count < CHANGES_MAX)
		c->list[c->count++] = *news;
}

void changes_add_state(struct changes *c, enum event event, unsigned before, unsigned after)
{
	struct change_news n = { .event = event, .what = CHANGE_STATE };

	record_text_set(n.before, sizeof(n.before), record_state_text(before));
	record_text_set(n.after, sizeof(n.after), record_state_text(after));
	changes_add(c, &n);
}

static void add_texts(struct changes *c, enum change what, const char *before, const char *after)
{
	struct change_news n = { .event = EVENT_CHANGED, .what = what };

	record_text_set(n.before, sizeof(n.before), before);
	record_text_set(n.after, sizeof(n.after), after);
	changes_add(c, &n);
}

static bool differs(const char *before, const char *after)
{
	return *before && *after && strcmp(before, after) != 0;
}

/* The most that has changed is told, the rest follows from it. Silence about a thing changes
 * nothing. */
static enum change compare(const struct store_face *face, const struct probe *p)
{
	if (differs(face->app, p->app))
		return CHANGE_APP;
	if (differs(face->product, p->product))
		return CHANGE_PRODUCT;
	return differs(face->version, p->version) ? CHANGE_VERSION : CHANGE_NONE;
}

static bool is_other_certificate(const struct store_face *face, const struct probe *p)
{
	return p->certificate_count && face->certified &&
	       memcmp(face->certificate, p->certificates[0].sha256, sizeof(face->certificate)) != 0;
}

static void keep(struct store_face *face, const struct probe *p, bool anew)
{
	/* Another product's version is not this one's. */
	if (anew) {
		memset(face->product, 0, sizeof(face->product));
		memset(face->version, 0, sizeof(face->version));
	}
	if (*p->app)
		memcpy(face->app, p->app, sizeof(face->app));
	if (*p->product)
		memcpy(face->product, p->product, sizeof(face->product));
	if (*p->version)
		memcpy(face->version, p->version, sizeof(face->version));
}

static void keep_certificate(struct store_face *face, const struct probe *p)
{
	if (!p->certificate_count)
		return;
	if (!face->certified || is_other_certificate(face, p))
		face->told_us = INT64_MAX;
	memcpy(face->certificate, p->certificates[0].sha256, sizeof(face->certificate));
	face->certified = 1;
	face->not_after_us = p->certificates[0].not_after_us;
}

/* Whatever has changed, as one number: the same twice in a row is believed. */
static uint64_t mark_of(const struct lifecycle *l, const struct probe *p)
{
	const struct hash_key key = store_peer_key(l->store);
	struct store_face seen = { .app = "" };

	keep(&seen, p, false);
	keep_certificate(&seen, p);
	return hash_bytes(&key, &seen, sizeof(seen)) | 1;
}

static void hex(const uint8_t *sha256, char *out)
{
	size_t i;

	for (i = 0; i < 32; i++)
		sprintf(out + 2 * i, "%02x", sha256[i]);
}

static void add_certificate(struct changes *c, const struct store_face *face, const struct probe *p)
{
	struct change_news n = { .event = EVENT_CHANGED, .what = CHANGE_CERTIFICATE };

	hex(face->certificate, n.before);
	hex(p->certificates[0].sha256, n.after);
	changes_add(c, &n);
}

static void add_face(struct changes *c, enum change what, const struct store_face *face,
		     const struct probe *p)
{
	if (what == CHANGE_APP)
		add_texts(c, what, face->app, p->app);
	else if (what == CHANGE_PRODUCT)
		add_texts(c, what, face->product, p->product);
	else if (what == CHANGE_VERSION)
		add_texts(c, what, face->version, p->version);
}

/* The end of the certificate is told at each term, once, the shortest that has come. */
static void look_at_end(const struct lifecycle *l, struct store_face *face, struct changes *c)
{
	const struct agenda *a = &l->agenda;
	struct change_news n = { .event = EVENT_CERTIFICATE, .what = CHANGE_CERTIFICATE };
	mono_t left = face->not_after_us - l->now, come = INT64_MAX, next = -1;
	char stamp[MONO_STAMP_MAX];
	size_t i;

	for (i = 0; i < a->term_count; i++) {
		if (left <= a->terms[i] && a->terms[i] < come)
			come = a->terms[i];
		if (left > a->terms[i] && a->terms[i] > next)
			next = a->terms[i];
	}
	if (next >= 0)
		c->expiry_us = face->not_after_us - next + AFTER_TERM;
	if (come >= face->told_us)
		return;
	face->told_us = come;
	record_text_set(n.after, sizeof(n.after), mono_stamp(face->not_after_us, stamp));
	changes_add(c, &n);
}

/* Is the name's change known by other ways, or nothing that could change? */
static bool is_told(const struct job *job)
{
	return job->event == EVENT_NEW || job->event == EVENT_CHANGED ||
	       job->event == EVENT_MASQUERADE;
}

int changes_find(struct lifecycle *l, const struct agenda_look *look, struct changes *out)
{
	const struct probe *p = look->probe;
	struct store_face face = { .told_us = INT64_MAX };
	int rc = store_get_face(l->store, &p->service, p->vantage, &face);
	enum change what = compare(&face, p);
	bool other = is_other_certificate(&face, p), first = rc <= 0;
	uint64_t mark = what || other ? mark_of(l, p) : 0;

	if (rc < 0)
		return rc;
	if (mark && !is_told(look->job) && face.mark != mark) {
		face.mark = mark;
		out->unsure = true;
		store_put_face(l->store, &p->service, p->vantage, &face);
		return 0;
	}
	if (!first && look->job->event != EVENT_NEW) {
		if (what != CHANGE_APP || !is_told(look->job))
			add_face(out, what, &face, p);
		if (other)
			add_certificate(out, &face, p);
	}
	face.mark = 0;
	keep(&face, p, what == CHANGE_APP || what == CHANGE_PRODUCT);
	keep_certificate(&face, p);
	if (p->certificate_count && face.not_after_us)
		look_at_end(l, &face, out);
	store_put_face(l->store, &p->service, p->vantage, &face);
	return 0;
}

void changes_tell(struct lifecycle *l, struct store_service *row, const struct probe *probe,
		  const struct changes *c)
{
	struct event_row e;
	size_t i;

	for (i = 0; i < c->count; i++) {
		e = (struct event_row){ .time_us = l->now,
					.finding = tell_finding(l, row, EVENT_NONE, probe) };
		e.finding.event = (uint8_t)c->list[i].event;
		e.finding.what = (uint8_t)c->list[i].what;
		memcpy(e.finding.before, c->list[i].before, sizeof(e.finding.before));
		memcpy(e.finding.after, c->list[i].after, sizeof(e.finding.after));
		/* That of a verdict has been told by itself. */
		if (e.finding.event != EVENT_VERDICT) {
			store_put_event(l->store, &e, row);
			l->act(l->arg, &(struct lifecycle_act){ .event = &e });
		}
		tell_judge(l, &e.finding, row, probe, NULL);
	}
}

bool changes_is_quiet(const struct agenda_look *look, const struct changes *c)
{
	return look->job->event == EVENT_NONE && !c->count && look->was == look->row->state;
}
