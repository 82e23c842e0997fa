/* SPDX-License-Identifier: Apache-2.0 */
#include "web/ctl/table.h"

#include <string.h>

#define COLUMNS_MAX 16
#define GAP 2

/* What catches the eye: X(word, escape sequence). */
#define TABLE_COLOUR_LIST(X)  \
	X("critical", "1;31") \
	X("high", "31")       \
	X("medium", "33")     \
	X("low", "36")        \
	X("open", "32")       \
	X("restricted", "33") \
	X("gone", "2")        \
	X("closed", "2")      \
	X("ephemeral", "2")   \
	X("trouble", "33")    \
	X("silenced", "36")   \
	X("added", "31")

static const char *colour_of(const char *word)
{
#define TABLE_COLOUR(text, sequence) \
	if (!strcmp(word, text))     \
		return sequence;
	TABLE_COLOUR_LIST(TABLE_COLOUR)
#undef TABLE_COLOUR
	return NULL;
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c != 0x7f;
}

/* C1 controls are controls, too, to some terminals: in UTF-8 they are 0xc2 0x80 to 0x9f. */
static void safe_part(FILE *out, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0) {
			putc('.', out);
			i++;
			continue;
		}
		putc(is_plain(c) ? c : '.', out);
	}
}

void table_safe(FILE *out, const char *text)
{
	safe_part(out, text, strlen(text));
}

const char *table_word(const struct reading *value, char buffer[TABLE_WORD_MAX])
{
	const char *text = value ? reading_text(value) : NULL;

	if (text)
		return *text ? text : "-";
	switch (value ? reading_kind(value) : READING_NOTHING) {
	case READING_NUMBER:
		snprintf(buffer, TABLE_WORD_MAX, "%lld", (long long)reading_number(value));
		return buffer;
	case READING_TRUE:
		return "yes";
	case READING_FALSE:
		return "no";
	default:
		return "-";
	}
}

static const struct reading *cell_of(const struct reading *row, const struct table_column *c)
{
	const char *dot = strchr(c->key, '.');
	char outer[32];

	if (!dot)
		return reading_child(row, c->key);
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - c->key), c->key);
	return reading_child(reading_child(row, outer), dot + 1);
}

static int width_of(const char *word, int most)
{
	int len = (int)strlen(word);

	return most && len > most ? most : len;
}

static void print_cell(const char *word, int most, int width, bool colour)
{
	const char *sequence = colour ? colour_of(word) : NULL;
	int len = width_of(word, most);

	if (sequence)
		printf("\033[%sm", sequence);
	safe_part(stdout, word, (size_t)len);
	if (sequence)
		fputs("\033[0m", stdout);
	if (width > len)
		printf("%*s", width - len, "");
}

static void print_row(const struct reading *row, const struct table_column *columns,
		      const int *widths, bool colour)
{
	char buffer[TABLE_WORD_MAX];
	size_t i;

	for (i = 0; columns[i].key; i++)
		print_cell(table_word(cell_of(row, &columns[i]), buffer), columns[i].most,
			   columns[i + 1].key ? widths[i] + GAP : 0, colour);
	putchar('\n');
}

bool table_print(const struct reading *list, const struct table_column *columns, bool title,
		 bool colour)
{
	int widths[COLUMNS_MAX] = { 0 }, width;
	const struct reading *row;
	char buffer[TABLE_WORD_MAX];
	size_t i, k;

	for (i = 0; columns[i].key; i++) {
		widths[i] = title ? (int)strlen(columns[i].title) : 0;
		for (k = 0; (row = reading_item(list, k)); k++) {
			width = width_of(table_word(cell_of(row, &columns[i]), buffer),
					 columns[i].most);
			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	if (!reading_item(list, 0))
		return false;
	for (i = 0; title && columns[i].key; i++)
		printf("%-*s", columns[i + 1].key ? widths[i] + GAP : 0, columns[i].title);
	if (title)
		putchar('\n');
	for (k = 0; (row = reading_item(list, k)); k++)
		print_row(row, columns, widths, colour);
	return true;
}

void table_row(const struct reading *row, const struct table_column *columns, bool colour)
{
	int widths[COLUMNS_MAX];
	size_t i;

	for (i = 0; columns[i].key; i++)
		widths[i] = columns[i].most;
	print_row(row, columns, widths, colour);
	fflush(stdout);
}

void table_card(const struct reading *row, const struct table_column *columns, bool colour)
{
	char buffer[TABLE_WORD_MAX];
	const char *word;
	size_t i;

	for (i = 0; columns[i].key; i++) {
		word = table_word(cell_of(row, &columns[i]), buffer);
		if (!strcmp(word, "-"))
			continue;
		printf("%-14s", columns[i].title);
		print_cell(word, 0, 0, colour);
		putchar('\n');
	}
}
