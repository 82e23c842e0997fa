/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service over TCP is asked, and in which order: by the name the wire gave, by its port,
 * then what many answer to; few questions, none twice. Pure.
 */
#ifndef VERIFY_COURSE_H
#define VERIFY_COURSE_H

#include "base/conf.h"
#include "verify/talk/talk.h"

#define COURSE_MOST 32 /* questions */

struct course {
	struct book *book; /* borrowed */
	const struct conf *conf;
	uint16_t port;
	bool is_fragile; /* nothing is ever written to it */
	bool http, tls;	 /* these hellos were said */
	bool http_inside;
	bool name_is_old; /* said of who was there when the service was last looked at */
	uint8_t asked_count;
	bool inside[COURSE_MOST]; /* of TLS was it that this was asked */
	const struct book_question *asked[COURSE_MOST];
};

/* One thing to say; BANNER_LISTEN: nothing. */
struct course_step {
	enum banner_hello hello;
	const struct book_question *question; /* of BANNER_ASK; of BANNER_TLS: what to ask inside */
};

void course_open(struct course *course, const struct talk_room *room, const struct conf *conf,
		 const struct job *job);

/* What a service of this name is to hear first; "" not known. */
struct course_step course_first(const struct course *course, const char *app);

/* What to ask next; `guess` is a name that only the port suggests. BANNER_LISTEN: nothing is left.
 */
struct course_step course_next(const struct course *course, const char *app, const char *guess);

/* The application is known, its product is not: is there a question that may tell? */
struct course_step course_more(const struct course *course, const char *app);

/* TLS it is, but nobody has understood what is in there. */
struct course_step course_inside(const struct course *course, const char *app);

/* This has been said. */
void course_note(struct course *course, const struct course_step *step);

/* Nobody heard the answer: it may be asked once more. */
void course_forget(struct course *course, const struct course_step *step);

/* Does a server of this name speak first? */
bool course_speaks(const struct course *course, const char *app);

/* Are clients the ones who begin at this port, as far as the database knows? */
bool course_is_impatient(const struct course *course);

#endif
