/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rocks.h"

#include "base/err.h"
#include "store/memory.h"
#include "store/pending.h"
#include "store/schema/rows.h"

#include <dirent.h>
#include <fnmatch.h>
#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_BUFFER (16 << 20) /* of each table, before it goes to a file */
#define BACKGROUND_JOBS 2
#define LOG_FILES 2
#define OPEN_FILES 256
#define LOG_MOST (64 << 20) /* of all tables: a table that is seldom written would keep it all */
#define WARNINGS 2	    /* InfoLogLevel::WARN_LEVEL */

struct rocks {
	struct memory *memory; /* instead of all that is RocksDB's: thrown away at the end */
	rocksdb_t *db;
	rocksdb_options_t *options;
	rocksdb_readoptions_t *read;
	rocksdb_writeoptions_t *write, *write_sync;
	rocksdb_flushoptions_t *flush;
	struct pending *pending;
	uint64_t written;
	int lost; /* an error of putting, for the next commit to say */
	rocksdb_column_family_handle_t *tables[ROCKS_TABLE_END];
};

struct rocks_cursor {
	struct memory_cursor *memory; /* instead of the others */
	struct pending_row row;
	rocksdb_iterator_t *iterator;
	bool backwards, started;
};

static const char *const names[ROCKS_TABLE_END] = {
#define ROCKS_NAME(id, name) [id] = name,
	ROCKS_TABLE_LIST(ROCKS_NAME)
#undef ROCKS_NAME
};

/* True, with the text in `error` (may be NULL), when RocksDB complains. */
static bool failed(char *text, char *error)
{
	if (!text)
		return false;
	if (error)
		snprintf(error, ROCKS_ERROR_MAX, "%s", text);
	rocksdb_free(text);
	return true;
}

_Static_assert(ROCKS_TABLE_END <= MEMORY_TABLES, "tables in memory");

static void set_options(struct rocks *r)
{
	r->options = rocksdb_options_create();
	rocksdb_options_set_create_if_missing(r->options, 1);
	rocksdb_options_set_create_missing_column_families(r->options, 1);
	rocksdb_options_set_write_buffer_size(r->options, WRITE_BUFFER);
	rocksdb_options_set_max_total_wal_size(r->options, LOG_MOST);
	rocksdb_options_set_max_background_jobs(r->options, BACKGROUND_JOBS);
	rocksdb_options_set_keep_log_file_num(r->options, LOG_FILES);
	rocksdb_options_set_info_log_level(r->options, WARNINGS);
	rocksdb_options_set_max_open_files(r->options, OPEN_FILES);
	r->read = rocksdb_readoptions_create();
	r->write = rocksdb_writeoptions_create();
	r->write_sync = rocksdb_writeoptions_create();
	rocksdb_writeoptions_set_sync(r->write_sync, 1);
	r->flush = rocksdb_flushoptions_create();
	rocksdb_flushoptions_set_wait(r->flush, 1);
}

/* Opens `path` into `r`, with `scratch` as a reader. */
static bool db_open(struct rocks *r, const char *path, const char *scratch, char *error)
{
	const rocksdb_options_t *options[ROCKS_TABLE_END];
	char *text = NULL;
	size_t i;

	/* A reader must hold the files open that the writer may delete; and it would start and end
	 * threads to open them, of every table, each time it catches up. */
	if (scratch) {
		rocksdb_options_set_max_open_files(r->options, -1);
		rocksdb_options_set_max_file_opening_threads(r->options, 1);
	}
	for (i = 0; i < ROCKS_TABLE_END; i++)
		options[i] = r->options;
	if (scratch)
		r->db = rocksdb_open_as_secondary_column_families(r->options, path, scratch,
								  ROCKS_TABLE_END, names, options,
								  r->tables, &text);
	else
		r->db = rocksdb_open_column_families(r->options, path, ROCKS_TABLE_END, names,
						     options, r->tables, &text);
	if (!failed(text, error))
		return true;
	r->db = NULL;
	return false;
}

static int open_either(const char *path, const char *scratch, struct rocks **out, char *error)
{
	const struct hash_key key = hash_key_new();
	struct rocks *r = calloc(1, sizeof(*r));

	if (!r || !(r->pending = pending_new(&key)) || (!path && !(r->memory = memory_new(&key)))) {
		snprintf(error, ROCKS_ERROR_MAX, "out of memory");
		rocks_close(r);
		return ERR_STORE;
	}
	if (path) {
		set_options(r);
		if (!db_open(r, path, scratch, error)) {
			rocks_close(r);
			return ERR_STORE;
		}
	}
	*out = r;
	return 0;
}

int rocks_open(const char *path, struct rocks **out, char *error)
{
	return open_either(path, NULL, out, error);
}

int rocks_open_reader(const char *path, const char *scratch, struct rocks **out, char *error)
{
	return open_either(path, scratch, out, error);
}

int rocks_catch_up(struct rocks *r)
{
	char *text = NULL;

	rocksdb_try_catch_up_with_primary(r->db, &text);
	return failed(text, NULL) ? ERR_STORE : 0;
}

void rocks_close(struct rocks *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; r->db && i < ROCKS_TABLE_END; i++)
		rocksdb_column_family_handle_destroy(r->tables[i]);
	if (r->db)
		rocksdb_close(r->db);
	pending_free(r->pending);
	if (r->read) {
		rocksdb_flushoptions_destroy(r->flush);
		rocksdb_writeoptions_destroy(r->write_sync);
		rocksdb_writeoptions_destroy(r->write);
		rocksdb_readoptions_destroy(r->read);
	}
	if (r->options)
		rocksdb_options_destroy(r->options);
	memory_free(r->memory);
	free(r);
}

/* Copies a value that must have `size` bytes. 1 or ERR_CORRUPT. */
int rocks_get(struct rocks *r, enum rocks_table table, struct rocks_key key, void *value,
	      size_t size)
{
	struct pending_row row = { .table = table, .key = key.bytes, .key_len = key.len };
	rocksdb_pinnableslice_t *found;
	char *text = NULL;
	const char *bytes;
	size_t found_size;
	int rc;

	if (pending_find(r->pending, &row))
		return row.value ? rows_copy(table, value, size, row.value, row.size) : 0;
	if (r->memory)
		return memory_find(r->memory, &row)
			       ? rows_copy(table, value, size, row.value, row.size)
			       : 0;
	found = rocksdb_get_pinned_cf(r->db, r->read, r->tables[table], key.bytes, key.len, &text);
	if (failed(text, NULL))
		return ERR_STORE;
	if (!found)
		return 0;
	bytes = rocksdb_pinnableslice_value(found, &found_size);
	rc = rows_copy(table, value, size, bytes, found_size);
	rocksdb_pinnableslice_destroy(found);
	return rc;
}

void rocks_put(struct rocks *r, enum rocks_table table, struct rocks_key key, const void *value,
	       size_t size)
{
	const struct pending_row row = { table, key.bytes, value, key.len, size, 0 };
	int rc = pending_put(r->pending, &row);

	if (rc)
		r->lost = rc;
}

void rocks_delete(struct rocks *r, enum rocks_table table, struct rocks_key key)
{
	rocks_put(r, table, key, NULL, 0);
}

/* Everything that is pending, as RocksDB takes it, and how much that is. */
static rocksdb_writebatch_t *batch_new(const struct rocks *r, uint64_t *bytes)
{
	rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
	struct pending_row row;
	size_t i;

	for (i = 0; i < pending_count(r->pending); i++) {
		row = pending_at(r->pending, i);
		*bytes += row.key_len + row.size;
		if (row.value)
			rocksdb_writebatch_put_cf(batch, r->tables[row.table], row.key, row.key_len,
						  row.value, row.size);
		else
			rocksdb_writebatch_delete_cf(batch, r->tables[row.table], row.key,
						     row.key_len);
	}
	return batch;
}

static int commit_memory(struct rocks *r)
{
	struct pending_row row;
	size_t i;
	int rc = 0;

	for (i = 0; i < pending_count(r->pending) && !rc; i++) {
		row = pending_at(r->pending, i);
		rc = memory_put(r->memory, &row);
	}
	if (rc)
		return rc;
	pending_clear(r->pending);
	return memory_pack(r->memory);
}

int rocks_commit(struct rocks *r, bool sync)
{
	rocksdb_writebatch_t *batch;
	uint64_t bytes = 0;
	char *text = NULL;

	if (r->lost)
		return r->lost;
	if (!pending_count(r->pending))
		return 0;
	if (r->memory)
		return commit_memory(r);
	batch = batch_new(r, &bytes);
	rocksdb_write(r->db, sync ? r->write_sync : r->write, batch, &text);
	rocksdb_writebatch_destroy(batch);
	if (failed(text, NULL))
		return ERR_STORE;
	r->written += bytes;
	pending_clear(r->pending);
	return 0;
}

int rocks_delete_range(struct rocks *r, enum rocks_table table, struct rocks_key from,
		       struct rocks_key to)
{
	const struct pending_row first = { .table = table, .key = from.bytes, .key_len = from.len },
				 end = { .table = table, .key = to.bytes, .key_len = to.len };
	char *text = NULL;

	if (r->memory)
		return memory_delete_range(r->memory, &first, &end);
	rocksdb_delete_range_cf(r->db, r->write, r->tables[table], from.bytes, from.len, to.bytes,
				to.len, &text);
	return failed(text, NULL) ? ERR_STORE : 0;
}

int rocks_settle(struct rocks *r, enum rocks_table table)
{
	char *text = NULL;

	if (r->db)
		rocksdb_flush_cf(r->db, r->flush, r->tables[table], &text);
	return failed(text, NULL) ? ERR_STORE : 0;
}

int rocks_reclaim(struct rocks *r, enum rocks_table table, struct rocks_key from,
		  struct rocks_key to)
{
	char *text = NULL;

	if (!r->db)
		return 0;
	/* What lies in memory has no size yet; the deletion itself must reach the files, too. */
	if (rocks_settle(r, table))
		return ERR_STORE;
	/* Files with nothing else are let go as they are: few are left to write anew, whatever the
	 * size of the history. */
	rocksdb_delete_file_in_range_cf(r->db, r->tables[table], from.bytes, from.len, to.bytes,
					to.len, &text);
	if (failed(text, NULL))
		return ERR_STORE;
	rocksdb_compact_range_cf(r->db, r->tables[table], from.bytes, from.len, to.bytes, to.len);
	return 0;
}

/* What a start that was ended before it had made a store leaves. */
static bool is_rest(const char *name)
{
	static const char *const rests[] = { ".",	   "..",	   "LOCK",
					     "IDENTITY",   "web",	   "LOG*",
					     "MANIFEST-*", "??????.dbtmp", "backups" };
	size_t i;

	for (i = 0; i < sizeof(rests) / sizeof(rests[0]); i++)
		if (!fnmatch(rests[i], name, 0))
			return true;
	return false;
}

bool rocks_may_be(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	bool other = false, store = false;

	while (dir && (entry = readdir(dir))) {
		store |= !strcmp(entry->d_name, "CURRENT");
		other |= !is_rest(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return store || !other;
}

uint64_t rocks_count(struct rocks *r, enum rocks_table table)
{
	uint64_t count = 0;

	if (r->db)
		rocksdb_property_int_cf(r->db, r->tables[table], "rocksdb.estimate-num-keys",
					&count);
	return count;
}

uint64_t rocks_size(struct rocks *r)
{
	uint64_t sum = 0, one;
	size_t i;

	for (i = 0; r->db && i < ROCKS_TABLE_END; i++)
		if (!rocksdb_property_int_cf(r->db, r->tables[i], "rocksdb.live-sst-files-size",
					     &one))
			sum += one;
	return sum;
}

uint64_t rocks_span(struct rocks *r, enum rocks_table table, struct rocks_key from,
		    struct rocks_key to)
{
	const char *const first[] = { from.bytes }, *const end[] = { to.bytes };
	uint64_t size = 0;
	char *text = NULL;

	if (r->db)
		rocksdb_approximate_sizes_cf(r->db, r->tables[table], 1, first, &from.len, end,
					     &to.len, &size, &text);
	return failed(text, NULL) ? 0 : size;
}

uint64_t rocks_written(const struct rocks *r)
{
	return r->written;
}

int rocks_checkpoint(struct rocks *r, const char *path, char *error)
{
	char *text = NULL;
	rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(r->db, &text);

	if (failed(text, error))
		return ERR_STORE;
	rocksdb_checkpoint_create(checkpoint, path, 0, &text);
	rocksdb_checkpoint_object_destroy(checkpoint);
	return failed(text, error) ? ERR_STORE : 0;
}

const char *rocks_name(enum rocks_table table)
{
	return names[table];
}

uint64_t rocks_rows(struct rocks *r, enum rocks_table table)
{
	uint64_t rows;

	return rocksdb_property_int_cf(r->db, r->tables[table], "rocksdb.estimate-num-keys", &rows)
		       ? 0
		       : rows;
}

static struct rocks_cursor *cursor_new(struct rocks *r, enum rocks_table table,
				       struct rocks_key from, bool backwards)
{
	const struct pending_row first = { .table = table, .key = from.bytes, .key_len = from.len };
	struct rocks_cursor *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->backwards = backwards;
	if (!r->memory) {
		c->iterator = rocksdb_create_iterator_cf(r->db, r->read, r->tables[table]);
	} else if (!(c->memory = memory_cursor_new(r->memory, &first, backwards))) {
		free(c);
		return NULL;
	}
	return c;
}

struct rocks_cursor *rocks_cursor_new(struct rocks *r, enum rocks_table table,
				      struct rocks_key from)
{
	struct rocks_cursor *c = cursor_new(r, table, from, false);

	if (c && c->iterator)
		rocksdb_iter_seek(c->iterator, from.bytes, from.len);
	return c;
}

struct rocks_cursor *rocks_cursor_new_last(struct rocks *r, enum rocks_table table)
{
	struct rocks_cursor *c = cursor_new(r, table, (struct rocks_key){ "", 0 }, true);

	if (c && c->iterator)
		rocksdb_iter_seek_to_last(c->iterator);
	return c;
}

int rocks_cursor_free(struct rocks_cursor *c)
{
	char *text = NULL;

	if (!c)
		return 0;
	if (c->iterator) {
		rocksdb_iter_get_error(c->iterator, &text);
		rocksdb_iter_destroy(c->iterator);
	}
	memory_cursor_free(c->memory);
	free(c);
	return failed(text, NULL) ? ERR_STORE : 0;
}

/* Moves RocksDB's iterator on and fills in the row; false at the end. */
static bool iterator_next(struct rocks_cursor *c)
{
	if (c->started && c->backwards)
		rocksdb_iter_prev(c->iterator);
	else if (c->started)
		rocksdb_iter_next(c->iterator);
	c->started = rocksdb_iter_valid(c->iterator);
	if (!c->started)
		return false;
	c->row.key = rocksdb_iter_key(c->iterator, &c->row.key_len);
	c->row.value = rocksdb_iter_value(c->iterator, &c->row.size);
	return true;
}

bool rocks_cursor_next(struct rocks_cursor *c, const void **key, size_t *key_len,
		       const void **value, size_t *size)
{
	if (!(c->memory ? memory_cursor_next(c->memory, &c->row) : iterator_next(c)))
		return false;
	if (key) {
		*key = c->row.key;
		*key_len = c->row.key_len;
	}
	if (value) {
		*value = c->row.value;
		*size = c->row.size;
	}
	return true;
}
