/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/geo/mmcheck.h"

#include "base/err.h"
#include "base/wire.h"

#include <errno.h>
#include <stdlib.h>

#define MARK "\xab\xcd\xefMaxMind.com" /* before the metadata */
#define METADATA_MAX (128 << 10)       /* with its mark, at the end of the file */
#define SEPARATOR 16		       /* zero bytes between tree and data */
#define DEPTH_MAX 16		       /* of values in values; records of MaxMind's have 4 */

enum kind {
	KIND_EXTENDED,
	KIND_POINTER,
	KIND_STRING,
	KIND_DOUBLE,
	KIND_BYTES,
	KIND_U16,
	KIND_U32,
	KIND_MAP,
	KIND_I32,
	KIND_U64,
	KIND_U128,
	KIND_ARRAY,
	KIND_CONTAINER,
	KIND_END_MARKER,
	KIND_BOOL,
	KIND_FLOAT,
	KIND_END
};

/* How many bytes a value of each kind has at most, or exactly where that is said. */
static const struct {
	uint8_t most;
	bool exactly;
} sizes[KIND_END] = {
	[KIND_DOUBLE] = { 8, true }, [KIND_FLOAT] = { 4, true }, [KIND_U16] = { 2, false },
	[KIND_U32] = { 4, false },   [KIND_I32] = { 4, false },	 [KIND_U64] = { 8, false },
	[KIND_U128] = { 16, false },
};

struct section {
	const uint8_t *bytes;
	size_t len;
	uint8_t *good; /* a bit for each offset that was looked at as a target; NULL: no pointers */
	size_t steps;  /* values that may still be looked at: a file cannot keep us busy */
	const char *why; /* what is wrong; NULL nothing yet */
};

static void blame(struct section *s, const char *why)
{
	if (!s->why)
		s->why = why;
}

/* A value's kind and size, or what a pointer points at. */
struct head {
	enum kind kind;
	uint32_t size;
};

static uint32_t read_number(struct wire *w, uint32_t size)
{
	uint32_t n = 0;

	while (size--)
		n = n << 8 | wire_u8(w);
	return n;
}

static uint32_t read_target(struct wire *w, uint8_t first)
{
	static const uint32_t base[] = { 0, 1 << 11, (1 << 19) + (1 << 11) };
	uint32_t length = first >> 3 & 3;

	if (length == 3)
		return wire_be32(w);
	return (((uint32_t)first & 7) << 8 * (length + 1) | read_number(w, length + 1)) +
	       base[length];
}

static struct head read_head(struct section *s, struct wire *w)
{
	uint8_t first = wire_u8(w);
	struct head h = { first >> 5, first & 31 };

	if (h.kind == KIND_POINTER) {
		h.size = read_target(w, first);
		return h;
	}
	if (h.kind == KIND_EXTENDED) {
		h.kind = 7 + wire_u8(w);
		/* The smaller ones have a short form, which is the only one. */
		if (h.kind <= KIND_MAP || h.kind >= KIND_END)
			blame(s, "has a value of no known kind");
	}
	if (h.size == 29)
		h.size = 29 + read_number(w, 1);
	else if (h.size == 30)
		h.size = 285 + read_number(w, 2);
	else if (h.size == 31)
		h.size = 65821 + read_number(w, 3);
	if (w->bad)
		blame(s, "has a value that is cut short");
	return h;
}

static void check_value(struct section *s, struct wire *w, unsigned depth);

/* What a pointer, or a record of the tree, points at; it may not be a pointer again. */
static enum kind check_target(struct section *s, uint64_t offset, unsigned depth)
{
	struct wire w = wire_open(s->bytes, s->len);
	struct wire at;
	enum kind kind;

	if (!s->good || offset >= s->len) {
		blame(s, "points out of its data");
		return KIND_END;
	}
	wire_take(&w, offset);
	at = w;
	kind = read_head(s, &at).kind;
	if (kind == KIND_POINTER)
		blame(s, "points at a pointer");
	if (!s->why && !(s->good[offset / 8] & 1 << offset % 8)) {
		check_value(s, &w, depth);
		s->good[offset / 8] |= (uint8_t)(1 << offset % 8);
	}
	return kind;
}

/* Keys are text, or point at text. */
static void check_key(struct section *s, struct wire *w, unsigned depth)
{
	struct head h = read_head(s, w);

	if (h.kind == KIND_STRING)
		wire_take(w, h.size);
	if (h.kind != KIND_STRING &&
	    (h.kind != KIND_POINTER || check_target(s, h.size, depth) != KIND_STRING))
		blame(s, "has a key that is no text");
	if (w->bad)
		blame(s, "has a value that is cut short");
}

static void check_flat(struct section *s, struct wire *w, const struct head *h)
{
	if (h->kind == KIND_CONTAINER || h->kind == KIND_END_MARKER)
		blame(s, "has a value of no known kind");
	else if (h->kind == KIND_BOOL && h->size > 1)
		blame(s, "has a number of the wrong size");
	else if (sizes[h->kind].most &&
		 (h->size > sizes[h->kind].most ||
		  (sizes[h->kind].exactly && h->size != sizes[h->kind].most)))
		blame(s, "has a number of the wrong size");
	else if (h->kind != KIND_BOOL)
		wire_take(w, h->size);
	if (w->bad)
		blame(s, "has a value that is cut short");
}

/* Goes past the value that begins at the cursor, whatever is in it. */
static void check_value(struct section *s, struct wire *w, unsigned depth)
{
	struct head h = read_head(s, w);
	uint32_t i;

	if (depth > DEPTH_MAX)
		blame(s, "has values in values without end");
	if (!s->steps)
		blame(s, "has too much in it for its size");
	if (s->why)
		return;
	s->steps--;
	switch (h.kind) {
	case KIND_POINTER:
		check_target(s, h.size, depth + 1);
		break;
	case KIND_MAP:
		for (i = 0; i < h.size && !s->why; i++) {
			check_key(s, w, depth + 1);
			check_value(s, w, depth + 1);
		}
		break;
	case KIND_ARRAY:
		for (i = 0; i < h.size && !s->why; i++)
			check_value(s, w, depth + 1);
		break;
	default:
		check_flat(s, w, &h);
	}
}

/* Where the last mark of the metadata is, or NULL. */
static const uint8_t *find_mark(const uint8_t *bytes, size_t len)
{
	const size_t size = sizeof(MARK) - 1;
	size_t least = len > METADATA_MAX ? len - METADATA_MAX : 0, i;

	for (i = len >= size ? len - size + 1 : 0; i-- > least;)
		if (!memcmp(bytes + i, MARK, size))
			return bytes + i;
	return NULL;
}

static bool is_key(const uint8_t *name, size_t len, const char *key)
{
	return len == strlen(key) && !memcmp(name, key, len);
}

/* Reads a number of the metadata that we need when `key` is its name; the first one counts. */
static void note_number(struct mmcheck *out, const uint8_t *key, size_t len, struct wire w)
{
	static const struct {
		const char *name;
		size_t offset;
	} wanted[] = { { "node_count", offsetof(struct mmcheck, node_count) },
		       { "record_size", offsetof(struct mmcheck, record_size) },
		       { "ip_version", offsetof(struct mmcheck, ip_version) } };
	struct section nowhere = { 0 };
	struct head h = read_head(&nowhere, &w);
	uint64_t *number;
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		number = (uint64_t *)((char *)out + wanted[i].offset);
		if (len == strlen(wanted[i].name) && !memcmp(key, wanted[i].name, len) &&
		    !*number && (h.kind == KIND_U16 || h.kind == KIND_U32))
			*number = read_number(&w, h.size);
	}
}

/* A list of texts, or a map of texts to texts: the library leaks memory over others. */
static bool is_texts(struct wire w, enum kind kind)
{
	struct section nowhere = { 0 };
	struct head list = read_head(&nowhere, &w), h;
	uint32_t i, count = kind == KIND_MAP ? 2 * list.size : list.size;

	for (i = 0; list.kind == kind && i < count; i++) {
		h = read_head(&nowhere, &w);
		if (h.kind != KIND_STRING || !wire_take(&w, h.size))
			return false;
	}
	return list.kind == kind;
}

static const char *check_metadata(const uint8_t *bytes, size_t len, struct mmcheck *out)
{
	struct section s = { .bytes = bytes, .len = len, .steps = len };
	struct wire w = wire_open(bytes, len);
	struct head map = read_head(&s, &w), key;
	const uint8_t *name;
	uint32_t i;

	if (map.kind != KIND_MAP)
		return "has no metadata";
	for (i = 0; i < map.size && !s.why; i++) {
		key = read_head(&s, &w);
		name = key.kind == KIND_STRING ? wire_take(&w, key.size) : NULL;
		if (!name)
			return "has damaged metadata";
		if ((is_key(name, key.size, "languages") && !is_texts(w, KIND_ARRAY)) ||
		    (is_key(name, key.size, "description") && !is_texts(w, KIND_MAP)))
			return "has damaged metadata";
		note_number(out, name, key.size, w);
		check_value(&s, &w, 1);
	}
	return s.why ? "has damaged metadata" : NULL;
}

/* One record of the tree. */
static void check_record(struct section *data, uint64_t nodes, uint32_t record)
{
	if (record <= nodes)
		return; /* another node, or nothing */
	if (record < nodes + SEPARATOR)
		blame(data, "has a tree that points between its parts");
	else
		check_target(data, record - nodes - SEPARATOR, 1);
}

static void check_tree(struct wire *tree, const struct mmcheck *about, struct section *data)
{
	size_t size = about->record_size / 4;
	uint64_t i;

	for (i = 0; i < about->node_count && !data->why; i++) {
		const uint8_t *p = wire_take(tree, size);
		uint32_t left = wire_be32_at(p), right = wire_be32_at(p + size - 4);

		/* Of 28 bits the upper four are in the byte they share, the left's first. */
		if (about->record_size == 24) {
			left >>= 8;
			right &= 0xffffff;
		} else if (about->record_size == 28) {
			left = left >> 8 | ((uint32_t)p[3] & 0xf0) << 20;
			right &= 0xfffffff;
		}
		check_record(data, about->node_count, left);
		check_record(data, about->node_count, right);
	}
}

int mmcheck(const void *bytes, size_t len, struct mmcheck *out, const char **why)
{
	const uint8_t *mark = find_mark(bytes, len), *start = bytes;
	struct mmcheck about = { 0 };
	struct section data = { .why = mark ? NULL : "is no MaxMind DB file, or is cut short" };
	struct wire tree;
	size_t size;

	if (mark)
		data.why =
			check_metadata(mark + sizeof(MARK) - 1,
				       len - (size_t)(mark - start) - (sizeof(MARK) - 1), &about);
	if (!data.why &&
	    ((about.record_size != 24 && about.record_size != 28 && about.record_size != 32) ||
	     (about.ip_version != 4 && about.ip_version != 6) || !about.node_count))
		data.why = "has damaged metadata";
	size = about.node_count * (about.record_size / 4);
	if (!data.why && size + SEPARATOR > (size_t)(mark - start))
		data.why = "is cut short";
	if (!data.why) {
		data.bytes = start + size + SEPARATOR;
		data.len = (size_t)(mark - data.bytes);
		data.steps = 4 * data.len;
		data.good = calloc(data.len / 8 + 1, 1);
		if (!data.good)
			return -ENOMEM;
		tree = wire_open(start, size);
		check_tree(&tree, &about, &data);
		free(data.good);
	}
	*why = data.why;
	if (data.why)
		return ERR_SYNTAX;
	*out = about;
	return 0;
}
