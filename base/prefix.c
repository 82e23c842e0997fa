/* SPDX-License-Identifier: Apache-2.0 */
#include "base/prefix.h"

#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct addr lowest, highest = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/* The next address; wraps from the highest to the lowest. */
static struct addr up(struct addr a)
{
	int i = 16;

	while (i-- > 0 && !++a.b[i])
		;
	return a;
}

static struct addr down(struct addr a)
{
	int i = 16;

	while (i-- > 0 && a.b[i]-- == 0)
		;
	return a;
}

/* The range of the first `bits` bits of `a`. */
static struct prefix_range range_of(const struct addr *a, unsigned bits)
{
	struct prefix_range r = { *a, *a };
	unsigned i;

	for (i = 0; i < 16; i++) {
		unsigned kept = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : bits - 8 * i;
		uint8_t host = (uint8_t)(0xff >> kept);

		r.low.b[i] &= (uint8_t)~host;
		r.high.b[i] |= host;
	}
	return r;
}

int prefix_parse(const char *text, size_t len, struct prefix_range *out)
{
	const char *slash = memchr(text, '/', len);
	size_t i, addr_len = slash ? (size_t)(slash - text) : len;
	unsigned bits = 0;
	struct addr a;
	bool v4;

	if (addr_parse(text, addr_len, &a))
		return ERR_SYNTAX;
	v4 = !memchr(text, ':', addr_len);
	if (!slash) {
		*out = range_of(&a, 128);
		return 0;
	}
	if (addr_len + 1 == len || len - addr_len > 4)
		return ERR_SYNTAX;
	for (i = addr_len + 1; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_SYNTAX;
		bits = bits * 10 + (unsigned)(text[i] - '0');
	}
	if (bits > (v4 ? 32 : 128))
		return ERR_RANGE;
	*out = range_of(&a, v4 ? bits + 96 : bits);
	return 0;
}

int prefix_set_add(struct prefix_set *set, const struct prefix_range *range)
{
	struct prefix_range new = *range, *grown;
	size_t i, from = 0, to;

	/* Sorted lists come one behind the other. */
	if (set->count && addr_order(&set->ranges[set->count - 1].high, &new.low) < 0)
		from = set->count - 1;
	for (; from < set->count; from++) {
		struct addr after = up(set->ranges[from].high);

		if (addr_order(&after, &new.low) >= 0 || addr_is_same(&after, &lowest))
			break;
	}
	for (to = from; to < set->count; to++) {
		struct addr after = up(new.high);

		if (addr_order(&set->ranges[to].low, &after) > 0 && !addr_is_same(&after, &lowest))
			break;
		if (addr_order(&set->ranges[to].low, &new.low) < 0)
			new.low = set->ranges[to].low;
		if (addr_order(&set->ranges[to].high, &new.high) > 0)
			new.high = set->ranges[to].high;
	}
	if (from == to) {
		grown = realloc(set->ranges, (set->count + 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		set->ranges = grown;
		memmove(grown + from + 1, grown + from, (set->count - from) * sizeof(*grown));
		set->count++;
	} else {
		for (i = to; i < set->count; i++)
			set->ranges[from + 1 + i - to] = set->ranges[i];
		set->count -= to - from - 1;
	}
	set->ranges[from] = new;
	return 0;
}

/* Adds all words of `text` to `set`, which may be left half filled on failure. */
static int parse_words(struct prefix_set *set, const char *text, size_t *bad)
{
	static const char separators[] = ", \t\n";
	const struct prefix_range any = { lowest, highest };
	struct prefix_range range;
	const char *p = text;
	size_t len;
	int rc;

	for (;;) {
		p += strspn(p, separators);
		len = strcspn(p, separators);
		if (!len)
			return 0;
		if (bad)
			*bad = (size_t)(p - text);
		if (len == 3 && !memcmp(p, "any", 3))
			range = any;
		else if ((rc = prefix_parse(p, len, &range)))
			return rc;
		if ((rc = prefix_set_add(set, &range)))
			return rc;
		p += len;
	}
}

int prefix_set_parse(struct prefix_set *set, const char *text, size_t *bad)
{
	struct prefix_set new = { NULL, 0 };
	size_t i;
	int rc = parse_words(&new, text, bad);

	for (i = 0; !rc && i < set->count; i++)
		rc = prefix_set_add(&new, &set->ranges[i]);
	if (rc) {
		prefix_set_clear(&new);
		return rc;
	}
	prefix_set_clear(set);
	*set = new;
	return 0;
}

/* Adds to `out` what is left of `r` without the ranges of `other`. */
static int add_rest(struct prefix_set *out, struct prefix_range r, const struct prefix_set *other)
{
	struct prefix_range piece;
	size_t i;
	int rc;

	for (i = 0; i < other->count; i++) {
		const struct prefix_range *cut = &other->ranges[i];

		if (addr_order(&cut->high, &r.low) < 0 || addr_order(&cut->low, &r.high) > 0)
			continue;
		if (addr_order(&cut->low, &r.low) > 0) {
			piece = (struct prefix_range){ r.low, down(cut->low) };
			if ((rc = prefix_set_add(out, &piece)))
				return rc;
		}
		if (addr_order(&cut->high, &r.high) >= 0)
			return 0;
		r.low = up(cut->high);
	}
	return prefix_set_add(out, &r);
}

int prefix_set_subtract(struct prefix_set *set, const struct prefix_set *other)
{
	struct prefix_set out = { NULL, 0 };
	size_t i;
	int rc;

	for (i = 0; i < set->count; i++) {
		if ((rc = add_rest(&out, set->ranges[i], other))) {
			prefix_set_clear(&out);
			return rc;
		}
	}
	prefix_set_clear(set);
	*set = out;
	return 0;
}

bool prefix_set_has(const struct prefix_set *set, const struct addr *a)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (addr_order(a, &set->ranges[mid].low) < 0)
			high = mid;
		else if (addr_order(a, &set->ranges[mid].high) > 0)
			low = mid + 1;
		else
			return true;
	}
	return false;
}

void prefix_octets_open(struct prefix_octets *octets, const struct prefix_set *set)
{
	struct prefix_range all;
	struct addr first;
	unsigned octet;
	size_t i;

	octets->set = set;
	for (octet = 0; octet < 256; octet++) {
		first = addr_v4((const uint8_t[4]){ (uint8_t)octet });
		all = range_of(&first, 96 + 8);
		octets->tells[octet] = 0;
		for (i = 0; i < set->count; i++) {
			const struct prefix_range *r = &set->ranges[i];

			if (addr_order(&r->high, &all.low) < 0 ||
			    addr_order(&r->low, &all.high) > 0)
				continue;
			octets->tells[octet] = addr_order(&r->low, &all.low) <= 0 &&
							       addr_order(&r->high, &all.high) >= 0
						       ? 1
						       : 2;
		}
	}
}

bool prefix_set_is_any(const struct prefix_set *set)
{
	return set->count == 1 && addr_is_same(&set->ranges[0].low, &lowest) &&
	       addr_is_same(&set->ranges[0].high, &highest);
}

/* The shortest prefix that starts at `low` and does not pass `high`. */
static struct prefix_range next_prefix(const struct prefix_range *r, unsigned *bits)
{
	struct prefix_range best = { r->low, r->low }, wider;

	for (*bits = 128; *bits > 0; --*bits) {
		wider = range_of(&r->low, *bits - 1);
		if (!addr_is_same(&wider.low, &r->low) || addr_order(&wider.high, &r->high) > 0)
			break;
		best = wider;
	}
	return best;
}

char *prefix_set_text(const struct prefix_set *set)
{
	char *text = NULL, address[ADDR_TEXT_MAX];
	size_t i, len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (prefix_set_is_any(set))
		fputs("any", out);
	for (i = 0; i < set->count && !prefix_set_is_any(set); i++) {
		struct prefix_range rest = set->ranges[i], piece;

		for (;;) {
			unsigned bits;
			bool v4;

			piece = next_prefix(&rest, &bits);
			v4 = addr_is_v4(&piece.low) && bits >= 96;
			fprintf(out, "%s%s", ftell(out) ? "," : "", addr_text(&piece.low, address));
			if (bits < 128)
				fprintf(out, "/%u", v4 ? bits - 96 : bits);
			if (addr_is_same(&piece.high, &rest.high))
				break;
			rest.low = up(piece.high);
		}
	}
	return fclose(out) ? (free(text), NULL) : text;
}

void prefix_set_clear(struct prefix_set *set)
{
	free(set->ranges);
	set->ranges = NULL;
	set->count = 0;
}
