/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a service may be handed over to: the entries of the option "tools", scanners and ticket
 * systems. base/conf/section.h says how an entry is written.
 */
#ifndef BASE_CONF_TOOLS_H
#define BASE_CONF_TOOLS_H

#include "base/conf/section.h"
#include "base/mono.h"

#include <stdbool.h>

#define TOOLS_MAX 16
#define TOOLS_NAME_MAX 24 /* with its NUL */
#define TOOLS_OUTPUT_MOST (1 << 20)
#define TOOLS_TIMEOUT_MOST (3600 * MONO_SECOND)
#define TOOLS_ARGUMENTS_MAX 64
#define TOOLS_HEADERS_MAX 16
#define TOOLS_READS_MAX 8

/* X(constant, text) */
#define TOOLS_KIND_LIST(X)         \
	X(TOOL_COMMAND, "command") \
	X(TOOL_HTTP, "http")

#define TOOLS_ENUM(id, text) id,
enum tool_kind { TOOLS_KIND_LIST(TOOLS_ENUM) TOOL_KIND_END };
#undef TOOLS_ENUM

/* X(member, type, name, default, low, high, help); types as in base/conf/section.h; KIND and LEVELS
 * are words of their lists. */
#define TOOLS_OPTION_LIST(X)                                                                       \
	X(name, TEXT, "name", "", 1, TOOLS_NAME_MAX - 1, "how people call it")                     \
	X(kind, KIND, "kind", "command", 0, 0, "command or http")                                  \
	X(title, TEXT, "title", "", 0, 80, "what it does, for the page")                           \
	X(probes, BOOL, "probes", "yes", 0, 0,                                                     \
	  "it talks to the service: only within the targets, not when nothing may be probed")      \
	X(levels, LEVELS, "levels", "", 0, 0, "alerts for which a rule's scan starts it; none")    \
	X(timeout, DURATION, "timeout", "5m", MONO_SECOND, TOOLS_TIMEOUT_MOST,                     \
	  "how long it may take")                                                                  \
	X(output, BYTES, "output", "256k", 1024, TOOLS_OUTPUT_MOST,                                \
	  "bytes of its output that are kept")                                                     \
	X(program, TEXT, "program", "", 0, 1024, "command: the path of the program")               \
	X(arguments, LINES, "arguments", "", 0, 4000, "command: its arguments, each a template")   \
	X(reads, LINES, "reads", "", 0, 4000, "command: files and folders it may read besides")    \
	X(memory, BYTES, "memory", "1G", 1 << 24, 1LL << 36, "command: bytes of data it may have") \
	X(cpu, DURATION, "cpu", "5m", MONO_SECOND, 24 * 3600 * MONO_SECOND,                        \
	  "command: processor time it may take")                                                   \
	X(disk, BYTES, "disk", "64M", 0, 1LL << 36, "command: bytes of a file it may write")       \
	X(files, COUNT, "files", "256", 16, 65536, "command: files it may have open")              \
	X(forks, BOOL, "forks", "no", 0, 0, "command: it may start processes of its own program")  \
	X(method, TEXT, "method", "POST", 1, 16, "http: the method")                               \
	X(url, TEXT, "url", "", 0, 1024, "http: the address, a template")                          \
	X(headers, LINES, "headers", "", 0, 4000, "http: \"Name: value\", each a template")        \
	X(body, TEXT, "body", "", 0, 4000, "http: what is sent, a template of JSON")               \
	X(ca_file, TEXT, "ca_file", "", 0, 1024, "http: authorities (default: the system's)")      \
	X(tls_verify, BOOL, "tls_verify", "yes", 0, 0, "http: believe only a certificate")         \
	X(ticket, TEXT, "ticket", "", 0, 64, "http: member of the answer that names the ticket")   \
	X(link, TEXT, "link", "", 0, 512, "http: address of the ticket, a template")               \
	X(secret_file, TEXT, "secret_file", "", 0, 1024,                                           \
	  "file with {secret} of headers; of a command: SECRET in its environment")

struct tool_conf {
#define TOOLS_TEXT char *
#define TOOLS_LINES char *
#define TOOLS_COUNT uint64_t
#define TOOLS_BYTES uint64_t
#define TOOLS_DURATION mono_t
#define TOOLS_BOOL bool
#define TOOLS_KIND uint8_t
#define TOOLS_LEVELS uint32_t
#define TOOLS_MEMBER(member, type, ...) TOOLS_##type member;
	TOOLS_OPTION_LIST(TOOLS_MEMBER)
#undef TOOLS_MEMBER
};

struct tools {
	struct tool_conf list[TOOLS_MAX];
	size_t count;
};

/* What an entry may say. */
extern const struct section tools_section;

const char *tools_kind_text(unsigned kind);

/* Reads the entries, one a line; all of it must be freed by tools_free. 0, or an error and what is
 * wrong in `error` (SECTION_ERROR_MAX bytes). */
int tools_parse(const char *entries, struct tools *out, char *error);
void tools_free(struct tools *tools);

/* Which one has the name; NULL none. */
const struct tool_conf *tools_find(const struct tools *tools, const char *name);

/* Splits lines in place; `out` ends with NULL and has `most` places, that one included. How many
 * there are; more than fit are left out. */
size_t tools_lines(char *text, char **out, size_t most);

/* ---- templates ---- */

/* X(constant, name, where it may stand): A arguments, U addresses, B bodies, H headers. */
#define TOOLS_WORD_LIST(X)                     \
	X(TOOL_HOST, "host", "AUBH")           \
	X(TOOL_PORT, "port", "AUBH")           \
	X(TOOL_PROTO, "proto", "AUBH")         \
	X(TOOL_TRANSPORT, "transport", "AUBH") \
	X(TOOL_SERVICE, "service", "AUBH")     \
	X(TOOL_APP, "app", "AUB")              \
	X(TOOL_URL, "url", "AUB")              \
	X(TOOL_NAME, "name", "AUB")            \
	X(TOOL_PRODUCT, "product", "AUB")      \
	X(TOOL_VERSION, "version", "AUB")      \
	X(TOOL_STATE, "state", "AUB")          \
	X(TOOL_LEVEL, "level", "AUB")          \
	X(TOOL_ALERT, "alert_id", "AUBH")      \
	X(TOOL_RUN, "run_id", "AUBH")          \
	X(TOOL_BY, "by", "UB")                 \
	X(TOOL_RULE, "rule", "UB")             \
	X(TOOL_BANNER, "banner", "B")          \
	X(TOOL_TICKET, "ticket", "L")          \
	X(TOOL_SECRET, "secret", "H")

#define TOOLS_ENUM(id, ...) id,
enum tool_word { TOOLS_WORD_LIST(TOOLS_ENUM) TOOL_WORD_END };
#undef TOOLS_ENUM

/*
 * Where the next placeholder of a template begins, and which one it is: {name}, as it may stand at
 * `place`. Other braces are text. NULL: there is none; `*word` TOOL_WORD_END: one that there is
 * not, or not there.
 */
const char *tools_next(const char *text, char place, enum tool_word *word);
const char *tools_word_text(enum tool_word word);

#endif
