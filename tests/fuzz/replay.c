/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shows the files of a folder to a fuzz target, one after the other, and then each of them cut
 * short at every length: what `make check` runs where no fuzzer is. usage: PROGRAM FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MOST (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly `len` bytes, so that a sanitizer sees the first read past its end. */
static void show(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static int show_file(const char *path)
{
	static uint8_t bytes[SIZE_MOST];
	FILE *file = fopen(path, "rb");
	size_t len, cut;

	if (!file)
		return 0;
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	show(bytes, len);
	for (cut = 0; cut < len; cut += len < 4096 ? 1 : len / 1024)
		show(bytes, cut);
	return 1;
}

int main(int argc, char **argv)
{
	const struct dirent *entry;
	char path[1024];
	int shown = 0;
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (entry->d_name[0] != '.')
			shown += show_file(path);
	}
	if (dir)
		closedir(dir);
	/* An empty folder has shown nothing. */
	printf("%d passed, %d failed\n", shown, !shown);
	return !shown;
}
