/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/chat.h"

#include "base/crypt/digest.h"
#include "base/err.h"
#include "relay/form.h"
#include "store/report/doc.h"
#include "store/report/reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX 1200
#define BASE64_MAX (4 * ((DIGEST_SHA256 + 2) / 3) + 1)

bool chat_is(enum sink_form form)
{
	return form >= FORM_SLACK && form < FORM_END;
}

/* RFC 4648, section 4. */
static void base64(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k, bits;

	for (i = 0; i < len; i += 3) {
		bits = (size_t)bytes[i] << 16;
		bits |= i + 1 < len ? (size_t)bytes[i + 1] << 8 : 0;
		bits |= i + 2 < len ? bytes[i + 2] : 0;
		for (k = 0; k < 4; k++)
			*out++ = i + k > len ? '=' : digits[bits >> (18 - 6 * k) & 63];
	}
	*out = 0;
}

static void sign(enum sink_form form, const char *stamp, const char *secret, char out[BASE64_MAX])
{
	uint8_t mac[DIGEST_SHA256];
	char text[LINE_MAX];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s\n%.1000s", stamp, secret);

	if (form == FORM_FEISHU)
		digest_hmac_sha256(text, len, "", 0, mac);
	else
		digest_hmac_sha256(secret, strlen(secret), text, len, mac);
	base64(mac, sizeof(mac), out);
}

int chat_url(enum sink_form form, const char *url, const char *secret, wall_t now,
	     char out[CHAT_URL_MAX])
{
	char stamp[24], made[BASE64_MAX], escaped[3 * BASE64_MAX] = "";
	size_t i, len = 0;
	int n;

	if (form != FORM_DINGTALK || !*secret)
		return snprintf(out, CHAT_URL_MAX, "%s", url) < CHAT_URL_MAX ? 0 : ERR_RANGE;
	snprintf(stamp, sizeof(stamp), "%lld", (long long)(now / MONO_MS));
	sign(form, stamp, secret, made);
	for (i = 0; made[i]; i++)
		len += (size_t)sprintf(escaped + len, strchr("+/=", made[i]) ? "%%%02X" : "%c",
				       made[i]);
	n = snprintf(out, CHAT_URL_MAX, "%s%ctimestamp=%s&sign=%s", url,
		     strchr(url, '?') ? '&' : '?', stamp, escaped);
	return n < CHAT_URL_MAX ? 0 : ERR_RANGE;
}

/* What somebody else may have put into a text is no markup here. */
static void harmless(const char *from, enum sink_form form, char *out, size_t size)
{
	size_t len = 0;

	for (; *from && len + 6 < size; from++) {
		if (form == FORM_SLACK && *from == '&')
			len += (size_t)sprintf(out + len, "&amp;");
		else if (form == FORM_SLACK && (*from == '<' || *from == '>'))
			len += (size_t)sprintf(out + len, "&%ct;", *from == '<' ? 'l' : 'g');
		else if (form != FORM_SLACK && strchr("*_[]()`~<>#|!", *from))
			out[len++] = ' ';
		else
			out[len++] = *from;
	}
	out[len] = 0;
}

static void write_lines(const struct sink_letter *letter, enum sink_form form, char *out,
			size_t size)
{
	const struct alert *a = &letter->alert;
	char title[FORM_FIELD_MAX], rule[ALERT_RULE_MAX], peer[ADDR_TEXT_MAX];
	char owner[2 * TOKEN_NAME_MAX + 8];

	form_title(letter, rule, sizeof(rule));
	harmless(rule, form, title, sizeof(title));
	harmless(a->rule, form, rule, sizeof(rule));
	harmless(a->asset.owner, form, owner, sizeof(owner));
	snprintf(out, size, "%s: %s\nmet by %s%s%s; rule: %s\nid %s", record_level_text(a->level),
		 title,
		 a->finding.event == EVENT_HEALTH ? "nobody" : addr_text(&a->finding.peer, peer),
		 *owner ? "; owner: " : "", owner, rule, letter->key);
}

static struct doc *text_doc(const char *key, const char *text)
{
	struct doc *o = doc_new();

	doc_set_text(o, key, text, LINE_MAX);
	return o;
}

static char *card(const char *text)
{
	struct doc *o = doc_new(), *list = doc_new_list(), *row = doc_new(), *content = doc_new();
	struct doc *body = doc_new_list(), *block = doc_new();

	doc_set_word(block, "type", "TextBlock");
	doc_set_text(block, "text", text, LINE_MAX);
	doc_set_bool(block, "wrap", true);
	doc_add(body, block);
	doc_set_word(content, "type", "AdaptiveCard");
	doc_set_word(content, "version", "1.4");
	doc_set_child(content, "body", body);
	doc_set_word(row, "contentType", "application/vnd.microsoft.card.adaptive");
	doc_set_child(row, "content", content);
	doc_add(list, row);
	doc_set_word(o, "type", "message");
	doc_set_child(o, "attachments", list);
	return doc_text(o);
}

char *chat_body(enum sink_form form, const struct sink_letter *letter, const char *secret,
		wall_t now)
{
	char text[LINE_MAX], stamp[24], made[BASE64_MAX];
	struct doc *o, *part;

	write_lines(letter, form, text, sizeof(text));
	if (form == FORM_TEAMS)
		return card(text);
	if (form == FORM_SLACK)
		return doc_text(text_doc("text", text));
	o = doc_new();
	if (form == FORM_FEISHU) {
		snprintf(stamp, sizeof(stamp), "%lld", (long long)(now / MONO_SECOND));
		sign(form, stamp, secret, made);
		if (*secret) {
			DOC_SET_TEXT(o, "timestamp", stamp);
			DOC_SET_TEXT(o, "sign", made);
		}
		doc_set_word(o, "msg_type", "text");
		doc_set_child(o, "content", text_doc("text", text));
		return doc_text(o);
	}
	doc_set_word(o, "msgtype", "text");
	part = text_doc("content", text);
	doc_set_child(o, "text", part);
	return doc_text(o);
}

bool chat_is_taken(enum sink_form form, const char *body, size_t len, char error[OUTBOX_ERROR_MAX])
{
	static const char *const codes[] = { "errcode", "code", "StatusCode" };
	static const char *const texts[] = { "errmsg", "msg", "StatusMessage" };
	const struct reading *child;
	struct reading *r;
	bool taken = true;
	size_t i;

	if (!chat_is(form) || form == FORM_SLACK || form == FORM_TEAMS)
		return true;
	r = reading_new(body, len);
	for (i = 0; i < 3 && taken; i++) {
		child = reading_child(r, codes[i]);
		taken = reading_kind(child) != READING_NUMBER || !reading_number(child);
		if (taken)
			continue;
		body = reading_text(reading_child(r, texts[i]));
		snprintf(error, OUTBOX_ERROR_MAX, "it says %lld: %.70s",
			 (long long)reading_number(child), body ? body : "");
	}
	if (!r)
		snprintf(error, OUTBOX_ERROR_MAX, "its answer is no JSON");
	taken &= r != NULL;
	reading_free(r);
	return taken;
}
