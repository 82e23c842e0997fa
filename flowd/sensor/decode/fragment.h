/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams put together from IP fragments (RFC 791, RFC 8200 section 4.5), in bounded memory. Of
 * bytes that come twice the first ones stay. What is incomplete is kept for 30 s, less when newer
 * datagrams need its room.
 */
#ifndef FLOWD_SENSOR_DECODE_FRAGMENT_H
#define FLOWD_SENSOR_DECODE_FRAGMENT_H

#include "base/wire.h"
#include "flowd/sensor/decode/decode.h"

/* A fragment; all borrowed. */
struct fragment {
	const struct packet *packet; /* its addresses, proto, VLAN, tunnel and time */
	uint32_t id;		     /* identification */
	const uint8_t *header;	     /* the IP header that the datagram is to have */
	uint32_t header_len;	     /* 40 at most */
	const uint8_t *bytes;	     /* what it carries */
	uint32_t len, offset;	     /* in bytes */
	bool more;		     /* others follow */
};

struct fragment_table;

/* Takes `bytes` of memory at most, but room for one set of datagrams. NULL when memory is short. */
struct fragment_table *fragment_table_new(size_t bytes, const struct hash_key *key,
					  struct tally *tally);
void fragment_table_free(struct fragment_table *table);

/*
 * Takes a fragment. DECODE_OK: it completes the datagram, which stands in `out` until
 * fragment_release, its header as `header` was: lengths in it are the caller's to put right. Else
 * DECODE_FRAGMENT or DECODE_MALFORMED.
 */
enum decode_result fragment_take(struct fragment_table *table, const struct fragment *f,
				 struct wire *out);

/* Nothing of what was completed is read any more. */
void fragment_release(struct fragment_table *table);

#endif
