/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An RTSP connection (RFC 2326, RFC 7826), line by line: the ports that the server answers a SETUP
 * with. Pure.
 */
#ifndef FLOWD_SENSOR_RTSP_H
#define FLOWD_SENSOR_RTSP_H

#include "flowd/sensor/explain/announced.h"
#include "flowd/sensor/explain/text.h"

/* All zero: nothing was said yet. */
struct rtsp {
	bool half; /* only the server can be heard */
	bool bad;  /* this is no RTSP, or the rest of it are the media */
	bool good; /* the response being read says 200 */
	uint8_t setups;
	uint32_t skip[2]; /* bytes left of a body: of the client, of the server */
	bool headers[2];  /* within a message */
};

/* Takes a line, without its end; calls `fn` with what it announces. */
void rtsp_line(struct rtsp *rtsp, struct text line, bool from_server, announced_fn fn, void *arg);

/* Does a message begin so? */
bool rtsp_begins(const void *bytes, size_t len, bool from_server);

#endif
