/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe database: which question makes a service speak, and what its answer says. Made of one
 * or more files in nmap's format. Patterns are compiled when they are first needed.
 */
#ifndef VERIFY_PROBES_BOOK_H
#define VERIFY_PROBES_BOOK_H

#include "base/mono.h"
#include "base/record.h"
#include "base/wire.h"
#include "verify/probes/answer.h"

struct book;

/* A file; both texts are borrowed as long as the book lives. */
struct book_source {
	const char *name, *text;
	size_t len;
};

/* What cannot be used of a source, with its place. */
typedef void (*book_fn)(void *arg, const char *source, uint32_t line, uint32_t column,
			const char *what);

/* NULL when memory is short. `fault` is also called later, when a pattern turns out to be none. */
struct book *book_new(book_fn fault, void *arg);
void book_free(struct book *book);

/*
 * Adds a source. The first one is flowd's own; what later ones say of an answer goes before it, the
 * last one's first. 0 or -ENOMEM.
 */
int book_add(struct book *book, const struct book_source *source);

/* Compiles all patterns now; how many are none. */
size_t book_compile(struct book *book);

/* How many questions and matches there are. */
size_t book_questions(const struct book *book);
size_t book_matches(const struct book *book);

/* A question; owned by the book. */
struct book_question {
	char name[32];
	uint8_t proto; /* enum proto */
	uint8_t rarity;
	const uint8_t *payload; /* NULL: only to listen */
	size_t len;
	mono_t wait;	/* for an answer; 0 not said */
	mono_t wrapped; /* who closes within this time without a word serves nobody here; likewise
			 */
};

/* What is to be asked. */
struct book_order {
	uint8_t proto;
	uint16_t port;
	bool inside;	 /* of TLS */
	uint8_t rarity;	 /* ask no rarer questions than this, if nothing speaks for them */
	const char *app; /* flowd's name; "" not known */
	bool only_app;	 /* nothing but what `app` answers to */
};

/*
 * The questions in the order they are to be asked: those that the application answers to, those for
 * the port, the rest. Listening is one of them only where the application speaks first. How many,
 * at most `most`.
 */
size_t book_choose(const struct book *book, const struct book_order *order,
		   const struct book_question *out[], size_t most);

/* Does a server of this application speak first? */
bool book_speaks(const struct book *book, const char *app);

/* Listening as a question; NULL: there is no such. */
const struct book_question *book_listen(const struct book *book);

/* The question of a name; NULL. */
const struct book_question *book_find(const struct book *book, uint8_t proto, const char *name);

/* May the port be asked anything, or do files forbid it (Exclude)? */
bool book_may_ask(const struct book *book, uint8_t proto, uint16_t port);

enum book_hit { BOOK_NONE, BOOK_SOFT, BOOK_HARD };

/*
 * Reads what came back to a question: by its own matches, by those of its namesakes and fallbacks,
 * by what servers say first. `hint`: the name that decides between matches that name no product, ""
 * none. BOOK_SOFT: only the application is known so far.
 */
enum book_hit book_read(struct book *book, const struct book_question *question, const char *hint,
			struct wire answer, struct book_answer *out);

#endif
