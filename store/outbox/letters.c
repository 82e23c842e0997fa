/* SPDX-License-Identifier: Apache-2.0 */
#include "store/outbox/letters.h"

#include "base/err.h"
#include "store/inside.h"
#include "store/key.h"

_Static_assert(sizeof(struct store_letter) == 176, "layout");
_Static_assert(sizeof(struct store_sink) == 232, "layout");
_Static_assert(sizeof(struct store_dead) == 168, "layout");

uint64_t letters_store(const struct store *s)
{
	static const char word[] = "outbox";

	/* The key is a secret: what is told is a hash with it. */
	return hash_bytes(&s->peer_key, word, sizeof(word));
}

static void put(struct store *s, struct store_letter *row, const char *sinks)
{
	uint8_t key[KEY_NUMBER];

	record_text_set(row->sinks, sizeof(row->sinks), sinks);
	key_number(row->number, key);
	rocks_put(s->rocks, ROCKS_LETTERS, KEY(key), row, sizeof(*row));
}

void letters_put(struct store *s, const struct alert *alert, const char *sinks)
{
	struct store_letter row = { .number = alert->number,
				    .time_us = alert->time_us,
				    .level = alert->level };

	put(s, &row, sinks);
}

void letters_put_growth(struct store *s, const struct alert *alert, const char *sinks,
			const struct outbox_growth *growth)
{
	struct store_letter row = { .number = ++s->numbers.alert,
				    .time_us = alert->time_us,
				    .level = alert->level,
				    .growth = *growth };

	put(s, &row, sinks);
}

void letters_delete(struct store *s, uint64_t number)
{
	uint8_t key[KEY_NUMBER];

	key_number(number, key);
	rocks_delete(s->rocks, ROCKS_LETTERS, KEY(key));
}

int letters_alert(struct store *s, const struct store_letter *letter, struct alert *out)
{
	uint8_t key[KEY_NUMBERED];

	key_numbered(letter->time_us, letter->growth.alert ? letter->growth.alert : letter->number,
		     key);
	return rocks_get(s->rocks, ROCKS_ALERTS, KEY(key), out, sizeof(*out));
}

ROW_CALLER(letter, store_letter, letters_fn)
ROW_CALLER(sink, store_sink, letters_sink_fn)
ROW_CALLER(dead, store_dead, letters_dead_fn)

int letters_walk(struct store *s, uint64_t from, letters_fn fn, void *arg)
{
	const struct row_walk w = {
		.table = ROCKS_LETTERS,
		.row_size = sizeof(struct store_letter),
		.call = call_letter,
		.fn = &fn,
		.arg = arg,
	};
	uint8_t key[KEY_NUMBER];

	key_number(from, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_LETTERS, KEY(key)));
}

static void key_sink(const char *name, uint8_t key[KEY_RECEIVER])
{
	record_text_set((char *)key, KEY_RECEIVER, name);
}

int letters_get_sink(struct store *s, const char *name, struct store_sink *out)
{
	uint8_t key[KEY_RECEIVER];

	key_sink(name, key);
	return rocks_get(s->rocks, ROCKS_SINKS, KEY(key), out, sizeof(*out));
}

void letters_put_sink(struct store *s, const struct store_sink *row)
{
	uint8_t key[KEY_RECEIVER];

	key_sink(row->name, key);
	rocks_put(s->rocks, ROCKS_SINKS, KEY(key), row, sizeof(*row));
}

void letters_delete_sink(struct store *s, const char *name)
{
	uint8_t key[KEY_RECEIVER];

	key_sink(name, key);
	rocks_delete(s->rocks, ROCKS_SINKS, KEY(key));
}

int letters_walk_sinks(struct store *s, letters_sink_fn fn, void *arg)
{
	const struct row_walk w = {
		.row_size = sizeof(struct store_sink), .call = call_sink, .fn = &fn, .arg = arg
	};
	uint8_t key[KEY_RECEIVER] = { 0 };

	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_SINKS, KEY(key)));
}

int letters_get_dead(struct store *s, const char *sink, uint64_t number, struct store_dead *out)
{
	uint8_t key[KEY_OUTBOX];

	key_outbox(sink, number, key);
	return rocks_get(s->rocks, ROCKS_DEAD, KEY(key), out, sizeof(*out));
}

void letters_put_dead(struct store *s, const char *sink, const struct store_dead *row)
{
	uint8_t key[KEY_OUTBOX];

	key_outbox(sink, row->number, key);
	rocks_put(s->rocks, ROCKS_DEAD, KEY(key), row, sizeof(*row));
}

void letters_delete_dead(struct store *s, const char *sink, uint64_t number)
{
	uint8_t key[KEY_OUTBOX];

	key_outbox(sink, number, key);
	rocks_delete(s->rocks, ROCKS_DEAD, KEY(key));
}

int letters_walk_dead(struct store *s, const char *sink, letters_dead_fn fn, void *arg)
{
	uint8_t key[KEY_OUTBOX];
	const struct row_walk w = { .table = ROCKS_DEAD,
				    .row_size = sizeof(struct store_dead),
				    .prefix = key,
				    .prefix_len = KEY_RECEIVER,
				    .call = call_dead,
				    .fn = &fn,
				    .arg = arg };

	key_outbox(sink, 0, key);
	return row_walk(&w, rocks_cursor_new(s->rocks, ROCKS_DEAD, KEY(key)));
}
