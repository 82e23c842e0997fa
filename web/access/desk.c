/* SPDX-License-Identifier: Apache-2.0 */
#include "web/access/desk.h"

#include "base/crypt/token.h"
#include "base/ipc.h"
#include "base/log.h"
#include "store/report/reading.h"
#include "store/report/report.h"
#include "web/access/access.h"
#include "web/api.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define DAYS_MOST 3650

/* ---- people ---- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *desk_field(char *form, size_t len, const char *name, size_t *value_len)
{
	size_t n = strlen(name), at = 0, end, in, out;

	for (; at < len; at = end + 1) {
		for (end = at; end < len && form[end] != '&'; end++)
			;
		if (end - at <= n || memcmp(form + at, name, n) || form[at + n] != '=')
			continue;
		for (in = out = at + n + 1; in < end; in++, out++) {
			int high = in + 2 < end ? hex_value(form[in + 1]) : -1;
			int low = high >= 0 ? hex_value(form[in + 2]) : -1;

			form[out] = form[in] == '+' ? ' ' : form[in];
			if (form[in] == '%' && low >= 0) {
				form[out] = (char)(high << 4 | low);
				in += 2;
			}
		}
		*value_len = out - (at + n + 1);
		return form + at + n + 1;
	}
	return NULL;
}

void desk_log_in(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	const struct session *session = NULL;
	const char *text;
	char form[HTTP_BODY];
	size_t len = 0;

	memcpy(form, request->body ? request->body : "", request->body_len);
	text = desk_field(form, request->body_len, "token", &len);
	if (text)
		session = access_log_in(api->desk, request->head, text, len);
	if (!session) {
		*answer = (struct http_answer){ .status = 303, .location = "/login#again" };
		return;
	}
	*answer = (struct http_answer){ .status = 303, .location = "/" };
	snprintf(answer->cookie, sizeof(answer->cookie),
		 ACCESS_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s", session->id,
		 request->head->sealed ? "; Secure" : "");
}

void desk_log_out(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;

	access_log_out(api->desk, request->head);
	*answer = (struct http_answer){ .status = 303, .location = "/login" };
	snprintf(answer->cookie, sizeof(answer->cookie),
		 ACCESS_COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

void desk_session(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	const struct session *session = access_session(api->desk, request->head);
	struct report *r = report_new();

	report_set_text(r, "role", record_access_text(request->who->access));
	report_set_text(r, "name", request->who->name);
	report_set_text(r, "csrf", session ? session->csrf : NULL);
	api_answer_report(answer, r);
}

/* ---- tokens ---- */

static struct report *token_report(const struct token *t)
{
	struct report *r = report_new();

	report_set_number(r, "id", t->id);
	report_set_text(r, "name", t->name);
	report_set_text(r, "role", record_access_text(t->access));
	report_set_time(r, "created", t->made_us);
	report_set_time(r, "expires", t->expires_us);
	return r;
}

void desk_tokens(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	struct report *r = report_new();
	size_t i;

	(void)request;
	report_list(r, "tokens");
	for (i = 0; i < api->desk->keys.count; i++)
		report_add(r, "tokens", token_report(&api->desk->keys.rows[i]));
	api_answer_report(answer, r);
}

/* Reads {"name": ..., "role": ..., "days": ...}. The pointer to what is wrong with it; NULL:
 * nothing.
 */
static const char *read_wish(const struct reading *doc, struct token *out, const char **wrong)
{
	static const char *const keys[] = { "name", "role", "days", NULL };
	const char *name, *role, *stranger;
	int64_t days = reading_number(reading_child(doc, "days"));
	size_t i;
	int access;

	*wrong = "expected {\"name\": TEXT, \"role\": viewer, operator or admin, \"days\": NUMBER}";
	if (reading_kind(doc) != READING_OBJECT)
		return "";
	stranger = reading_stranger(doc, keys);
	name = reading_text(reading_child(doc, "name"));
	role = reading_text(reading_child(doc, "role"));
	access = role ? record_access_parse(role, strlen(role)) : -1;
	if (stranger)
		return *wrong = "there is no such member", "";
	if (!name || !*name || strlen(name) >= sizeof(out->name))
		return *wrong = "a name of 1 to 31 bytes is needed", "/name";
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.@ ", name[i]))
			return *wrong = "letters, digits, blank and - _ . @ only", "/name";
	if (access <= ACCESS_NONE)
		return *wrong = "viewer, operator or admin", "/role";
	if (reading_child(doc, "days") && (days < 1 || days > DAYS_MOST))
		return *wrong = "a number of days from 1 to 3650", "/days";
	record_text_set(out->name, sizeof(out->name), name);
	out->access = (uint8_t)access;
	out->expires_us = days ? mono_wall() + (wall_t)days * MONO_DAY : 0;
	return NULL;
}

void desk_make(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct reading *doc =
		request->body_len ? reading_new(request->body, request->body_len) : NULL;
	const char *wrong, *pointer;
	struct token token = { .id = 0 };
	struct api *api = arg;
	char text[TOKEN_TEXT_MAX];
	struct report *r;

	pointer = read_wish(doc, &token, &wrong);
	reading_free(doc);
	if (pointer) {
		http_answer_wrong(answer, wrong, pointer);
		return;
	}
	if (api->desk->keys.count == STORE_TOKENS_MAX) {
		http_answer_problem(answer, 409, "there are too many tokens", NULL);
		return;
	}
	if (token_make(&token, mono_wall(), text)) {
		http_answer_problem(answer, 503, "there is no randomness", NULL);
		return;
	}
	if (!api_order(api, request, IPC_TOKEN, &token, answer))
		return;
	log_info("%s makes a token: %s, %s", *request->who->name ? request->who->name : "somebody",
		 token.name, record_access_text(token.access));
	/* Who is told of it may use it at once; core says the same when it is kept. */
	keys_take(&api->desk->keys, &token);
	r = token_report(&token);
	report_set_text(r, "token", text);
	api_answer_report(answer, r);
	if (answer->status)
		answer->status = 201;
}

void desk_revoke(void *arg, const struct http_request *request, struct http_answer *answer)
{
	struct api *api = arg;
	const struct token *token;
	struct token gone;
	char id[24];

	snprintf(id, sizeof(id), "%.*s", (int)request->name_len, request->name);
	token = keys_get(&api->desk->keys, strtoull(id, NULL, 10), INT64_MIN);
	if (!token) {
		http_answer_problem(answer, 404, "there is no such token", NULL);
		return;
	}
	gone = *token;
	gone.revoked = 1;
	if (!api_order(api, request, IPC_TOKEN, &gone, answer))
		return;
	log_info("%s revokes a token: %s", *request->who->name ? request->who->name : "somebody",
		 gone.name);
	keys_take(&api->desk->keys, &gone);
	api_answer_report(answer, token_report(&gone));
	if (answer->status)
		answer->status = 202;
}
