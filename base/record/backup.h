/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the store that people ask for. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_BACKUP_H
#define BASE_RECORD_BACKUP_H

#include "base/record/token.h"

#include <stdint.h>

/* X(constant): how far it is */
#define RECORD_BACKUP_LIST(X)                             \
	X(BACKUP_ASKED)                                   \
	X(BACKUP_DONE)                                    \
	X(BACKUP_TAKEN)	 /* there is one of that name */  \
	X(BACKUP_FULL)	 /* there are too many */         \
	X(BACKUP_ABSENT) /* there is none of that name */ \
	X(BACKUP_FAILED)

#define RECORD_ENUM(id) id,
enum backup_result { RECORD_BACKUP_LIST(RECORD_ENUM) BACKUP_END };
#undef RECORD_ENUM

#define BACKUP_NAME_MAX 32
#define BACKUP_ERROR_MAX 192

/* Order and answer in one: web asks, core does and says what came of it. */
struct backup {
	uint64_t id;	/* of the order */
	uint8_t remove; /* 1: it is to go */
	uint8_t result; /* enum backup_result */
	uint8_t pad[6];
	char name[BACKUP_NAME_MAX];
	char by[TOKEN_NAME_MAX];      /* "": nobody had to say who */
	char error[BACKUP_ERROR_MAX]; /* where it failed */
};

#endif
