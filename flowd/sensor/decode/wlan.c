/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/decode/wlan.h"

#include "flowd/sensor/decode/ether.h"

/* Frame control: its first byte, its second. */
#define WLAN_VERSION 0x03
#define WLAN_TYPE 0x0c
#define WLAN_DATA 0x08
#define WLAN_EMPTY 0x40 /* subtypes of data */
#define WLAN_QOS 0x80
#define WLAN_TO_DS 0x01
#define WLAN_FROM_DS 0x02
#define WLAN_MORE_FRAGMENTS 0x04
#define WLAN_PROTECTED 0x40
#define WLAN_ORDER 0x80

#define WLAN_AGGREGATE 0x80 /* QoS control */

/* radiotap: the bit of a field in the first word; all fields before it are known. */
#define RADIOTAP_TSFT 0x01u
#define RADIOTAP_FLAGS 0x02u
#define RADIOTAP_MORE 0x80000000u
#define RADIOTAP_FLAG_PADDED 0x20

/* An A-MSDU: frames with addresses and length, filled up to four bytes. */
enum decode_result wlan_take_rest(struct decode *d, struct packet *p)
{
	struct wire *rest = &d->rest, one;
	const uint8_t *h = wire_take(rest, 14);
	size_t len;

	*p = d->rest_packet;
	if (!h)
		return DECODE_SHORT;
	len = wire_be16_at(h + 12);
	one = wire_open(rest->at, wire_left(rest));
	wire_limit(&one, len);
	/* The last one needs no filling. */
	len += -(len + 14) & 3;
	wire_take(rest, len < wire_left(rest) ? len : wire_left(rest));
	d->depth = LAYER_DEPTH_MAX / 2;
	return ether_take_llc(d, &one, p);
}

enum decode_result wlan_take(struct decode *d, struct wire *w, bool padded, struct packet *p)
{
	const uint8_t *h = wire_take(w, 24), *qos = NULL;
	size_t size = 24;
	uint8_t kind, how;

	if (!h)
		return DECODE_SHORT;
	/* Some controllers (CAPWAP) send the two bytes the other way round. */
	kind = h[0] & WLAN_VERSION ? h[1] : h[0];
	how = h[0] & WLAN_VERSION ? h[0] : h[1];
	if ((kind & WLAN_VERSION) || (kind & WLAN_TYPE) != WLAN_DATA || kind & WLAN_EMPTY)
		return DECODE_OTHER;
	if ((how & (WLAN_TO_DS | WLAN_FROM_DS)) == (WLAN_TO_DS | WLAN_FROM_DS)) {
		wire_take(w, 6);
		size += 6;
	}
	if (kind & WLAN_QOS) {
		qos = wire_take(w, 2);
		size += 2;
		if (how & WLAN_ORDER) { /* HT control */
			wire_take(w, 4);
			size += 4;
		}
	}
	if (padded)
		wire_take(w, -size & 3);
	if (w->bad)
		return DECODE_SHORT;
	/* Encrypted, or a part of a frame: the number of the part is in the lowest four bits. */
	if (how & (WLAN_PROTECTED | WLAN_MORE_FRAGMENTS) || h[22] & 15)
		return DECODE_OTHER;
	if (!qos || !(qos[0] & WLAN_AGGREGATE))
		return ether_take_llc(d, w, p);
	/* One in another would be a frame no station sends. */
	if (d->rest.at != d->rest.end)
		return DECODE_DEEP;
	d->rest = *w;
	d->rest_packet = *p;
	return wlan_take_rest(d, p);
}

/* The byte order of radiotap is little-endian. */
enum decode_result wlan_take_radiotap(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8), *at = w->at;
	struct wire fields;
	uint32_t word, first;
	size_t len;
	uint8_t flags = 0;

	if (!h)
		return DECODE_SHORT;
	len = wire_be16_at(h + 2);
	len = (len >> 8 | len << 8) & 0xffff;
	if (len < 8)
		return DECODE_MALFORMED;
	if (!wire_take(w, len - 8))
		return DECODE_SHORT;
	fields = wire_open(at, len - 8);
	first = word = wire_swap32(wire_be32_at(h + 4));
	while (word & RADIOTAP_MORE && !fields.bad)
		word = wire_swap32(wire_be32(&fields));
	if (first & RADIOTAP_FLAGS) {
		if (first & RADIOTAP_TSFT) {
			wire_take(&fields, -(size_t)(fields.at - h) & 7);
			wire_take(&fields, 8);
		}
		flags = wire_u8(&fields);
	}
	return wlan_take(d, w, flags & RADIOTAP_FLAG_PADDED, p);
}

/* Prism's header, or AVS's in its place, which begins with its version. */
enum decode_result wlan_take_prism(struct decode *d, struct wire *w, struct packet *p)
{
	const uint8_t *h = wire_take(w, 8);
	uint32_t len;

	if (!h)
		return DECODE_SHORT;
	len = wire_be32_at(h + 4);
	if (wire_be32_at(h) >> 12 != 0x80211 && len > 0xffff)
		len = wire_swap32(len);
	if (len < 8)
		return DECODE_MALFORMED;
	return wire_take(w, len - 8) ? wlan_take(d, w, false, p) : DECODE_SHORT;
}
