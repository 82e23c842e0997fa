/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of functions are int: 0 or a documented positive number, -errno, or
 * one of the ERR_* below (all negative, beyond the range of errno).
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_LIST(X)                                       \
	X(ERR_SYNTAX, "syntax error")                     \
	X(ERR_RANGE, "value out of range")                \
	X(ERR_UNKNOWN, "unknown name")                    \
	X(ERR_SHORT, "message or file is cut short")      \
	X(ERR_VERSION, "made by an incompatible version") \
	X(ERR_CORRUPT, "stored data is damaged")          \
	X(ERR_STORE, "the store refused")                 \
	X(ERR_CAPTURE, "capture failed")                  \
	X(ERR_CAGE, "could not give up privileges")       \
	X(ERR_FULL, "a table is full")                    \
	X(ERR_NOT_FOUND, "not found")                     \
	X(ERR_DENIED, "not allowed by the configuration") \
	X(ERR_REST, "routers refuse it for now")

enum err {
	ERR_FIRST = -10000,
#define ERR_ENUM(id, text) id,
	ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
		ERR_END
};

/* Text of a result: never NULL, static. */
const char *err_text(int rc);

#endif
