/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/builtin.h"

/* The assembler finds the file along the include path. */
__asm__(".section .rodata\n"
	"builtin_begin:\n"
	".incbin \"rules/default.rules\"\n"
	"builtin_end:\n"
	".byte 0\n"
	".previous\n");

extern const char builtin_begin[], builtin_end[];

const char *builtin_text(size_t *len)
{
	*len = (size_t)(builtin_end - builtin_begin);
	return builtin_begin;
}
