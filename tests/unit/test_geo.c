/* SPDX-License-Identifier: Apache-2.0 */
/* Files that tell where addresses belong: whole, broken, and changed while they are in use. */
#include "base/err.h"
#include "flowd/core/geo/geo.h"
#include "flowd/core/geo/mmcheck.h"
#include "store/countries.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

/* The path of a file of the corpus: static, two at a time. */
static const char *sample(const char *name)
{
	static char paths[2][512];
	static int turn;
	const char *srcdir = getenv("srcdir");
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/tests/fuzz/corpus/geo/%s", srcdir ? srcdir : ".",
		 name);
	return path;
}

/* The path of a file of our own: static, four at a time. */
static const char *own(const char *name)
{
	static char paths[4][128];
	static int turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static uint8_t *slurp(const char *path, size_t *len)
{
	static uint8_t bytes[1 << 16];
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	*len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	return bytes;
}

static void spit(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void copy(const char *name, const char *to)
{
	size_t len;
	const uint8_t *bytes = slurp(sample(name), &len);

	spit(to, bytes, len);
}

static struct origin find(const struct geo *geo, const char *text, char *name)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, strlen(text), &addr), 0);
	return geo_find(geo, &addr, name);
}

static void expect(const struct geo *geo, const char *text, const char *country, uint32_t number,
		   const char *as_name)
{
	char name[ALERT_AS_NAME_MAX];
	struct origin o = find(geo, text, name);

	assert_string_equal(o.country, country);
	assert_int_equal(o.as_number, number);
	assert_string_equal(name, as_name);
}

/* Files of the corpus, read. */
static struct geo *open_samples(const char *first, const char *second)
{
	const char *why;
	char list[1100];
	struct geo *geo;
	size_t i;

	snprintf(list, sizeof(list), "%s,%s", sample(first), sample(second));
	geo = geo_new(list);
	assert_non_null(geo);
	for (i = 0; i < geo_count(geo); i++)
		assert_int_equal(geo_look(geo, i, &why), 1);
	return geo;
}

static void both_files_answer(void **state)
{
	struct geo *geo = open_samples("country", "as");
	const struct mmdb_about *about = geo_about(geo, 0);

	(void)state;
	assert_string_equal(about->type, "Test-Country");
	assert_string_equal(about->description, "Countries");
	assert_true(about->has_country);
	assert_false(about->has_as);
	assert_int_equal(about->built_us, 1700000000 * MONO_SECOND);
	assert_true(geo_about(geo, 1)->has_as);
	assert_true(geo_has_country(geo));
	expect(geo, "192.0.2.1", "DE", 64496, "Example Networks");
	expect(geo, "198.51.100.1", "CN", 4294967294,
	       "Größte Netze üüüüüüüüüüüüüüüü"); /* not cut within a letter */
	/* Where it is registered is not where it is. */
	expect(geo, "198.51.100.200", "", 4294967294, "Größte Netze üüüüüüüüüüüüüüüü");
	expect(geo, "203.0.113.7", "RU", 0, "");
	expect(geo, "203.0.113.8", "", 0, "");
	expect(geo, "2001:db8::1", "JP", 64511, "");
	expect(geo, "2001:db8:8000::1", "JP", 0, "");
	expect(geo, "2001:db9::1", "", 0, "");
	geo_free(geo);
}

static void other_layouts(void **state)
{
	struct geo *geo = open_samples("flat", "shared");

	(void)state;
	expect(geo, "192.0.2.1", "FR", 64500, "Flat");
	expect(geo, "198.51.100.1", "NL", 0, "");
	geo_free(geo);
	geo = open_samples("shared", "as");
	expect(geo, "192.0.2.1", "SE", 64496, "Example Networks");
	geo_free(geo);
	geo = open_samples("v4", "as");
	expect(geo, "192.0.2.1", "FR", 64500, "Flat");
	/* A file of IPv4 alone says nothing of IPv6. */
	expect(geo, "2001:db8::1", "", 64511, "");
	geo_free(geo);
}

static void broken_files_are_refused(void **state)
{
	static const struct {
		const char *name, *why;
	} broken[] = {
		{ "bad_deep", "has values in values without end" },
		{ "bad_loop", "has values in values without end" },
		{ "bad_pointer", "points out of its data" },
		{ "bad_pointer_twice", "points at a pointer" },
		{ "bad_key", "has a key that is no text" },
		{ "bad_length", "has a value that is cut short" },
		{ "bad_number", "has a number of the wrong size" },
		{ "bad_nodes", "is cut short" },
		{ "bad_record_size", "has damaged metadata" },
		{ "bad_metadata", "has damaged metadata" },
		{ "bad_nothing", "tells neither country nor AS" },
		{ "bad_empty", "is empty" },
		{ "bad_mark_only", "has damaged metadata" },
	};
	struct geo *geo;
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		geo = geo_new(sample(broken[i].name));
		why = NULL;
		assert_int_equal(geo_look(geo, 0, &why), ERR_SYNTAX);
		assert_string_equal(why, broken[i].why);
		assert_null(geo_about(geo, 0));
		/* Said once. */
		assert_int_equal(geo_look(geo, 0, &why), 0);
		expect(geo, "192.0.2.1", "", 0, "");
		geo_free(geo);
	}
}

static void no_files_at_all(void **state)
{
	const char *why;
	char list[256];
	struct geo *geo;

	(void)state;
	snprintf(list, sizeof(list), "%s/none,%s,,", folder, folder);
	geo = geo_new(list);
	assert_int_equal(geo_count(geo), 2);
	assert_int_equal(geo_look(geo, 0, &why), -ENOENT);
	assert_int_equal(geo_look(geo, 0, &why), 0);
	assert_int_equal(geo_look(geo, 1, &why), -EISDIR);
	assert_false(geo_has_country(geo));
	geo_free(geo);
	geo = geo_new("a,b,c,d,e,f");
	assert_int_equal(geo_count(geo), GEO_FILES_MAX);
	assert_string_equal(geo_path(geo, 3), "d");
	geo_free(geo);
	geo = geo_new("");
	assert_int_equal(geo_count(geo), 0);
	expect(geo, "192.0.2.1", "", 0, "");
	geo_free(geo);
}

/* Each length but the whole one is refused. */
static void cut_short(void **state)
{
	struct mmcheck checked;
	const char *why;
	size_t len, i;
	const uint8_t *bytes = slurp(sample("country"), &len);
	uint8_t *copied;

	(void)state;
	assert_int_equal(mmcheck(bytes, len, &checked, &why), 0);
	assert_int_equal(checked.ip_version, 6);
	for (i = 0; i < len; i++) {
		copied = malloc(i + 1);
		memcpy(copied, bytes, i);
		assert_int_equal(mmcheck(copied, i, &checked, &why), ERR_SYNTAX);
		free(copied);
	}
}

/* Bytes are changed at random: it is refused or it answers, and a question never harms. */
static void changed_bytes(void **state)
{
	static const char *const names[] = { "country", "as", "flat", "v4", "shared" };
	uint64_t seed = 7;
	size_t len, i, j;
	unsigned taken = 0, refused = 0;
	struct mmdb_stamp stamp;
	const char *why;
	struct mmdb *db;

	(void)state;
	for (i = 0; i < 3000; i++) {
		uint8_t *bytes = slurp(sample(names[i % 5]), &len);
		struct origin o = { 0 };
		char name[ALERT_AS_NAME_MAX];
		struct addr a = addr_v4((const uint8_t[]){ 192, 0, 2, 1 });

		for (j = unit_below(&seed, 4); j + 1; j--)
			bytes[unit_below(&seed, (uint32_t)len)] = (uint8_t)unit_random(&seed);
		spit(own("changed"), bytes, len);
		if (mmdb_open(own("changed"), &db, &stamp, &why)) {
			refused++;
			continue;
		}
		taken++;
		mmdb_find(db, &a, &o, name);
		mmdb_close(db);
	}
	assert_true(taken > 100 && refused > 100);
}

/* Written anew at the same path: read when it was left alone from one look to the next. */
static void followed(void **state)
{
	char path[128];
	const char *why = NULL;
	struct geo *geo;

	(void)state;
	snprintf(path, sizeof(path), "%s", own("followed"));
	copy("country", path);
	geo = geo_new(path);
	assert_int_equal(geo_look(geo, 0, &why), 1);
	assert_int_equal(geo_look(geo, 0, &why), 0);
	expect(geo, "192.0.2.1", "DE", 0, "");
	/* In its place: what was read does not change under our hands. */
	copy("flat", path);
	expect(geo, "192.0.2.1", "DE", 0, "");
	assert_int_equal(geo_look(geo, 0, &why), 0);
	assert_int_equal(geo_look(geo, 0, &why), 1);
	expect(geo, "192.0.2.1", "FR", 64500, "Flat");
	/* Cut off while it is in use. */
	assert_int_equal(truncate(path, 100), 0);
	expect(geo, "198.51.100.1", "NL", 0, "");
	assert_int_equal(geo_look(geo, 0, &why), 0);
	assert_int_equal(geo_look(geo, 0, &why), ERR_SYNTAX);
	assert_int_equal(geo_look(geo, 0, &why), 0);
	expect(geo, "192.0.2.1", "FR", 64500, "Flat");
	/* Gone, and there again as another file. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(geo_look(geo, 0, &why), -ENOENT);
	assert_int_equal(geo_look(geo, 0, &why), 0);
	expect(geo, "192.0.2.1", "FR", 64500, "Flat");
	copy("country", own("next"));
	assert_int_equal(rename(own("next"), path), 0);
	assert_int_equal(geo_look(geo, 0, &why), 0);
	assert_int_equal(geo_look(geo, 0, &why), 1);
	expect(geo, "192.0.2.1", "DE", 0, "");
	geo_free(geo);
}

static void frequent_countries(void **state)
{
	struct countries_top top = { 0 };
	struct countries_share share[COUNTRIES_TOP];
	uint32_t truth[40] = { 0 }, total = 0, i, n;
	uint64_t seed = 3;
	char code[3] = "";
	size_t count, j;

	(void)state;
	countries_top_add(&top, "", 5);
	countries_top_add(&top, "DE", 2);
	countries_top_add(&top, "FR", 0);
	countries_top_add(&top, "DE", 4);
	assert_int_equal(countries_top_list(&top, share), 2);
	assert_string_equal(share[0].country, "DE");
	assert_int_equal(share[0].count, 6);
	assert_string_equal(share[1].country, "");
	memset(&top, 0, sizeof(top));
	/* Few are frequent, many are rare; what the header promises holds. */
	for (i = 0; i < 20000; i++) {
		n = unit_below(&seed, 3) ? unit_below(&seed, 3) : unit_below(&seed, 40);
		code[0] = (char)('A' + n / 26);
		code[1] = (char)('A' + n % 26);
		truth[n] += 1 + i % 3;
		total += 1 + i % 3;
		countries_top_add(&top, code, 1 + i % 3);
	}
	count = countries_top_list(&top, share);
	assert_int_equal(count, COUNTRIES_TOP);
	for (j = 0; j < count; j++) {
		n = (uint32_t)(share[j].country[0] - 'A') * 26 +
		    (uint32_t)(share[j].country[1] - 'A');
		assert_true(share[j].count >= truth[n]);
		assert_true(share[j].count - share[j].excess <= truth[n]);
		assert_true(!j || share[j].count <= share[j - 1].count);
		truth[n] = 0;
	}
	for (n = 0; n < 40; n++)
		assert_true(truth[n] <= total / COUNTRIES_TOP);
}

static void all_countries(void **state)
{
	static struct countries all;
	char code[3] = "";
	int i;

	(void)state;
	for (i = 0; i < 300; i++) {
		code[0] = (char)('A' + i / 26);
		code[1] = (char)('A' + i % 26);
		countries_add(&all, code, (uint32_t)i, i);
	}
	countries_add(&all, "AB", 1000, 5);
	countries_sort(&all);
	/* AA had no handshakes. */
	assert_int_equal(all.count, COUNTRIES_MAX);
	assert_memory_equal(all.rows[0].country, "AB", 2);
	assert_int_equal(all.rows[0].handshakes, 1001);
	assert_int_equal(all.rows[0].last_us, 5);
	/* 257 to 299 found no place. */
	assert_int_equal(all.others, (257 + 299) * 43 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_files_answer),
		cmocka_unit_test(other_layouts),
		cmocka_unit_test(broken_files_are_refused),
		cmocka_unit_test(no_files_at_all),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(changed_bytes),
		cmocka_unit_test(followed),
		cmocka_unit_test(frequent_countries),
		cmocka_unit_test(all_countries),
	};
	char command[128];
	int failed;

	snprintf(folder, sizeof(folder), "test_geo.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return failed | system(command);
}
