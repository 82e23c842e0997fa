/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page, built into the program.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stddef.h>

/* X(constant, path, file below web, type) */
#define PAGE_LIST(X)                                                                  \
	X(INDEX, "/", "ui/dist/index.html", "text/html; charset=utf-8")               \
	X(SCRIPT, "/app.js", "ui/dist/app.js", "text/javascript; charset=utf-8")      \
	X(STYLE, "/app.css", "ui/dist/app.css", "text/css; charset=utf-8")            \
	X(LOGIN, "/login", "ui/login/login.html", "text/html; charset=utf-8")         \
	X(LOGIN_STYLE, "/login.css", "ui/login/login.css", "text/css; charset=utf-8") \
	X(OPENAPI, "/api/v1/openapi.json", "openapi.json", "application/json")

enum page {
#define PAGE_ENUM(id, path, file, type) PAGE_##id,
	PAGE_LIST(PAGE_ENUM)
#undef PAGE_ENUM
};

/* The bytes of a file of the page; static. */
const void *page_bytes(enum page page, size_t *len);

#endif
