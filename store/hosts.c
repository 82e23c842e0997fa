/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hosts.h"

#include "store/inside.h"
#include "store/key.h"

_Static_assert(sizeof(struct store_host) == 304, "layout");

bool store_host_has(const struct store_host *row, uint32_t print)
{
	uint8_t i, count = row->print_count;

	for (i = 0; i < count && i < STORE_HOST_PRINTS; i++)
		if (row->prints[i] == print)
			return true;
	return false;
}

/* As a service's, whose port is 0. */
static void key_host(const struct service *service, uint8_t *out)
{
	const struct service host = { .host = service->host,
				      .zone = service->zone,
				      .proto = service->proto };

	key_service(&host, out);
}

static struct service service_of(const struct store_host *row)
{
	return (struct service){ .host = row->host, .zone = row->zone, .proto = row->proto };
}

int store_get_host(struct store *s, const struct service *service, struct store_host *out)
{
	uint8_t key[KEY_SERVICE];

	key_host(service, key);
	return rocks_get(s->rocks, ROCKS_HOSTS, KEY(key), out, sizeof(*out));
}

void store_put_host(struct store *s, const struct store_host *row)
{
	const struct service service = service_of(row);
	uint8_t key[KEY_SERVICE];

	key_host(&service, key);
	rocks_put(s->rocks, ROCKS_HOSTS, KEY(key), row, sizeof(*row));
}

ROW_CALLER(host, store_host, store_host_fn)

int store_walk_hosts(struct store *s, const struct service *from, store_host_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct store_host), .call = call_host, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_SERVICE] = { 0 };

	if (from)
		key_service(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_HOSTS, KEY(key)));
}

struct expiring {
	struct store *store;
	wall_t cut;
};

static int expire_host(void *arg, const struct store_host *row)
{
	const struct expiring *e = arg;
	const struct service service = service_of(row);
	uint8_t key[KEY_SERVICE];

	if (row->last_us >= e->cut)
		return 0;
	key_host(&service, key);
	rocks_delete(e->store->rocks, ROCKS_HOSTS, KEY(key));
	return 0;
}

int store_expire_hosts(struct store *s, wall_t cut)
{
	struct expiring e = { s, cut };
	int rc = store_commit(s, false);

	if (!rc)
		rc = store_walk_hosts(s, NULL, expire_host, &e);
	return rc ? rc : store_commit(s, false);
}
