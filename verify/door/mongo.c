/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/mongo.h"

#include <stdio.h>

#define OP_MSG 2013
#define HEAD 16
#define DEPTH_MOST 8

enum bson { BSON_DOUBLE = 1, BSON_STRING = 2, BSON_DOCUMENT = 3, BSON_ARRAY = 4, BSON_INT32 = 16 };

/* What is looked for in an answer. */
struct answer {
	bool has_ok, ok;
	char version[32];
	char names[160]; /* of databases, separated by ", " */
	bool has_databases;
};

static uint32_t le32(struct wire *w)
{
	return wire_swap32(wire_be32(w));
}

static void put_le32(uint8_t *p, uint32_t v)
{
	wire_put_be32(p, wire_swap32(v));
}

/* { name: 1, $db: "admin" }, with { nameOnly: true } where it matters. */
static void ask(struct door_talk *t, const char *name, bool name_only, uint32_t id)
{
	static const char db[] = "\x02$db\0\x06\0\0\0admin";
	uint8_t message[128] = { 0 };
	uint8_t *p = message + HEAD + 5 + 4;

	put_le32(message + 4, id);
	put_le32(message + 12, OP_MSG);
	*p++ = BSON_INT32;
	p = (uint8_t *)stpcpy((char *)p, name) + 1;
	put_le32(p, 1);
	p += 4;
	if (name_only) {
		memcpy(p, "\x08nameOnly\0\x01", 11);
		p += 11;
	}
	memcpy(p, db, sizeof(db));
	p += sizeof(db);
	*p++ = 0;
	put_le32(message + HEAD + 5, (uint32_t)(p - (message + HEAD + 5)));
	put_le32(message, (uint32_t)(p - message));
	door_say(t, message, (size_t)(p - message));
}

/* A key: NUL-terminated bytes within the document. */
static const char *take_key(struct wire *w)
{
	const uint8_t *end = wire_left(w) ? memchr(w->at, 0, wire_left(w)) : NULL;

	if (!end) {
		w->bad = true;
		return "";
	}
	return (const char *)wire_take(w, (size_t)(end - w->at) + 1);
}

static size_t size_of(uint8_t type, const struct wire *w)
{
	struct wire peek = *w;

	switch (type) {
	case BSON_DOUBLE:
	case 9:	 /* date */
	case 17: /* timestamp */
	case 18: /* int64 */
		return 8;
	case BSON_INT32:
		return 4;
	case BSON_STRING:
		return 4 + (size_t)le32(&peek);
	case BSON_DOCUMENT:
	case BSON_ARRAY:
		return le32(&peek);
	case 5: /* binary */
		return 5 + (size_t)le32(&peek);
	case 7: /* object id */
		return 12;
	case 8: /* bool */
		return 1;
	case 10: /* null */
		return 0;
	default:
		return SIZE_MAX;
	}
}

static void add_name(struct answer *a, const char *name)
{
	size_t at = strlen(a->names);

	if (at + strlen(name) + 3 < sizeof(a->names))
		snprintf(a->names + at, sizeof(a->names) - at, "%s%s", at ? ", " : "", name);
}

static void take_value(struct answer *a, const char *key, uint8_t type, struct wire value)
{
	char text[64] = "";
	uint32_t len;

	if (type == BSON_STRING) {
		len = le32(&value);
		wire_limit(&value, len);
		memcpy(text, value.at,
		       wire_left(&value) < sizeof(text) ? wire_left(&value) : sizeof(text) - 1);
	}
	if (!strcmp(key, "ok")) {
		a->has_ok = true;
		/* 1.0 as a double, or the integer. */
		a->ok = (type == BSON_DOUBLE && wire_left(&value) == 8 && value.at[6] == 0xf0) ||
			(type == BSON_INT32 && le32(&value) == 1);
	} else if (!strcmp(key, "version") && !a->version[0]) {
		record_text_set(a->version, sizeof(a->version), text);
	} else if (!strcmp(key, "name") && a->has_databases) {
		add_name(a, text);
	} else if (!strcmp(key, "databases")) {
		a->has_databases = true;
	}
}

/* Reads a document and those inside it. */
static void read_document(struct wire *w, struct answer *a, int depth)
{
	uint32_t len = le32(w);
	struct wire value;
	const char *key;
	uint8_t type;
	size_t size;

	if (len < 5)
		return;
	wire_limit(w, len - 4);
	while (!w->bad && (type = wire_u8(w))) {
		key = take_key(w);
		size = w->bad ? SIZE_MAX : size_of(type, w);
		if (size > wire_left(w))
			return;
		value = wire_open(w->at, size);
		wire_take(w, size);
		take_value(a, key, type, value);
		if ((type == BSON_DOCUMENT || type == BSON_ARRAY) && depth < DEPTH_MOST)
			read_document(&value, a, depth + 1);
	}
}

/* A whole answer: 1; 0 more must come; -1 it is none. */
static int take_answer(struct door_talk *t, struct answer *a)
{
	struct wire w = door_in(t);
	uint32_t len = le32(&w), op;

	if (w.bad)
		return 0;
	if (len < HEAD + 5 || len > sizeof(t->in))
		return -1;
	if (t->in_len < len)
		return 0;
	wire_limit(&w, len - 4);
	wire_take(&w, 8);
	op = le32(&w);
	le32(&w);
	if (op != OP_MSG || wire_u8(&w))
		return -1;
	read_document(&w, a, 0);
	door_eat(t, len);
	return w.bad || !a->has_ok ? -1 : 1;
}

static void open_mongo(struct door_talk *t)
{
	ask(t, "buildInfo", false, 1);
}

static enum door_step hear_mongo(struct door_talk *t)
{
	struct answer a = { .ok = false };
	int rc = take_answer(t, &a);

	if (rc <= 0)
		return rc ? DOOR_DONE : DOOR_WAIT;
	if (!t->stage++) {
		if (!t->probe->version[0] && a.ok)
			record_text_set(t->probe->version, sizeof(t->probe->version), a.version);
		ask(t, "listDatabases", true, 2);
		return DOOR_WAIT;
	}
	if (a.ok && a.has_databases)
		door_fact(t, FACT_NOAUTH, "mongodb: databases: %s", a.names);
	return DOOR_DONE;
}

const struct door mongo_door = { "mongodb", open_mongo, hear_mongo };
