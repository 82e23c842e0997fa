/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/yaml.h"

#include "base/conf/sinks.h"
#include "base/conf/tools.h"
#include "base/err.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 128
#define CONF_ENTRY_MAX 16384

struct reader {
	const char *path;
	struct conf *conf;
	char *error;
};

/* Says what is wrong at a place counted from 0. */
static int complain(const struct reader *r, int rc, int line, int column, const char *text)
{
	snprintf(r->error, YAML_ERROR_MAX, "%s:%d:%d: %s", r->path, line + 1, column + 1, text);
	return rc;
}

/* The same at a node, `offset` bytes into it. */
static int complain_at(const struct reader *r, int rc, struct fy_node *node, size_t offset,
		       const char *text)
{
	struct fy_token *token = fy_node_get_scalar_token(node);
	const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

	if (!mark)
		return complain(r, rc, 0, 0, text);
	return complain(r, rc, mark->line, mark->column + (int)offset, text);
}

static int set_scalar(const struct reader *r, const char *name, struct fy_node *node)
{
	const char *value = fy_node_get_scalar0(node);
	char text[256], expects[128];
	size_t bad = 0;
	int rc = conf_set(r->conf, name, value ? value : "", &bad);

	if (!rc)
		return 0;
	snprintf(text, sizeof(text), "%s: %s, expected %s", name, err_text(rc),
		 conf_expects(name, expects, sizeof(expects)));
	return complain_at(r, rc, node, bad, text);
}

static int unknown(const struct reader *r, const char *name, struct fy_node *key)
{
	const char *near = conf_nearest(name);
	char text[300];

	snprintf(text, sizeof(text), "no option is called %s%s%s%s", name,
		 near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
	return complain_at(r, ERR_UNKNOWN, key, 0, text);
}

/* The options whose entries have options of their own. */
static const struct section *section_of(const char *name)
{
	if (!strcmp(name, "sinks"))
		return &sinks_section;
	return strcmp(name, "tools") ? NULL : &tools_section;
}

/* The value of an option of an entry; of a list the items, each a line. False: it is none. */
static bool entry_value(struct fy_node *value, bool list, char out[SECTION_VALUE_MAX])
{
	const char *text;
	struct fy_node *item;
	void *iter = NULL;
	size_t len = 0;

	*out = 0;
	if (value && fy_node_is_scalar(value)) {
		text = fy_node_get_scalar0(value);
		return text && snprintf(out, SECTION_VALUE_MAX, "%s", text) < SECTION_VALUE_MAX;
	}
	if (!list || !value || !fy_node_is_sequence(value))
		return false;
	while ((item = fy_node_sequence_iterate(value, &iter))) {
		text = fy_node_is_scalar(item) ? fy_node_get_scalar0(item) : NULL;
		if (!text || strchr(text, '\n') || len + strlen(text) + 2 > SECTION_VALUE_MAX)
			return false;
		len += (size_t)sprintf(out + len, "%s%s", len ? "\n" : "", text);
	}
	return true;
}

/* They become a line of name=value. */
static int set_entry(const struct reader *r, const char *name, struct fy_node *node)
{
	const struct section *section = section_of(name);
	char line[CONF_ENTRY_MAX] = "", value[SECTION_VALUE_MAX], error[SECTION_ERROR_MAX];
	struct fy_node_pair *pair;
	struct fy_node *key = node;
	void *iter = NULL;
	int rc = 0;

	while (!rc && (pair = fy_node_mapping_iterate(node, &iter))) {
		struct fy_node *place = fy_node_pair_value(pair);
		const char *word;

		key = fy_node_pair_key(pair);
		word = fy_node_get_scalar0(key);
		if (!word || !entry_value(place, section_is_list(section, word), value))
			return complain_at(r, ERR_SYNTAX, key, 0, "expected a value");
		rc = section_check_option(section, word, value, error);
		if (rc)
			return complain_at(r, rc, rc == ERR_UNKNOWN ? key : place, 0, error);
		if (section_add_option(line, sizeof(line), word, value))
			return complain_at(r, ERR_RANGE, key, 0, "the entry is too long");
	}
	rc = section_try(section, line, error);
	if (rc)
		return complain_at(r, rc, key, 0, error);
	return conf_set(r->conf, name, line, NULL);
}

static int set_sequence(const struct reader *r, const char *name, struct fy_node *node)
{
	void *iter = NULL;
	struct fy_node *item;
	int rc = 0;

	while (!rc && (item = fy_node_sequence_iterate(node, &iter)))
		if (fy_node_is_mapping(item) && section_of(name))
			rc = set_entry(r, name, item);
		else if (fy_node_is_scalar(item))
			rc = set_scalar(r, name, item);
		else
			rc = complain_at(r, ERR_SYNTAX, item, 0, "expected a value");
	return rc;
}

static int set_mapping(const struct reader *r, const char *prefix, struct fy_node *node)
{
	char name[NAME_MAX_LEN];
	void *iter = NULL;
	struct fy_node_pair *pair;
	int rc = 0;

	while (!rc && (pair = fy_node_mapping_iterate(node, &iter))) {
		struct fy_node *key = fy_node_pair_key(pair), *value = fy_node_pair_value(pair);
		const char *word = fy_node_get_scalar0(key);

		if (snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
			     word ? word : "") >= (int)sizeof(name))
			return complain_at(r, ERR_RANGE, key, 0, "name too long");
		if (value && fy_node_is_mapping(value))
			rc = set_mapping(r, name, value);
		else if (!conf_is_option(name))
			rc = unknown(r, name, key);
		else if (value && fy_node_is_sequence(value))
			rc = set_sequence(r, name, value);
		else if (value && fy_node_is_scalar(value))
			rc = set_scalar(r, name, value);
		else
			rc = complain_at(r, ERR_SYNTAX, key, 0, "expected a value");
	}
	return rc;
}

static int read_document(const struct reader *r, FILE *file, struct fy_diag *diag)
{
	const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
	struct fy_document *document = fy_document_build_from_fp(&cfg, file);
	struct fy_diag_error *first;
	struct fy_node *root;
	void *iter = NULL;
	int rc = 0;

	if (!document) {
		/* Its places count from 1; an empty file has no document and no error. */
		first = fy_diag_errors_iterate(diag, &iter);
		return first ? complain(r, ERR_SYNTAX, first->line - 1, first->column - 1,
					first->msg)
			     : 0;
	}
	root = fy_document_root(document);
	if (root && fy_node_is_mapping(root))
		rc = set_mapping(r, "", root);
	else if (root && !fy_node_is_null(root))
		rc = complain(r, ERR_SYNTAX, 0, 0, "expected options, name: value");
	fy_document_destroy(document);
	return rc;
}

int yaml_read(const char *path, struct conf *conf, char *error)
{
	const struct fy_diag_cfg quiet = { .level = FYET_ERROR,
					   .module_mask = (1u << FYEM_MAX) - 1 };
	const struct reader r = { path, conf, error };
	struct fy_diag *diag;
	FILE *file = fopen(path, "re");
	int rc;

	if (!file) {
		rc = -errno;
		snprintf(error, YAML_ERROR_MAX, "%s: %s", path, err_text(rc));
		return rc;
	}
	diag = fy_diag_create(&quiet);
	if (diag) {
		fy_diag_set_collect_errors(diag, true);
		rc = read_document(&r, file, diag);
		fy_diag_destroy(diag);
	} else {
		rc = complain(&r, -ENOMEM, 0, 0, err_text(-ENOMEM));
	}
	fclose(file);
	return rc;
}

/* The value of a name with points in it, each of which may be one of the name or go a level down.
 */
static struct fy_node *find_in(struct fy_node *node, const char *name)
{
	struct fy_node_pair *pair;
	struct fy_node *found = NULL;
	void *iter = NULL;

	while (!found && (pair = fy_node_mapping_iterate(node, &iter))) {
		struct fy_node *value = fy_node_pair_value(pair);
		const char *word = fy_node_get_scalar0(fy_node_pair_key(pair));
		size_t len = word ? strlen(word) : 0;

		if (!len || strncmp(name, word, len))
			continue;
		if (!name[len])
			found = value;
		else if (name[len] == '.' && value && fy_node_is_mapping(value))
			found = find_in(value, name + len + 1);
	}
	return found;
}

/* Where the file says an option, counted from 1, and what, when it is a scalar; else "". */
static bool find_option(const char *path, const char *name, char *value, size_t size, int place[2])
{
	const struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET };
	struct fy_document *document = fy_document_build_from_file(&cfg, path);
	struct fy_node *root = document ? fy_document_root(document) : NULL, *node = NULL;
	const struct fy_mark *mark = NULL;
	const char *text;

	if (root && fy_node_is_mapping(root))
		node = find_in(root, name);
	if (node && fy_node_is_scalar(node)) {
		text = fy_node_get_scalar0(node);
		snprintf(value, size, "%s", text ? text : "");
		mark = fy_token_start_mark(fy_node_get_scalar_token(node));
	} else if (node && fy_node_is_sequence(node) && fy_node_sequence_item_count(node)) {
		node = fy_node_sequence_get_by_index(node, 0);
		*value = 0;
		if (fy_node_is_scalar(node))
			mark = fy_token_start_mark(fy_node_get_scalar_token(node));
	}
	if (mark) {
		place[0] = mark->line + 1;
		place[1] = mark->column + 1;
	}
	fy_document_destroy(document);
	return mark;
}

/* Is that what holds? Lists and numbers are written in another way than they were read. */
static bool is_in_effect(const struct conf *conf, const char *name, const char *text)
{
	struct conf_option o;
	char *value;
	bool same;
	size_t i;

	for (i = 0; conf_option(i, &o) && strcmp(o.name, name) != 0; i++)
		;
	if (!conf_option(i, &o) || !conf_is_given(conf, i))
		return false;
	value = *text ? conf_value(conf, i) : NULL;
	same = !value || !strcmp(value, text);
	free(value);
	return same;
}

void yaml_locate(const char *path, const struct conf *conf, char *error)
{
	char name[NAME_MAX_LEN], value[YAML_ERROR_MAX], whole[YAML_ERROR_MAX];
	size_t len = strcspn(error, ":,");
	int place[2];

	if (!path || len >= sizeof(name) || error[len] != ':')
		return;
	snprintf(name, sizeof(name), "%.*s", (int)len, error);
	if (!find_option(path, name, value, sizeof(value), place) ||
	    !is_in_effect(conf, name, value))
		return;
	snprintf(whole, sizeof(whole), "%s:%d:%d: %.400s", path, place[0], place[1], error);
	memcpy(error, whole, sizeof(whole));
}
