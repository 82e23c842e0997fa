/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects and lists of JSON that grow. Keys are ASCII without anything to escape, borrowed
 * for the call, and each is set once. They are written down as they come: a doc is text from the
 * beginning.
 */
#ifndef STORE_REPORT_DOC_H
#define STORE_REPORT_DOC_H

#include "base/mono.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct doc;

/* NULL when memory is short; all below take that for a doc to which nothing can be added. */
struct doc *doc_new(void);
struct doc *doc_new_list(void);
void doc_free(struct doc *doc);

/* The text, compact and to be freed; NULL when memory was short. Frees the doc. */
char *doc_text(struct doc *doc);

/* Bytes that may be anything: what is not UTF-8 is read as Latin-1, none become null. */
void doc_set_bytes(struct doc *doc, const char *key, const uint8_t *from, size_t len);
/* The same, up to the first NUL or `size`. */
void doc_set_text(struct doc *doc, const char *key, const char *text, size_t size);
#define DOC_SET_TEXT(doc, key, field) doc_set_text(doc, key, field, sizeof(field))

/* Whether they are, as RFC 3629 has it. */
bool doc_is_utf8(const uint8_t *bytes, size_t len);

void doc_set_word(struct doc *doc, const char *key, const char *word); /* one of ours, "" stays */
void doc_set_number(struct doc *doc, const char *key, uint64_t n);     /* key NULL: to a list */
void doc_set_known(struct doc *doc, const char *key, uint64_t n);      /* 0: null */
void doc_set_real(struct doc *doc, const char *key, double n);
void doc_set_bool(struct doc *doc, const char *key, bool value);
void doc_set_time(struct doc *doc, const char *key, wall_t time);
void doc_set_null(struct doc *doc, const char *key);

/* The child belongs to the doc from then on, as a row to its list; a child may still grow
 * (doc_child), a row may not. */
void doc_set_child(struct doc *doc, const char *key, struct doc *child);
void doc_add(struct doc *list, struct doc *row);
void doc_add_text(struct doc *list, const char *text, size_t size); /* as doc_set_text */
/* The list or object of a key, borrowed; NULL: there is none. */
struct doc *doc_child(struct doc *doc, const char *key);

#endif
