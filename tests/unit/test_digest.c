/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt/digest.h"
#include "tests/unit/unit.h"

#include <string.h>

/* FIPS 180-4's own example. */
static void test_sha256(void **state)
{
	uint8_t out[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];

	(void)state;
	digest_sha256("abc", 3, out);
	assert_string_equal(digest_hex(out, sizeof(out), hex),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, test case 2. */
static void test_hmac(void **state)
{
	static const char text[] = "what do ya want for nothing?";
	uint8_t out[DIGEST_SHA256];
	char hex[2 * DIGEST_SHA256 + 1];

	(void)state;
	digest_hmac_sha256("Jefe", 4, text, strlen(text), out);
	assert_string_equal(digest_hex(out, sizeof(out), hex),
			    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_hmac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
