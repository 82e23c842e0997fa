/* SPDX-License-Identifier: Apache-2.0 */
#include "store/assets/assets.h"

#include "base/wire.h"
#include "store/inside.h"
#include "store/key.h"

#include <stdio.h>

#define KEY_ASSET 21  /* network, bits, port, protocol, source */
#define KEY_MAPPED 20 /* address outside, port outside, protocol, zero */

_Static_assert(sizeof(struct asset) == 304, "layout");
_Static_assert(sizeof(struct asset_state) == 264, "layout");

/* Which lengths there are, by source, so that nothing is asked for in vain; lengths stay. */
struct used {
	uint64_t count;
	uint8_t sources[129], ports[129]; /* bits by source; of rows with a port */
	uint8_t pad[6];
};

static const char used_name[] = "assets";

static int get_used(struct store *s, struct used *out)
{
	memset(out, 0, sizeof(*out));
	return rocks_get(s->rocks, ROCKS_META, KEY(used_name), out, sizeof(*out));
}

static void key_asset(const struct asset *a, uint8_t *out)
{
	memcpy(out, a->network.b, 16);
	out[16] = a->bits;
	wire_put_be16(out + 17, a->port);
	out[19] = a->proto;
	out[20] = a->source;
}

static void cut(struct addr *a, int bits)
{
	int i;

	for (i = bits / 8 + (bits % 8 != 0); i < 16; i++)
		a->b[i] = 0;
	if (bits % 8)
		a->b[bits / 8] &= (uint8_t)(0xff << (8 - bits % 8));
}

/* ---- finding ---- */

static void fill(char *out, const char *text, size_t size)
{
	if (!*out)
		memcpy(out, text, size);
}

static void add(struct asset *sum, const struct asset *row)
{
	fill(sum->name, row->name, sizeof(sum->name));
	fill(sum->owner, row->owner, sizeof(sum->owner));
	fill(sum->zone, row->zone, sizeof(sum->zone));
	fill(sum->tags, row->tags, sizeof(sum->tags));
	sum->noprobe |= row->noprobe;
	if (asset_is_mapped(row) && !asset_is_mapped(sum)) {
		sum->outside = row->outside;
		sum->outside_port = row->outside_port;
	}
	if (!sum->source) {
		sum->network = row->network;
		sum->bits = row->bits;
		sum->port = row->port;
		sum->proto = row->proto;
		sum->source = row->source;
		sum->changed_us = row->changed_us;
	}
}

/* The rows of one network, those of people first. */
static int add_rows(struct store *s, struct asset *key, unsigned sources, struct asset *sum)
{
	struct asset row;
	uint8_t bytes[KEY_ASSET];
	int source, rc;

	for (source = ASSET_END - 1; source > ASSET_NONE; source--) {
		if (!(sources >> source & 1))
			continue;
		key->source = (uint8_t)source;
		key_asset(key, bytes);
		rc = rocks_get(s->rocks, ROCKS_ASSETS, KEY(bytes), &row, sizeof(row));
		if (rc < 0)
			return rc;
		if (rc)
			add(sum, &row);
	}
	return 0;
}

static int add_place(struct store *s, const struct used *used, const struct service *service,
		     struct asset *sum)
{
	struct asset key = { .network = service->host };
	int bits, rc = 0;

	if (used->ports[128] && service->port) {
		key.bits = 128;
		key.port = service->port;
		key.proto = service->proto;
		rc = add_rows(s, &key, used->ports[128], sum);
		key.proto = PROTO_NONE;
		if (rc >= 0)
			rc = add_rows(s, &key, used->ports[128], sum);
		key.port = 0;
	}
	for (bits = 128; bits >= 0 && rc >= 0; bits--) {
		if (!used->sources[bits])
			continue;
		cut(&key.network, bits);
		key.bits = (uint8_t)bits;
		rc = add_rows(s, &key, used->sources[bits], sum);
	}
	return rc;
}

int store_find_asset(struct store *s, const struct service *service, struct asset *out)
{
	struct asset sum = { .source = ASSET_NONE };
	struct service inside;
	struct used used;
	int rc = get_used(s, &used);

	if (rc <= 0)
		return rc;
	rc = used.count ? store_find_inside(s, service, &inside) : 0;
	if (rc > 0 && (rc = add_place(s, &used, &inside, &sum)) >= 0) {
		/* It is the address outside. */
		memset(&sum.outside, 0, sizeof(sum.outside));
		sum.outside_port = 0;
	}
	if (rc >= 0)
		rc = add_place(s, &used, service, &sum);
	if (rc < 0)
		return rc;
	*out = sum;
	return sum.source != ASSET_NONE;
}

/* ---- by what is outside ---- */

static bool key_mapped(const struct asset *a, uint8_t *out)
{
	memset(out, 0, KEY_MAPPED);
	memcpy(out, a->outside.b, 16);
	wire_put_be16(out + 16, a->outside_port ? a->outside_port : a->port);
	out[18] = a->proto;
	return asset_is_mapped(a);
}

int store_find_inside(struct store *s, const struct service *outside, struct service *out)
{
	struct asset key = { .outside = outside->host,
			     .outside_port = outside->port,
			     .proto = outside->proto };
	struct asset row;
	uint8_t bytes[KEY_MAPPED];
	int i, rc = 0;

	/* Of the port and its protocol, of the port, of the host. */
	for (i = 0; i < 3 && !rc; i++) {
		if (i)
			key.proto = PROTO_NONE;
		if (i == 2)
			key.outside_port = 0;
		key_mapped(&key, bytes);
		rc = rocks_get(s->rocks, ROCKS_MAPPED, KEY(bytes), &row, sizeof(row));
	}
	if (rc <= 0)
		return rc;
	*out = *outside;
	out->host = row.network;
	out->port = row.port ? row.port : outside->port;
	return 1;
}

/* ---- rows ---- */

int store_put_asset(struct store *s, const struct asset *row)
{
	uint8_t key[KEY_ASSET], mapped[KEY_MAPPED];
	struct used used;
	int rc = store_delete_asset(s, row);

	if (rc < 0 || (rc = get_used(s, &used)) < 0)
		return rc;
	(row->port ? used.ports : used.sources)[row->bits] |= (uint8_t)(1 << row->source);
	used.count++;
	rocks_put(s->rocks, ROCKS_META, KEY(used_name), &used, sizeof(used));
	key_asset(row, key);
	rocks_put(s->rocks, ROCKS_ASSETS, KEY(key), row, sizeof(*row));
	if (key_mapped(row, mapped))
		rocks_put(s->rocks, ROCKS_MAPPED, KEY(mapped), row, sizeof(*row));
	return 0;
}

int store_delete_asset(struct store *s, const struct asset *row)
{
	uint8_t key[KEY_ASSET], mapped[KEY_MAPPED];
	struct asset before, other;
	struct used used;
	int rc;

	key_asset(row, key);
	rc = rocks_get(s->rocks, ROCKS_ASSETS, KEY(key), &before, sizeof(before));
	if (rc <= 0)
		return rc;
	rocks_delete(s->rocks, ROCKS_ASSETS, KEY(key));
	/* The place outside may be another row's by now. */
	if (key_mapped(&before, mapped) &&
	    rocks_get(s->rocks, ROCKS_MAPPED, KEY(mapped), &other, sizeof(other)) > 0 &&
	    store_is_same_asset(&before, &other))
		rocks_delete(s->rocks, ROCKS_MAPPED, KEY(mapped));
	rc = get_used(s, &used);
	if (rc > 0 && used.count)
		used.count--;
	if (rc > 0)
		rocks_put(s->rocks, ROCKS_META, KEY(used_name), &used, sizeof(used));
	return rc < 0 ? rc : 1;
}

uint64_t store_count_assets(struct store *s)
{
	struct used used;

	get_used(s, &used);
	return used.count;
}

bool store_is_same_asset(const struct asset *a, const struct asset *b)
{
	return addr_is_same(&a->network, &b->network) && a->bits == b->bits && a->port == b->port &&
	       a->proto == b->proto && a->source == b->source;
}

ROW_CALLER(asset, asset, store_asset_fn)

int store_walk_assets(struct store *s, const struct asset *from, store_asset_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct asset), .call = call_asset, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_ASSET] = { 0 };

	if (from)
		key_asset(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_ASSETS, KEY(key)));
}

/* ---- sources ---- */

static struct rocks_key state_key(enum asset_source source, char name[24])
{
	int len = snprintf(name, 24, "assets.%s", record_source_text(source));

	return (struct rocks_key){ name, (size_t)len };
}

int store_get_asset_state(struct store *s, enum asset_source source, struct asset_state *out)
{
	char name[24];

	return rocks_get(s->rocks, ROCKS_META, state_key(source, name), out, sizeof(*out));
}

void store_put_asset_state(struct store *s, const struct asset_state *state)
{
	char name[24];

	rocks_put(s->rocks, ROCKS_META, state_key((enum asset_source)state->source, name), state,
		  sizeof(*state));
}
