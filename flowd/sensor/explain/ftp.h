/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An FTP control connection (RFC 959, RFC 2428, RFC 4217), line by line: who will listen for the
 * data. Pure. A reply counts only where it answers the command that asks for it: files may have
 * names that look like replies.
 */
#ifndef FLOWD_SENSOR_FTP_H
#define FLOWD_SENSOR_FTP_H

#include "flowd/sensor/explain/announced.h"
#include "flowd/sensor/explain/text.h"

#define FTP_PENDING 8

/* All zero: nothing was said yet. */
struct ftp {
	bool half;		      /* only the server can be heard: no command is waited for */
	bool greeted;		      /* 220 */
	bool proven;		      /* a command of FTP's own has got its reply */
	bool secret;		      /* what follows is TLS (234) */
	bool bad;		      /* this is no FTP */
	uint16_t several;	      /* code of the reply whose lines are being read; 0 none */
	uint8_t pending[FTP_PENDING]; /* commands without their reply, the oldest first */
	uint8_t count;
	struct announced active; /* what the latest PORT or EPRT has said */
};

/* Takes a line, without its end; calls `fn` with what it announces. */
void ftp_line(struct ftp *ftp, struct text line, bool from_server, announced_fn fn, void *arg);

#endif
