/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/geo/mmdb.h"

#include "base/err.h"
#include "flowd/core/geo/mmcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_STEP (256 << 10)
#define SAMPLES 10000 /* records looked at to learn what a file tells */

struct mmdb {
	MMDB_s file;
	struct mmdb_about about;
};

typedef const char *const path_t[3]; /* keys from the outermost in, NULL at the end */

/* The names that the makers of such files have given, the most telling first. */
static path_t country_paths[] = { { "country", "iso_code" }, { "country_code" }, { "country" } };
static path_t number_paths[] = { { "autonomous_system_number" },
				 { "asn" },
				 { "traits", "autonomous_system_number" } };
static path_t name_paths[] = { { "autonomous_system_organization" },
			       { "as_name" },
			       { "name" },
			       { "traits", "autonomous_system_organization" } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void stamp_of(const struct stat *st, struct mmdb_stamp *out)
{
	*out = (struct mmdb_stamp){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.changed_ns = st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec,
		.written_ns = st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec
	};
}

int mmdb_look(const char *path, struct mmdb_stamp *out)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	stamp_of(&st, out);
	return 0;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len; bytes += n, len -= (size_t)n) {
		n = write(fd, bytes, len);
		if (n <= 0)
			return n ? -errno : -ENOSPC;
	}
	return 0;
}

/* Copies a file to one that nobody else has. 0, -errno. */
static int copy_bytes(int from, int to)
{
	char *bytes = malloc(COPY_STEP);
	size_t sum = 0;
	ssize_t n = 0;
	int rc = bytes ? 0 : -ENOMEM;

	while (!rc && (n = read(from, bytes, COPY_STEP)) > 0) {
		sum += (size_t)n;
		rc = sum > MMDB_FILE_MAX ? -EFBIG : write_all(to, bytes, (size_t)n);
	}
	if (!rc && n < 0)
		rc = -errno;
	free(bytes);
	return rc;
}

/* A descriptor of a sealed copy, or -errno. */
static int copy_file(const char *path, struct mmdb_stamp *stamp)
{
	/* Something else than a file might let us wait. */
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), to = -1, rc = 0;
	struct stat st;

	if (from < 0)
		return -errno;
	if (fstat(from, &st))
		rc = -errno;
	else
		stamp_of(&st, stamp);
	if (!rc && !S_ISREG(st.st_mode))
		rc = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (!rc && st.st_size > MMDB_FILE_MAX)
		rc = -EFBIG;
	if (!rc && (to = memfd_create("geo", MFD_CLOEXEC | MFD_ALLOW_SEALING)) < 0)
		rc = -errno;
	if (!rc)
		rc = copy_bytes(from, to);
	if (!rc && fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		rc = -errno;
	close(from);
	if (!rc)
		return to;
	if (to >= 0)
		close(to);
	return rc;
}

static int check_file(int fd, struct mmcheck *out, const char **why)
{
	struct stat st;
	void *bytes;
	int rc;

	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size) {
		*why = "is empty";
		return ERR_SYNTAX;
	}
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	rc = mmcheck(bytes, (size_t)st.st_size, out, why);
	munmap(bytes, (size_t)st.st_size);
	return rc;
}

/* What the library says must be what was checked. */
static int open_copy(int fd, const struct mmcheck *checked, struct mmdb *db, const char **why)
{
	const MMDB_metadata_s *m = &db->file.metadata;
	char path[32];
	int rc;

	/* The library wants a path; a memfd may be opened from within the cage. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	errno = 0;
	rc = MMDB_open(path, MMDB_MODE_MMAP, &db->file);
	if (rc == MMDB_FILE_OPEN_ERROR || rc == MMDB_IO_ERROR)
		return errno ? -errno : -EIO;
	if (rc == MMDB_OUT_OF_MEMORY_ERROR)
		return -ENOMEM;
	if (!rc &&
	    (m->node_count != checked->node_count || m->record_size != checked->record_size ||
	     m->ip_version != checked->ip_version)) {
		MMDB_close(&db->file);
		rc = MMDB_INVALID_METADATA_ERROR;
	}
	if (rc)
		*why = "has metadata that libmaxminddb does not take";
	return rc ? ERR_SYNTAX : 0;
}

static bool get(MMDB_entry_s *entry, path_t *path, MMDB_entry_data_s *out)
{
	return !MMDB_aget_value(entry, out, *path) && out->has_data;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool get_country(MMDB_entry_s *entry, char *out)
{
	MMDB_entry_data_s value;
	size_t i;

	for (i = 0; i < COUNT(country_paths); i++) {
		if (!get(entry, &country_paths[i], &value) ||
		    value.type != MMDB_DATA_TYPE_UTF8_STRING || value.data_size != 2 ||
		    !is_letter(value.utf8_string[0]) || !is_letter(value.utf8_string[1]))
			continue;
		out[0] = value.utf8_string[0] & ~0x20;
		out[1] = value.utf8_string[1] & ~0x20;
		return true;
	}
	return false;
}

/* "AS64496" or "64496"; 0: it is no such thing. */
static uint32_t parse_as(const char *text, uint32_t len)
{
	uint64_t n = 0;

	if (len > 2 && !strncasecmp(text, "AS", 2)) {
		text += 2;
		len -= 2;
	}
	for (; len && *text >= '0' && *text <= '9' && n <= UINT32_MAX; text++, len--)
		n = 10 * n + (uint64_t)(*text - '0');
	return len || n > UINT32_MAX ? 0 : (uint32_t)n;
}

static uint32_t get_as(MMDB_entry_s *entry)
{
	MMDB_entry_data_s value;
	size_t i;

	for (i = 0; i < COUNT(number_paths); i++) {
		if (!get(entry, &number_paths[i], &value))
			continue;
		if (value.type == MMDB_DATA_TYPE_UINT32)
			return value.uint32;
		if (value.type == MMDB_DATA_TYPE_UINT16)
			return value.uint16;
		if (value.type == MMDB_DATA_TYPE_UTF8_STRING)
			return parse_as(value.utf8_string, value.data_size);
	}
	return 0;
}

static void get_as_name(MMDB_entry_s *entry, char *out)
{
	MMDB_entry_data_s value;
	size_t i, len;

	for (i = 0; i < COUNT(name_paths); i++) {
		if (!get(entry, &name_paths[i], &value) || value.type != MMDB_DATA_TYPE_UTF8_STRING)
			continue;
		len = value.data_size < ALERT_AS_NAME_MAX ? value.data_size : ALERT_AS_NAME_MAX - 1;
		/* A character is not cut in two. */
		while (len < value.data_size && len && (value.utf8_string[len] & 0xc0) == 0x80)
			len--;
		memcpy(out, value.utf8_string, len);
		memset(out + len, 0, ALERT_AS_NAME_MAX - len);
		return;
	}
}

static void sample(struct mmdb *db, MMDB_entry_s *entry)
{
	char country[2];

	db->about.has_country |= get_country(entry, country);
	db->about.has_as |= get_as(entry) != 0;
}

/* Looks at some records: what is never there need not be looked for. */
static void learn(struct mmdb *db)
{
	MMDB_search_node_s node;
	uint32_t i, seen = 0;

	for (i = 0; i < db->file.metadata.node_count && seen < SAMPLES; i++) {
		if (MMDB_read_node(&db->file, i, &node))
			return;
		if (node.left_record_type == MMDB_RECORD_TYPE_DATA) {
			sample(db, &node.left_record_entry);
			seen++;
		}
		if (node.right_record_type == MMDB_RECORD_TYPE_DATA) {
			sample(db, &node.right_record_entry);
			seen++;
		}
	}
}

static void describe(struct mmdb *db)
{
	const MMDB_metadata_s *m = &db->file.metadata;
	const char *text = m->description.count ? m->description.descriptions[0]->description : "";
	size_t i;

	for (i = 0; i < m->description.count; i++)
		if (!strcmp(m->description.descriptions[i]->language, "en"))
			text = m->description.descriptions[i]->description;
	record_text_set(db->about.description, sizeof(db->about.description), text);
	record_text_set(db->about.type, sizeof(db->about.type),
			m->database_type ? m->database_type : "");
	db->about.built_us = mono_join((int64_t)(m->build_epoch & INT64_MAX), 0);
	db->about.bytes = (uint64_t)db->file.file_size;
}

int mmdb_open(const char *path, struct mmdb **out, struct mmdb_stamp *stamp, const char **why)
{
	struct mmcheck checked;
	struct mmdb *db;
	int fd, rc;

	memset(stamp, 0, sizeof(*stamp));
	fd = copy_file(path, stamp);
	if (fd < 0)
		return fd;
	db = calloc(1, sizeof(*db));
	rc = db ? check_file(fd, &checked, why) : -ENOMEM;
	if (!rc)
		rc = open_copy(fd, &checked, db, why);
	close(fd);
	if (rc) {
		free(db);
		return rc;
	}
	describe(db);
	learn(db);
	if (!db->about.has_country && !db->about.has_as) {
		mmdb_close(db);
		*why = "tells neither country nor AS";
		return ERR_SYNTAX;
	}
	*out = db;
	return 0;
}

void mmdb_close(struct mmdb *db)
{
	if (!db)
		return;
	MMDB_close(&db->file);
	free(db);
}

const struct mmdb_about *mmdb_about(const struct mmdb *db)
{
	return &db->about;
}

void mmdb_find(const struct mmdb *db, const struct addr *addr, struct origin *out, char *name)
{
	struct sockaddr_storage ss;
	MMDB_lookup_result_s found;
	int rc;

	if ((!db->about.has_country || *out->country) && (!db->about.has_as || out->as_number))
		return;
	addr_to_socket(addr, 0, &ss);
	found = MMDB_lookup_sockaddr(&db->file, (const struct sockaddr *)&ss, &rc);
	if (rc || !found.found_entry)
		return;
	if (db->about.has_country && !*out->country)
		get_country(&found.entry, out->country);
	if (db->about.has_as && !out->as_number) {
		out->as_number = get_as(&found.entry);
		if (out->as_number && name)
			get_as_name(&found.entry, name);
	}
}
