/* SPDX-License-Identifier: Apache-2.0 */
#include "web/page.h"

#define FOLDER "web/"

/* The assembler finds the files along the include path. */
#define EMBED(id, path, file, type)             \
	__asm__(".section .rodata\n"            \
		"page_begin_" #id ":\n"         \
		".incbin \"" FOLDER file "\"\n" \
		"page_end_" #id ":\n"           \
		".byte 0\n"                     \
		".previous\n");                 \
	extern const char page_begin_##id[], page_end_##id[];
PAGE_LIST(EMBED)
#undef EMBED

const void *page_bytes(enum page page, size_t *len)
{
	static const struct {
		const char *begin, *end;
	} files[] = {
#define FILE_OF(id, path, file, type) { page_begin_##id, page_end_##id },
		PAGE_LIST(FILE_OF)
#undef FILE_OF
	};

	*len = (size_t)(files[page].end - files[page].begin);
	return files[page].begin;
}
