/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of UDP dialogs: who spoke first with whom, in bounded memory. Beside it a memory of
 * fixed size of what was asked of whom, for answers that come from another port or to a group's
 * question.
 */
#ifndef FLOWD_SENSOR_DIALOG_H
#define FLOWD_SENSOR_DIALOG_H

#include "base/hash.h"
#include "flowd/sensor/decode/decode.h"
#include "flowd/sensor/ends.h"

struct classify_flow;
struct known_entry;

enum {
	DIALOG_ANSWERED = 1, /* the server has answered */
	DIALOG_ASKED = 2,    /* the client's payload says by itself that it asks */
	DIALOG_MUTUAL = 4,   /* both sides ask */
	DIALOG_TELLS = 64,   /* it may announce where media are listened for */
	DIALOG_MIDTALK = 16, /* who spoke first before we listened is not known */
	DIALOG_ASIDE = 8,    /* belongs to another dialog: nobody here is a service */
};

struct dialog {
	struct addr client, server; /* as far as is known: who spoke first is the client */
	uint16_t client_port, server_port;
	uint8_t flags;
	bool used;		    /* false: the row is new */
	uint8_t payloads;	    /* looked at for a name, or for what they say of direction */
	uint32_t asked;		    /* payload bytes of the client before the first answer */
	uint32_t place;		    /* the table's */
	uint32_t print;		    /* of the latest packet */
	uint32_t question;	    /* of question_put: the client's first packet; 0 none */
	wall_t time_us;		    /* of the latest packet */
	struct known_entry *entry;  /* NULL: not answered, not our business, or no room for it */
	struct classify_flow *look; /* NULL: not being looked at */
};

/* Idle for so long, a dialog is over: the next packet between the same ends begins another. */
#define DIALOG_STALE (300 * MONO_SECOND)

struct dialog_table;

/* Room for `limit` dialogs at least. NULL when memory is short. */
struct dialog_table *dialog_table_new(size_t limit, const struct hash_key *key);
void dialog_table_free(struct dialog_table *table);

/* Does the packet come from the server's side? */
bool dialog_is_from_server(const struct dialog *d, const struct packet *p);

/* The dialog of a packet as a number, the same for both directions, as conn_hash. */
uint64_t dialog_hash(const struct dialog_table *table, const struct packet *p);

/* As of connections. */
void dialog_fetch(const struct dialog_table *table, uint64_t hash);
void dialog_fetch_rest(const struct dialog_table *table, uint64_t hash);

/* The dialog of a packet of either direction, or NULL; valid until the next dialog_place. */
struct dialog *dialog_find(struct dialog_table *table, const struct packet *p, uint64_t hash);

/*
 * Is it the packet before once more, from a mirror that copies twice? A copy is no further word,
 * and is not weighed. A sender without IP identification may soon say the same again. Called before
 * dialog_touch; remembers the packet.
 */
bool dialog_is_copy(struct dialog *d, const struct packet *p);

/* A packet of it was met; to be called again when its flags have changed. */
void dialog_touch(struct dialog_table *table, struct dialog *d, wall_t time);

/*
 * A place for the dialog of a packet: a free one, else the one idle longest, unanswered ones first.
 * What stands there is the caller's to end (`used`); then dialog_make makes it
 * the new one.
 */
struct dialog *dialog_place(struct dialog_table *table, uint64_t hash);
void dialog_make(struct dialog_table *table, struct dialog *d, const struct packet *p,
		 uint64_t hash, bool from_client);

/* The other side is the client after all. */
void dialog_turn(struct dialog *d);

/* The dialogs one by one: those in use, from `at` (0 first) on, which moves past; NULL at the end.
 */
struct dialog *dialog_next(struct dialog_table *table, size_t *at);

/* Somebody asked from this socket: any port of a host, or a port of a group (`host` all zero). */
struct dialog_asked {
	struct addr client, host;
	uint16_t client_port;
	uint16_t group_port; /* 0 unless a group was asked */
};

/*
 * Notes a question, and a port that goes with it; finds it again: true when it was noted at most
 * half a minute before `now`. Older ones are forgotten where there is no room.
 */
void dialog_note(struct dialog_table *table, const struct dialog_asked *asked, uint16_t port,
		 wall_t now);
bool dialog_noted(const struct dialog_table *table, const struct dialog_asked *asked, wall_t now,
		  uint16_t *port);

#endif
