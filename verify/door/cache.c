/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/door/cache.h"

#include <ctype.h>
#include <stdlib.h>

static bool starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* What is between `before` and the line's end, into a field that is empty yet. */
static void take_word(char *field, size_t size, const char *text, const char *before)
{
	const char *at = strstr(text, before);
	char word[64];
	size_t len;

	if (!at || field[0])
		return;
	at += strlen(before);
	len = strcspn(at, "\r\n ,");
	if (!len || len >= sizeof(word) || !isdigit((unsigned char)*at))
		return;
	memcpy(word, at, len);
	word[len] = 0;
	record_text_set(field, size, word);
}

static void open_redis(struct door_talk *t)
{
	door_say_text(t, "INFO keyspace\r\n");
}

/* RESP: a bulk string "$LENGTH" is the answer; "-NOAUTH", "-DENIED" and others are none. */
static enum door_step hear_redis(struct door_talk *t)
{
	char text[4096];
	const char *at;
	unsigned databases = 0;
	size_t whole;

	door_text(t, text, sizeof(text));
	if (!strchr(text, '\n'))
		return DOOR_WAIT;
	if (text[0] != '$')
		return DOOR_DONE;
	whole = strcspn(text, "\n") + strtoul(text + 1, NULL, 10) + 3;
	if (t->in_len < whole && t->in_len < sizeof(text) && !t->ended)
		return DOOR_WAIT;
	if (!strstr(text, "# Keyspace"))
		return DOOR_DONE;
	for (at = strstr(text, "\ndb"); at; at = strstr(at + 1, "\ndb"))
		databases++;
	door_fact(t, FACT_NOAUTH, "redis: commands are obeyed; databases in use: %u", databases);
	return DOOR_DONE;
}

const struct door cache_redis = { "redis", open_redis, hear_redis };

static void open_memcached(struct door_talk *t)
{
	door_say_text(t, "stats\r\n");
}

static enum door_step hear_memcached(struct door_talk *t)
{
	char text[4096], items[24] = "";

	door_text(t, text, sizeof(text));
	if (!starts(text, "STAT "))
		return strchr(text, '\n') ? DOOR_DONE : DOOR_WAIT;
	if (!strstr(text, "\nEND\r\n") && t->in_len < sizeof(text) && !t->ended)
		return DOOR_WAIT;
	take_word(t->probe->version, sizeof(t->probe->version), text, "STAT version ");
	take_word(items, sizeof(items), text, "STAT curr_items ");
	door_fact(t, FACT_NOAUTH, "memcached: commands are obeyed%s%s", items[0] ? "; items: " : "",
		  items);
	return DOOR_DONE;
}

const struct door cache_memcached = { "memcached", open_memcached, hear_memcached };

static void open_zookeeper(struct door_talk *t)
{
	door_say_text(t, "srvr");
}

static enum door_step hear_zookeeper(struct door_talk *t)
{
	char text[2048], nodes[24] = "";
	const char *at;

	door_text(t, text, sizeof(text));
	if (!starts(text, "Zookeeper version: "))
		return t->in_len > 32 ? DOOR_DONE : DOOR_WAIT;
	at = strstr(text, "Node count: ");
	if ((!at || !strchr(at, '\n')) && !t->ended)
		return DOOR_WAIT;
	take_word(t->probe->version, sizeof(t->probe->version), text, "Zookeeper version: ");
	t->probe->version[strcspn(t->probe->version, "-")] = 0;
	take_word(nodes, sizeof(nodes), text, "Node count: ");
	door_fact(t, FACT_NOAUTH, "zookeeper: tells its state (srvr)%s%s",
		  nodes[0] ? "; nodes: " : "", nodes);
	return DOOR_DONE;
}

const struct door cache_zookeeper = { "zookeeper", open_zookeeper, hear_zookeeper };
