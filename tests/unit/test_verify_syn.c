/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "tests/unit/unit.h"
#include "verify/syn.h"

#include <stdlib.h>

static const struct hash_key key = { { 0x0123456789abcdef, 0xfedcba9876543210 } };
static struct syn_path path4, path6;

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, strlen(text), &a), 0);
	return a;
}

static int set_up(void **state)
{
	(void)state;
	path4 = (struct syn_path){ address("10.0.0.1"), address("10.0.0.2"), 61000, 80 };
	path6 = (struct syn_path){ address("2001:db8::1"), address("2001:db8::2"), 61000, 443 };
	return 0;
}

/* The checksum over the pseudo header and the segment is zero when it is right. */
static uint16_t verify_sum(const struct syn_path *p, const uint8_t *segment)
{
	size_t skip = addr_is_v4(&p->to) ? 12 : 0;
	uint8_t pseudo[36] = { 0 };

	memcpy(pseudo, p->from.b + skip, 16 - skip);
	memcpy(pseudo + 16 - skip, p->to.b + skip, 16 - skip);
	wire_put_be16(pseudo + 32, SYN_LEN);
	wire_put_be16(pseudo + 34, 6);
	return wire_checksum_end(
		wire_checksum(segment, SYN_LEN, wire_checksum(pseudo, sizeof(pseudo), 0)));
}

static void prints(void **state)
{
	uint8_t s[SYN_LEN];

	(void)state;
	syn_print(&path4, 0x01020304, s);
	assert_int_equal(wire_be16_at(s), 61000);
	assert_int_equal(wire_be16_at(s + 2), 80);
	assert_int_equal(wire_be32_at(s + 4), 0x01020304);
	assert_int_equal(wire_be32_at(s + 8), 0);
	assert_int_equal(s[12], 0x60);
	assert_int_equal(s[13], 0x02);
	assert_int_equal(wire_be32_at(s + 20), 0x020405b4);
	assert_int_equal(verify_sum(&path4, s), 0);
	syn_print(&path6, 7, s);
	assert_int_equal(wire_be32_at(s + 20), 0x020404c4);
	assert_int_equal(verify_sum(&path6, s), 0);
}

static void cookie_depends_on_all(void **state)
{
	uint32_t cookie = syn_cookie(&key, &path4);
	struct hash_key other = key;
	struct syn_path p;
	size_t i;

	(void)state;
	assert_int_equal(syn_cookie(&key, &path4), cookie);
	other.k[1]++;
	assert_int_not_equal(syn_cookie(&other, &path4), cookie);
	for (i = 0; i < 16; i++) {
		p = path4;
		p.from.b[i] ^= 1;
		assert_int_not_equal(syn_cookie(&key, &p), cookie);
		p = path4;
		p.to.b[i] ^= 1;
		assert_int_not_equal(syn_cookie(&key, &p), cookie);
	}
	p = path4;
	p.from_port++;
	assert_int_not_equal(syn_cookie(&key, &p), cookie);
	p = path4;
	p.to_port++;
	assert_int_not_equal(syn_cookie(&key, &p), cookie);
}

/* The target's answer to a path's SYN. */
static size_t make_segment(const struct syn_path *p, uint8_t flags, uint32_t ack, uint8_t *out)
{
	memset(out, 0, 20);
	wire_put_be16(out, p->to_port);
	wire_put_be16(out + 2, p->from_port);
	wire_put_be32(out + 4, 0xdeadbeef);
	wire_put_be32(out + 8, ack);
	out[12] = 0x50;
	out[13] = flags;
	return 20;
}

static size_t make_ip4(const struct addr *from, const struct addr *to, uint8_t protocol,
		       uint8_t words, uint8_t *out)
{
	memset(out, 1, (size_t)words * 4);
	out[0] = 0x40 | words;
	wire_put_be16(out + 6, 0x4000);
	out[8] = 57;
	out[9] = protocol;
	memcpy(out + 12, from->b + 12, 4);
	memcpy(out + 16, to->b + 12, 4);
	return (size_t)words * 4;
}

static size_t make_tcp4(uint8_t flags, uint32_t ack, uint8_t words, uint8_t *out)
{
	size_t len = make_ip4(&path4.to, &path4.from, 6, words, out);

	return len + make_segment(&path4, flags, ack, out + len);
}

static int read4(const uint8_t *bytes, size_t len, struct syn_answer *out)
{
	struct syn_packet packet = { .bytes = bytes, .len = len };

	return syn_read_tcp4(&key, &packet, out);
}

static void reads_tcp4(void **state)
{
	uint32_t ack = syn_cookie(&key, &path4) + 1;
	struct syn_answer a;
	uint8_t p[128];
	size_t len;

	(void)state;
	len = make_tcp4(0x12, ack, 5, p);
	assert_int_equal(read4(p, len, &a), 0);
	assert_int_equal(a.kind, SYN_OPEN);
	assert_int_equal(a.ttl, 57);
	assert_int_equal(a.port, 80);
	assert_true(addr_is_same(&a.host, &path4.to));
	/* ECN setup, and IP options. */
	len = make_tcp4(0x52, ack, 15, p);
	assert_int_equal(read4(p, len, &a), 0);
	assert_int_equal(a.kind, SYN_OPEN);
	len = make_tcp4(0x14, ack, 5, p);
	assert_int_equal(read4(p, len, &a), 0);
	assert_int_equal(a.kind, SYN_CLOSED);
}

static void refuses_strangers(void **state)
{
	uint32_t ack = syn_cookie(&key, &path4) + 1;
	struct syn_answer a;
	uint8_t p[128];
	size_t len, i;

	(void)state;
	len = make_tcp4(0x12, ack - 1, 5, p);
	assert_int_equal(read4(p, len, &a), ERR_UNKNOWN);
	len = make_tcp4(0x12, 0, 5, p);
	assert_int_equal(read4(p, len, &a), ERR_UNKNOWN);
	/* Plain ACK, SYN, RST without ACK, FIN-ACK. */
	for (i = 0; i < 4; i++) {
		static const uint8_t flags[] = { 0x10, 0x02, 0x04, 0x11 };

		len = make_tcp4(flags[i], ack, 5, p);
		assert_int_equal(read4(p, len, &a), ERR_UNKNOWN);
	}
	/* Other ports, another host, another protocol, a later fragment, another IP version. */
	for (i = 0; i < 6; i++) {
		static const struct {
			uint8_t at, value;
		} change[] = { { 21, 81 }, { 23, 1 }, { 15, 3 }, { 9, 17 }, { 7, 1 }, { 0, 0x65 } };

		len = make_tcp4(0x12, ack, 5, p);
		p[change[i].at] = change[i].value;
		assert_int_equal(read4(p, len, &a), ERR_UNKNOWN);
	}
}

static void short_tcp4(void **state)
{
	uint8_t p[128], *exact;
	struct syn_answer a;
	size_t len = make_tcp4(0x12, syn_cookie(&key, &path4) + 1, 6, p), cut;

	(void)state;
	/* Flags are the last byte that is needed. */
	for (cut = 0; cut < 24 + 14; cut++) {
		exact = malloc(cut ? cut : 1);
		assert_non_null(exact);
		memcpy(exact, p, cut);
		memset(&a, 0xaa, sizeof(a));
		assert_int_equal(read4(exact, cut, &a), ERR_SHORT);
		assert_int_equal(a.port, 0xaaaa);
		free(exact);
	}
	assert_int_equal(read4(p, len, &a), 0);
	p[0] = 0x4f;
	assert_int_equal(read4(p, 44, &a), ERR_SHORT);
	p[0] = 0x44;
	assert_int_equal(read4(p, len, &a), ERR_UNKNOWN);
}

static void reads_tcp6(void **state)
{
	uint8_t p[20];
	size_t len = make_segment(&path6, 0x12, syn_cookie(&key, &path6) + 1, p), cut;
	struct syn_packet packet = { p, len, path6.to, path6.from, 63 };
	struct syn_answer a;

	(void)state;
	assert_int_equal(syn_read_tcp6(&key, &packet, &a), 0);
	assert_int_equal(a.kind, SYN_OPEN);
	assert_int_equal(a.ttl, 63);
	assert_int_equal(a.port, 443);
	assert_true(addr_is_same(&a.host, &path6.to));
	for (cut = 0; cut < 14; cut++) {
		packet.len = cut;
		assert_int_equal(syn_read_tcp6(&key, &packet, &a), ERR_SHORT);
	}
	packet.len = len;
	packet.from.b[15]++;
	assert_int_equal(syn_read_tcp6(&key, &packet, &a), ERR_UNKNOWN);
}

static size_t make_icmp4(uint8_t type, uint8_t code, uint8_t words, uint8_t *out)
{
	struct addr router = address("10.0.9.9");
	size_t len = make_ip4(&router, &path4.from, 1, 5, out);

	memset(out + len, 0, 8);
	out[len] = type;
	out[len + 1] = code;
	len += 8;
	len += make_ip4(&path4.from, &path4.to, 6, words, out + len);
	wire_put_be16(out + len, path4.from_port);
	wire_put_be16(out + len + 2, path4.to_port);
	wire_put_be32(out + len + 4, syn_cookie(&key, &path4));
	return len + 8;
}

static void reads_icmp4(void **state)
{
	struct addr router = address("10.0.9.9");
	struct syn_packet packet;
	struct syn_answer a;
	uint8_t p[160];
	size_t len, cut;

	(void)state;
	len = make_icmp4(3, 13, 7, p);
	packet = (struct syn_packet){ .bytes = p, .len = len };
	assert_int_equal(syn_read_icmp4(&key, &packet, &a), 0);
	assert_int_equal(a.kind, SYN_UNREACHABLE);
	assert_int_equal(a.icmp_type, 3);
	assert_int_equal(a.icmp_code, 13);
	assert_int_equal(a.port, 80);
	assert_true(addr_is_same(&a.host, &path4.to));
	assert_true(addr_is_same(&a.icmp_from, &router));
	for (cut = 0; cut < len; cut++) {
		packet.len = cut;
		assert_true(syn_read_icmp4(&key, &packet, &a) < 0);
	}
	packet.len = len;
	/* The quoted sequence number, port, protocol. */
	p[len - 1]++;
	assert_int_equal(syn_read_icmp4(&key, &packet, &a), ERR_UNKNOWN);
	p[len - 1]--;
	p[len - 5]++;
	assert_int_equal(syn_read_icmp4(&key, &packet, &a), ERR_UNKNOWN);
	p[len - 5]--;
	p[28 + 9] = 17;
	assert_int_equal(syn_read_icmp4(&key, &packet, &a), ERR_UNKNOWN);
}

static void icmp4_kinds(void **state)
{
	static const struct {
		uint8_t type, code;
		int rc;
	} kinds[] = { { 3, 0, 0 },	     { 3, 1, 0 },	    { 3, 3, 0 },
		      { 3, 4, ERR_UNKNOWN }, { 4, 0, ERR_UNKNOWN }, { 5, 1, ERR_UNKNOWN },
		      { 0, 0, ERR_UNKNOWN }, { 11, 0, 0 },	    { 12, 0, 0 } };
	struct syn_packet packet;
	struct syn_answer a;
	uint8_t p[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		packet = (struct syn_packet){ .bytes = p };
		packet.len = make_icmp4(kinds[i].type, kinds[i].code, 5, p);
		assert_int_equal(syn_read_icmp4(&key, &packet, &a), kinds[i].rc);
	}
}

static size_t make_icmp6(uint8_t type, uint8_t code, uint8_t *out)
{
	memset(out, 0, 56);
	out[0] = type;
	out[1] = code;
	out[8] = 0x60;
	out[8 + 6] = 6;
	memcpy(out + 16, path6.from.b, 16);
	memcpy(out + 32, path6.to.b, 16);
	wire_put_be16(out + 48, path6.from_port);
	wire_put_be16(out + 50, path6.to_port);
	wire_put_be32(out + 52, syn_cookie(&key, &path6));
	return 56;
}

static void reads_icmp6(void **state)
{
	struct syn_packet packet = { .from = address("2001:db8::99"), .ttl = 61 };
	struct syn_answer a;
	uint8_t p[64];
	size_t cut;

	(void)state;
	packet.bytes = p;
	packet.len = make_icmp6(1, 1, p);
	assert_int_equal(syn_read_icmp6(&key, &packet, &a), 0);
	assert_int_equal(a.kind, SYN_UNREACHABLE);
	assert_int_equal(a.icmp_type, 1);
	assert_int_equal(a.icmp_code, 1);
	assert_int_equal(a.port, 443);
	assert_true(addr_is_same(&a.host, &path6.to));
	assert_true(addr_is_same(&a.icmp_from, &packet.from));
	for (cut = 0; cut < 56; cut++) {
		packet.len = cut;
		assert_int_equal(syn_read_icmp6(&key, &packet, &a), ERR_SHORT);
	}
	/* Packet too big, echo reply, another sequence number. */
	packet.len = make_icmp6(2, 0, p);
	assert_int_equal(syn_read_icmp6(&key, &packet, &a), ERR_UNKNOWN);
	packet.len = make_icmp6(129, 0, p);
	assert_int_equal(syn_read_icmp6(&key, &packet, &a), ERR_UNKNOWN);
	packet.len = make_icmp6(1, 4, p);
	p[55]++;
	assert_int_equal(syn_read_icmp6(&key, &packet, &a), ERR_UNKNOWN);
}

/* Bytes without sense are never an answer. */
static void noise(void **state)
{
	struct syn_packet packet = { .from = path6.to, .to = path6.from };
	struct syn_answer a;
	uint64_t seed = 42;
	uint8_t p[96];
	int i, j;

	(void)state;
	packet.bytes = p;
	for (i = 0; i < 200000; i++) {
		packet.len = unit_below(&seed, sizeof(p) + 1);
		for (j = 0; j < (int)sizeof(p); j++)
			p[j] = (uint8_t)unit_random(&seed);
		p[0] = i & 1 ? 0x45 : p[0];
		p[9] = i & 2 ? 6 : 1;
		assert_true(syn_read_tcp4(&key, &packet, &a) < 0);
		assert_true(syn_read_tcp6(&key, &packet, &a) < 0);
		assert_true(syn_read_icmp4(&key, &packet, &a) < 0);
		assert_true(syn_read_icmp6(&key, &packet, &a) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints),      cmocka_unit_test(cookie_depends_on_all),
		cmocka_unit_test(reads_tcp4),  cmocka_unit_test(refuses_strangers),
		cmocka_unit_test(short_tcp4),  cmocka_unit_test(reads_tcp6),
		cmocka_unit_test(reads_icmp4), cmocka_unit_test(icmp4_kinds),
		cmocka_unit_test(reads_icmp6), cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
