/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration file: what is accepted prints to what is accepted and prints the
 * same.
 */
#include "flowd/yaml.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_bytes(const void *bytes, size_t size, struct conf *conf)
{
	char error[YAML_ERROR_MAX] = "", path[64];
	int fd = memfd_create("yaml", MFD_CLOEXEC), rc;

	assert(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert(!conf_new(conf));
	rc = yaml_read(path, conf, error);
	assert(!rc || *error);
	close(fd);
	return rc;
}

static char *print(const struct conf *conf, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	assert(out);
	conf_print(conf, out);
	assert(!fclose(out));
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf, again;
	char *first, *second;
	size_t first_len, second_len;

	if (!read_bytes(data, size, &conf)) {
		first = print(&conf, &first_len);
		assert(!read_bytes(first, first_len, &again));
		second = print(&again, &second_len);
		assert(first_len == second_len && !memcmp(first, second, first_len));
		free(first);
		free(second);
		conf_free(&again);
	}
	conf_free(&conf);
	return 0;
}
