/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each unit test needs: cmocka in the order it wants, and numbers that look random but are the
 * same in every run.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A multiply-with-carry step: `state` starts as any number but 0. */
static inline uint32_t unit_random(uint64_t *state)
{
	*state = (*state & 0xffffffffu) * 0xfffda61bu + (*state >> 32);
	return (uint32_t)*state;
}

/* A number below `n`. */
static inline uint32_t unit_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(((uint64_t)unit_random(state) * n) >> 32);
}

#endif
