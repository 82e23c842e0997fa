/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of keys and values that survive kill -9 (RocksDB column families). One writer.
 */
#ifndef STORE_ROCKS_H
#define STORE_ROCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROCKS_ERROR_MAX 512

/* X(constant, name on disk) */
#define ROCKS_TABLE_LIST(X)               \
	X(ROCKS_META, "default")          \
	X(ROCKS_SERVICES, "services")     \
	X(ROCKS_PROBES, "probes")         \
	X(ROCKS_PROBE_LOG, "probe_log")   \
	X(ROCKS_EVENTS, "events")         \
	X(ROCKS_JOBS, "jobs")             \
	X(ROCKS_ALERTS, "alerts")         \
	X(ROCKS_OUTBOX, "outbox")         \
	X(ROCKS_HOSTS, "hosts")           \
	X(ROCKS_KNOWN, "known")           \
	X(ROCKS_HINTS, "hints")           \
	X(ROCKS_PLANS, "plans")           \
	X(ROCKS_AGENDA, "agenda")         \
	X(ROCKS_FACES, "faces")           \
	X(ROCKS_SWEEPS, "sweeps")         \
	X(ROCKS_SWEEP_LOG, "sweep_log")   \
	X(ROCKS_JUDGEMENTS, "judgements") \
	X(ROCKS_AUDIT, "audit")           \
	X(ROCKS_TOKENS, "tokens")         \
	X(ROCKS_LETTERS, "letters")       \
	X(ROCKS_SINKS, "sinks")           \
	X(ROCKS_DEAD, "dead")             \
	X(ROCKS_CASES, "cases")           \
	X(ROCKS_CASE_OF, "case_of")       \
	X(ROCKS_CASE_LOG, "case_log")     \
	X(ROCKS_TRAIL, "trail")           \
	X(ROCKS_BASELINE, "baseline")     \
	X(ROCKS_WAITING, "waiting")       \
	X(ROCKS_WINDOWS, "windows")       \
	X(ROCKS_MEMBERS, "members")       \
	X(ROCKS_TAGS, "tags")             \
	X(ROCKS_ASSETS, "assets")         \
	X(ROCKS_MAPPED, "mapped")         \
	X(ROCKS_RUNS, "runs")             \
	X(ROCKS_RUN_OF, "run_of")         \
	X(ROCKS_RUN_OPEN, "run_open")     \
	X(ROCKS_RUN_OUTPUT, "run_output")

enum rocks_table {
#define ROCKS_ENUM(id, name) id,
	ROCKS_TABLE_LIST(ROCKS_ENUM)
#undef ROCKS_ENUM
		ROCKS_TABLE_END
};

struct rocks;
struct rocks_cursor;

struct rocks_key {
	const void *bytes; /* borrowed for the call */
	size_t len;
};

/*
 * Opens the database in the directory `path`, making it where there is none; NULL: in memory. 0, or
 * ERR_STORE and what is wrong in `error` (ROCKS_ERROR_MAX bytes).
 */
int rocks_open(const char *path, struct rocks **out, char *error);
void rocks_close(struct rocks *rocks);

/*
 * Opens it beside its writer, to read only, what is committed by now; `scratch` is a writable
 * directory for the library's own log. Results as above; it must exist.
 */
int rocks_open_reader(const char *path, const char *scratch, struct rocks **out, char *error);

/* A reader sees from now on what has been committed since. 0 or ERR_STORE. */
int rocks_catch_up(struct rocks *rocks);

/*
 * Reads a value of exactly `size` bytes (or one of an earlier layout: schema/rows.h), also one not
 * committed yet. 1; 0 there is none;
 * ERR_CORRUPT another size, ERR_STORE.
 */
int rocks_get(struct rocks *rocks, enum rocks_table table, struct rocks_key key, void *value,
	      size_t size);

/* Put into the batch. */
void rocks_put(struct rocks *rocks, enum rocks_table table, struct rocks_key key, const void *value,
	       size_t size);
void rocks_delete(struct rocks *rocks, enum rocks_table table, struct rocks_key key);

/*
 * Writes the batch, all or nothing. It survives the end of the process; with `sync` the end of the
 * machine too. 0 or ERR_STORE, -ENOMEM, then the batch is kept.
 */
int rocks_commit(struct rocks *rocks, bool sync);

/* Deletes the keys in [from, to) at once, past the batch. 0 or ERR_STORE. */
int rocks_delete_range(struct rocks *rocks, enum rocks_table table, struct rocks_key from,
		       struct rocks_key to);

/* Gives the disk back that the deleted keys in [from, to) take, which is otherwise left to a time
 * of the database's choice. It waits for that. 0 or ERR_STORE. */
int rocks_reclaim(struct rocks *rocks, enum rocks_table table, struct rocks_key from,
		  struct rocks_key to);

/* May this be the folder of a database: is it one, empty, what a start cut short left, or not
 * there? */
bool rocks_may_be(const char *path);

/* Keys in a table, about. */
uint64_t rocks_count(struct rocks *rocks, enum rocks_table table);

/* Bytes on disk: the tables' files. The log of what is not in them yet has its limit beside. */
uint64_t rocks_size(struct rocks *rocks);

/* Writes what of a table is in memory to its files, so that it has a size. 0 or ERR_STORE. */
int rocks_settle(struct rocks *rocks, enum rocks_table table);

/* The bytes that the keys in [from, to) take in a table's files, about. */
uint64_t rocks_span(struct rocks *rocks, enum rocks_table table, struct rocks_key from,
		    struct rocks_key to);

/* Bytes that were committed since it was opened. */
uint64_t rocks_written(const struct rocks *rocks);

/*
 * A database of its own in the folder `path`, which must not be there, of what is committed by now;
 * its tables are links to these, so it has to be on the same file system. 0, ERR_STORE and what is
 * wrong in `error` (ROCKS_ERROR_MAX bytes).
 */
int rocks_checkpoint(struct rocks *rocks, const char *path, char *error);

const char *rocks_name(enum rocks_table table);

/* How many rows a table has, as the database estimates it: deletions are guessed. */
uint64_t rocks_rows(struct rocks *rocks, enum rocks_table table);

/*
 * A walk over what is committed, from the first key not before `from`. NULL when memory is short.
 */
struct rocks_cursor *rocks_cursor_new(struct rocks *rocks, enum rocks_table table,
				      struct rocks_key from);

/* The same backwards, from the last key; NULL when memory is short. */
struct rocks_cursor *rocks_cursor_new_last(struct rocks *rocks, enum rocks_table table);

/* 0; ERR_STORE: it has ended where something could not be read. */
int rocks_cursor_free(struct rocks_cursor *cursor);

/*
 * The next pair, borrowed until the next call: true, or false at the end. `key` and `value` may be
 * NULL.
 */
bool rocks_cursor_next(struct rocks_cursor *cursor, const void **key, size_t *key_len,
		       const void **value, size_t *size);

#endif
