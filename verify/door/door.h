/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors: what an attacker asks in the first second once he knows what a service speaks. A door is
 * one conversation in a connection of its own: pure, it is told what the server said and says what
 * to answer; facts go into the probe. It reads and never writes, and never tries a password.
 */
#ifndef VERIFY_DOOR_H
#define VERIFY_DOOR_H

#include "base/record.h"
#include "base/wire.h"

#define DOOR_IN_MAX 16384
#define DOOR_OUT_MAX 1024

enum door_step {
	DOOR_WAIT, /* more bytes must come; what is to be said meanwhile is in `out` */
	DOOR_DONE, /* the conversation is over */
	DOOR_TLS,  /* the server is about to begin TLS in this connection */
};

struct door;

/* A conversation at a door. */
struct door_talk {
	/* Whoever carries the bytes fills these. */
	const struct door *door; /* borrowed, like all below */
	struct probe *probe;	 /* where facts go */
	const char *host;	 /* for headers: name or address, with the port */
	const char *agent;	 /* who asks: a User-Agent */
	const char *sni;	 /* "" none */
	bool ended;		 /* the server has closed; no more bytes will come */
	size_t in_len;
	/* The door's own. */
	unsigned stage;
	const struct door *next; /* a door to go to afterwards, in a new connection */
	size_t out_len;		 /* taken and set to 0 by who carries them */
	uint8_t out[DOOR_OUT_MAX];
	uint8_t in[DOOR_IN_MAX]; /* what the server said and nobody has eaten */
};

struct door {
	const char *name;		      /* for logs and tests */
	void (*open)(struct door_talk *talk); /* connected: what is said first; NULL: listens */
	enum door_step (*hear)(struct door_talk *talk); /* more bytes have come, or the end */
};

/* Begins: `talk` holds what the carrier fills, the rest is set here. */
void door_open(struct door_talk *talk);

/* Takes up to `len` bytes from the server, or with 0 its end. Afterwards `in` is never full. */
enum door_step door_hear(struct door_talk *talk, const void *bytes, size_t len);

#define DOORS_MOST 8

/*
 * The doors that are due at a service which speaks `app`, inside TLS or not: fills `out` and
 * returns how many. None for a name without doors.
 */
size_t door_due(const char *app, bool inside_tls, const struct door *out[DOORS_MOST]);

/* The door at which TLS begins inside a plain protocol; NULL: it knows no such thing. */
const struct door *door_starttls(const char *app);

/* For doors. */
struct wire door_in(const struct door_talk *talk);
void door_eat(struct door_talk *talk, size_t len);
void door_say(struct door_talk *talk, const void *bytes, size_t len);
void door_say_text(struct door_talk *talk, const char *text);
void door_fact(struct door_talk *talk, enum fact kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Takes the next whole line into `out`, cut to it, without its end, unprintable bytes as '?'.
 * False: none is there yet.
 */
bool door_line(struct door_talk *talk, char *out, size_t size);

/* All that is there as text: cut to `out`, unprintable bytes but tabs and line ends as '?'. */
size_t door_text(const struct door_talk *talk, char *out, size_t size);

#endif
