/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/doubt.h"

#include "flowd/sensor/name/account.h"
#include "flowd/sensor/name/data.h"
#include "flowd/sensor/name/datagram.h"
#include "flowd/sensor/name/plant.h"
#include "flowd/sensor/name/remote.h"
#include "flowd/sensor/name/text.h"

#define PROOF 2 /* points that prove a protocol */

static const struct fit_table *const tables[] = { &text_table,	 &data_table,  &account_table,
						  &remote_table, &plant_table, &datagram_table };
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static enum fit ask(fit_fn fn, const struct words *words)
{
	return fn && words->len ? fn(words) : FIT_SHORT;
}

static unsigned points(enum fit fit)
{
	return fit == FIT_YES ? 2 : fit == FIT_MAY ? 1 : 0;
}

/*
 * How sure the words make us; 0: they contradict it. A server that can be nothing else is what it
 * is, whatever its client wanted of it.
 */
static inline unsigned weigh(const struct fit_row *row, const struct words *client,
			     const struct words *server, bool *denied)
{
	enum fit says = ask(row->says, server), asks, pair = FIT_SHORT;

	*denied = says == FIT_NO;
	if (*denied)
		return 0;
	asks = ask(row->asks, client);
	if (row->pair && client->len && server->len)
		pair = row->pair(client, server);
	*denied = pair == FIT_NO || (asks == FIT_NO && says != FIT_YES);
	/* A server that has said too little to fit leaves it a wish. */
	if (says == FIT_SHORT && pair != FIT_YES)
		return 0;
	return *denied ? 0 : points(says) + points(asks) + (pair == FIT_YES ? PROOF : 0);
}

static bool is_over(const struct fit_row *row, uint8_t proto)
{
	return !row->proto || row->proto == proto;
}

const struct fit_row *doubt_row_at(size_t i)
{
	size_t t;

	for (t = 0; t < TABLES; i -= tables[t++]->count)
		if (i < tables[t]->count)
			return &tables[t]->rows[i];
	return NULL;
}

const struct fit_row *doubt_wish(uint8_t proto, const struct words *client)
{
	const struct fit_row *row;
	size_t i;

	for (i = 0; client->len && (row = doubt_row_at(i)); i++)
		if (is_over(row, proto) && ask(row->asks, client) == FIT_YES)
			return row;
	return NULL;
}

bool doubt_is_wrong(const char *name, uint8_t proto, const struct words *client,
		    const struct words *server)
{
	const struct fit_row *row;
	bool denied = false;
	size_t i;

	for (i = 0; !denied && (row = doubt_row_at(i)); i++)
		if (row->flags & FIT_STRICT && is_over(row, proto) && !strcmp(row->name, name))
			weigh(row, client, server, &denied);
	return denied;
}

bool doubt_is_carrier(const char *name)
{
	const struct fit_row *row;
	size_t i;

	for (i = 0; (row = doubt_row_at(i)); i++)
		if (row->flags & FIT_CARRIER && !strcmp(row->name, name))
			return true;
	return false;
}

const struct fit_row *doubt_proof(uint8_t proto, const struct words *client,
				  const struct words *server)
{
	const struct fit_row *row, *end, *best = NULL;
	unsigned most = PROOF - 1, got;
	bool denied;
	size_t t;

	for (t = 0; server->len && t < TABLES; t++) {
		for (row = tables[t]->rows, end = row + tables[t]->count; row < end; row++) {
			got = is_over(row, proto) ? weigh(row, client, server, &denied) : 0;
			if (got > most) {
				most = got;
				best = row;
			}
		}
	}
	return best;
}
