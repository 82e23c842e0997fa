/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a MaxMind DB file: what is taken answers any question with something well-formed,
 * what is not taken says why.
 */
#include "base/err.h"
#include "flowd/core/geo/mmcheck.h"
#include "flowd/core/geo/mmdb.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct mmdb *db, const char *text)
{
	char name[ALERT_AS_NAME_MAX] = "";
	struct origin o = { 0 };
	struct addr addr;

	assert(!addr_parse(text, strlen(text), &addr));
	mmdb_find(db, &addr, &o, name);
	assert(!o.country[2] && !o.pad);
	assert((!o.country[0] && !o.country[1]) || (o.country[0] >= 'A' && o.country[0] <= 'Z' &&
						    o.country[1] >= 'A' && o.country[1] <= 'Z'));
	assert(strnlen(name, sizeof(name)) < sizeof(name));
	assert(o.as_number || !*name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "192.0.2.1",   "198.51.100.1", "198.51.100.200",
					     "203.0.113.7", "0.0.0.0",	    "255.255.255.255",
					     "2001:db8::1", "::",	    "ffff::ffff" };
	const char *why = NULL;
	struct mmcheck checked;
	struct mmdb_stamp stamp;
	struct mmdb *db;
	char path[64];
	size_t i;
	int fd, rc = mmcheck(data, size, &checked, &why);

	assert(!rc == !why);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	why = NULL;
	/* What was found broken is refused; what was not may still be of no use. */
	if (mmdb_open(path, &db, &stamp, &why)) {
		assert(why);
	} else {
		assert(!rc);
		for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
			ask(db, asked[i]);
		mmdb_close(db);
	}
	close(fd);
	return 0;
}
