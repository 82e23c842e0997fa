/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/udp/answer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

bool answer_repeats(const struct answer *a, size_t said_at, size_t asked_at, size_t len)
{
	return said_at + len <= a->said_len && asked_at + len <= a->asked_len &&
	       !memcmp(a->said + said_at, a->asked + asked_at, len);
}

void answer_name(struct probe *p, const char *app)
{
	if (!p->app[0])
		record_text_set(p->app, sizeof(p->app), app);
}

static void field_set(char *field, size_t size, const char *text, size_t len)
{
	size_t i;

	if (field[0])
		return;
	if (len > size - 1)
		len = size - 1;
	for (i = 0; i < len; i++)
		field[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
	while (len && field[len - 1] == ' ')
		field[--len] = 0;
}

void answer_product(struct probe *p, const char *product, const char *version)
{
	field_set(p->product, sizeof(p->product), product, strlen(product));
	field_set(p->version, sizeof(p->version), version, strlen(version));
}

void answer_software(struct probe *p, const char *text)
{
	size_t end, at;

	text += strspn(text, " ");
	/* A digit ends the product only behind a separator: "Win32 Server/1.2". */
	for (end = 1; text[0] && text[end] && !strchr("(,;", text[end]); end++)
		if (isdigit((unsigned char)text[end]) && strchr(" /-_v", text[end - 1]))
			break;
	if (!text[0] || !isdigit((unsigned char)text[end])) {
		field_set(p->product, sizeof(p->product), text, strcspn(text, "(,;"));
		return;
	}
	for (at = end; at > 1 && strchr(" /-_v", text[at - 1]); at--)
		;
	if (p->product[0])
		return;
	field_set(p->product, sizeof(p->product), text, at);
	field_set(p->version, sizeof(p->version), text + end, strcspn(text + end, " ,;()'\"/@"));
}

void answer_fact(struct probe *p, enum fact kind, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (text[0])
		probe_add_fact(p, kind, text);
}

void answer_text(char *text, size_t size, const uint8_t *bytes, size_t len)
{
	size_t i;

	if (len > size - 1)
		len = size - 1;
	for (i = 0; i < len; i++)
		text[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : ' ';
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = 0;
}

bool answer_ber(struct wire *w, uint8_t *tag, struct wire *content)
{
	uint8_t first, more;
	size_t len;

	*tag = wire_u8(w);
	first = wire_u8(w);
	len = first;
	if (first & 0x80) {
		len = 0;
		for (more = first & 0x7f; more && more <= 4; more--)
			len = len << 8 | wire_u8(w);
		if (more)
			w->bad = true;
	}
	if (w->bad || len > wire_left(w))
		return false;
	*content = wire_open(w->at, len);
	wire_take(w, len);
	return true;
}

int64_t answer_ber_integer(struct wire content)
{
	uint64_t value = 0;

	if (!wire_left(&content) || wire_left(&content) > 8)
		return 0;
	if (*content.at & 0x80)
		value = UINT64_MAX;
	while (wire_left(&content))
		value = value << 8 | wire_u8(&content);
	return (int64_t)value;
}
