/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer to a question over UDP says, and what its readers share. A reader tells for sure
 * that it is an answer of its protocol to that question.
 */
#ifndef VERIFY_UDP_ANSWER_H
#define VERIFY_UDP_ANSWER_H

#include "base/record.h"
#include "base/wire.h"

#define ANSWER_AGAIN_MAX 512

/* What an answer wants to hear before it says more. */
struct answer_again {
	size_t len; /* 0: nothing */
	uint8_t bytes[ANSWER_AGAIN_MAX];
};

/* What an answer in several datagrams has brought so far of what is read as one. */
struct answer_parts {
	uint8_t *bytes; /* owned: `len` bytes, then as many marks; NULL none yet */
	size_t len, missing;
	bool is_whole; /* and has been read */
	bool is_over;  /* nothing more will come */
};

struct answer {
	const uint8_t *asked, *said; /* payloads, borrowed */
	size_t asked_len, said_len;
	bool is_cut;		    /* there was more than `said` */
	struct answer_again *again; /* its reader may fill it; NULL: nobody would send it */
	struct answer_parts *parts; /* likewise; NULL: nobody would keep them */
};

/* True: it is, and `probe` has what it says (name, product, version, facts). False: what `probe`
 * has become is to be thrown away. */
typedef bool (*answer_fn)(const struct answer *a, struct probe *probe);

/* A cursor at what was said. */
static inline struct wire answer_wire(const struct answer *a)
{
	return wire_open(a->said, a->said_len);
}

/* Are these bytes of the answer the same as those of the question? */
bool answer_repeats(const struct answer *a, size_t said_at, size_t asked_at, size_t len);

/* The name, unless a name is there already. */
void answer_name(struct probe *p, const char *app);

/* Product and version, cut to fit, where nothing stands yet; what is not printable becomes '?'. */
void answer_product(struct probe *p, const char *product, const char *version);

/* "Coturn-4.5.2 'dan Eider'", "nginx/1.22": the word before the first digit behind a separator is
 * the product, the next word its version. */
void answer_software(struct probe *p, const char *text);

/* A fact as printf would say it. */
void answer_fact(struct probe *p, enum fact kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define ANSWER_TEXT_MAX 512

/* Bytes as text: NUL-terminated, cut to the field; what is not printable becomes ' '. */
void answer_text(char *text, size_t size, const uint8_t *bytes, size_t len);

/* The next element of BER (X.690): its tag, its content as a cursor of its own. False: none. */
bool answer_ber(struct wire *w, uint8_t *tag, struct wire *content);

/* A BER integer of up to 8 bytes, 0 for what is none. */
int64_t answer_ber_integer(struct wire content);

#endif
