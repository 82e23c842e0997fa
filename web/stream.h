/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream of news (server-sent events): one text of each, shared by all readers; a reader is a
 * place in it.
 */
#ifndef WEB_STREAM_H
#define WEB_STREAM_H

#include "store/store.h"
#include "web/http/http.h"

#define STREAM_READERS 1536 /* at once; the other connections are for pages */

struct stream;

struct stream *stream_new(void);

/* After the connections of its readers. NULL is fine. */
void stream_free(struct stream *stream);

/* Takes the latest thousand of events and of alerts from the store, which was opened. */
int stream_load(struct stream *stream, struct store *store);

/* News, in the order of their numbers. Readers get them at stream_publish. */
void stream_put_event(struct stream *stream, const struct event_row *event);
void stream_put_alert(struct stream *stream, const struct alert *alert);
/* A line, which it frees, that has no number of its own and is not told a second time: "triage",
 * what has become of an alert; "handover", the same of a service handed over; "sweep", how far it
 * is. */
void stream_put_passing(struct stream *stream, const char *name, char *line);
void stream_publish(struct stream *stream);

/* What is sent to who is there now, and never again: the text of a health event, or NULL for a sign
 * of life. */
void stream_pulse(struct stream *stream, const char *health);

/* Answers with a new reader, from behind where `request` says it was. */
void stream_join(struct stream *stream, const struct http_request *request,
		 struct http_answer *answer);

struct stream_figures {
	uint64_t readers, joined, dropped, lost; /* lost: events and alerts core could not tell */
	uint64_t event, alert;			 /* the latest numbers */
};

void stream_count(const struct stream *stream, struct stream_figures *out);

#endif
