/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "store/assets/assets.h"
#include "tests/unit/unit.h"

static struct asset row(const char *line, enum asset_source source)
{
	struct asset a;

	assert_int_equal(record_asset_next(&line, &a), 1);
	a.source = (uint8_t)source;
	return a;
}

static void put(struct store *s, const char *line, enum asset_source source)
{
	struct asset a = row(line, source);

	assert_int_equal(store_put_asset(s, &a), 0);
	assert_int_equal(store_commit(s, false), 0);
}

static struct store *open_store(void)
{
	char error[STORE_ERROR_MAX];
	struct store *s;

	assert_int_equal(store_open(NULL, &s, error), 0);
	return s;
}

static struct service at(const char *host, uint16_t port)
{
	struct service s = { .port = port, .proto = PROTO_TCP };

	assert_int_equal(addr_parse(host, strlen(host), &s.host), 0);
	return s;
}

static int count(void *arg, const struct asset *a)
{
	(void)a;
	++*(unsigned *)arg;
	return 0;
}

/* Each field comes from the longest prefix that says it. */
static void test_longest(void **state)
{
	struct store *s = open_store();
	struct service key = at("10.1.2.3", 443);
	struct asset a;

	(void)state;
	assert_int_equal(store_find_asset(s, &key, &a), 0);
	put(s, "10.0.0.0/8 owner=net zone=campus tags=inside", ASSET_FILE);
	put(s, "10.1.2.0/24 owner=shop tags=pci;web", ASSET_API);
	put(s, "10.1.2.3 name=till", ASSET_API);
	put(s, "10.1.2.3 port=443 proto=tcp owner=web-team", ASSET_API);
	put(s, "10.1.2.3 port=8443 owner=other", ASSET_API);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.name, "till");
	assert_string_equal(a.owner, "web-team");
	assert_string_equal(a.tags, "pci,web");
	assert_string_equal(a.zone, "campus");
	key.port = 22;
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "shop");
	key = at("10.9.9.9", 22);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "net");
	key = at("11.0.0.1", 22);
	assert_int_equal(store_find_asset(s, &key, &a), 0);
	key = at("2001:db8::1", 22);
	assert_int_equal(store_find_asset(s, &key, &a), 0);
	store_close(s);
}

/* What people say goes before what a list says; noprobe of any network holds. */
static void test_precedence(void **state)
{
	struct store *s = open_store();
	struct service key = at("10.1.2.3", 443);
	unsigned n = 0;
	struct asset a;

	(void)state;
	put(s, "10.1.2.3 owner=api", ASSET_API);
	put(s, "10.1.2.3 owner=person", ASSET_PERSON);
	put(s, "10.1.2.3 owner=file zone=dmz", ASSET_FILE);
	put(s, "10.1.0.0/16 probe=no", ASSET_CONF);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "person");
	assert_string_equal(a.zone, "dmz");
	assert_int_equal(a.noprobe, 1);
	a = row("10.1.2.3", ASSET_PERSON);
	assert_int_equal(store_delete_asset(s, &a), 1);
	assert_int_equal(store_delete_asset(s, &a), 0);
	assert_int_equal(store_commit(s, false), 0);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "file");
	assert_int_equal(store_count_assets(s), 3);
	assert_int_equal(store_walk_assets(s, NULL, count, &n), 0);
	assert_int_equal(n, 3);
	store_close(s);
}

static void test_mapping(void **state)
{
	struct store *s = open_store();
	struct service key = at("10.1.2.3", 443), inside;
	struct asset a;

	(void)state;
	put(s, "10.1.2.3 outside=203.0.113.7", ASSET_FILE);
	put(s, "10.1.2.4 port=443 outside=203.0.113.7:8443", ASSET_FILE);
	put(s, "10.1.2.0/24 owner=x", ASSET_FILE);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_true(asset_is_mapped(&a));
	assert_int_equal(a.outside_port, 0);
	key = at("203.0.113.7", 8443);
	assert_int_equal(store_find_inside(s, &key, &inside), 1);
	key = at("10.1.2.4", 0);
	assert_memory_equal(&inside.host, &key.host, 16);
	assert_int_equal(inside.port, 443);
	key = at("203.0.113.7", 22);
	assert_int_equal(store_find_inside(s, &key, &inside), 1);
	key = at("10.1.2.3", 0);
	assert_memory_equal(&inside.host, &key.host, 16);
	assert_int_equal(inside.port, 22);
	key = at("203.0.113.8", 22);
	assert_int_equal(store_find_inside(s, &key, &inside), 0);
	/* What is said of the inside is said of the outside. */
	assert_int_equal(store_find_asset(s, &key, &a), 0);
	key = at("203.0.113.7", 8443);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "x");
	assert_false(asset_is_mapped(&a));
	put(s, "203.0.113.0/24 owner=y name=border", ASSET_FILE);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_string_equal(a.owner, "x");
	assert_string_equal(a.name, "border");
	/* Changed, the old place leads nowhere. */
	put(s, "10.1.2.3 outside=203.0.113.9", ASSET_FILE);
	key = at("203.0.113.7", 22);
	assert_int_equal(store_find_inside(s, &key, &inside), 0);
	key = at("10.1.2.200", 22);
	assert_int_equal(store_find_asset(s, &key, &a), 1);
	assert_false(asset_is_mapped(&a));
	store_close(s);
}

static void test_lines(void **state)
{
	static const char *const bad[] = {
		"name=x",
		"10.0.0.1 10.0.0.2",
		"10.0.0.0/33",
		"10.0.0.1 colour=red",
		"10.0.0.1 port=70000",
		"10.0.0.1 port=x",
		"10.0.0.1 outside=203.0.113.7:99999",
		"10.0.0.1 outside=nowhere",
		"10.0.0.1 probe=maybe",
		"10.0.0.0/24 port=22",
		"10.0.0.0/24 outside=203.0.113.7",
		"10.0.0.1 proto=tcp",
		"10.0.0.1 address=10.0.0.2",
	};
	const char *text = "10.0.0.1 name=a tags=x,,y, probe=no\n2001:db8::/32\n";
	char out[ASSET_TEXT_MAX];
	struct asset a;
	size_t i;

	(void)state;
	assert_int_equal(record_asset_next(&text, &a), 1);
	assert_string_equal(record_asset_text(&a, out), "10.0.0.1");
	assert_string_equal(a.tags, "x,y");
	assert_int_equal(a.noprobe, 1);
	assert_int_equal(record_asset_next(&text, &a), 1);
	assert_string_equal(record_asset_text(&a, out), "2001:db8::/32");
	assert_int_equal(record_asset_next(&text, &a), 0);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		text = bad[i];
		if (record_asset_next(&text, &a) >= 0)
			fail_msg("%s", bad[i]);
	}
	text = "2001:db8::1 outside=[2001:db8::9]:8443";
	assert_int_equal(record_asset_next(&text, &a), 1);
	assert_int_equal(a.outside_port, 8443);
	text = "2001:db8::1 outside=2001:db8::9";
	assert_int_equal(record_asset_next(&text, &a), 1);
	assert_int_equal(a.outside_port, 0);
	assert_true(record_mend_asset(&a, 0));
	a.bits = 100;
	assert_false(record_mend_asset(&a, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
