/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/head.h"

#include "base/crypt/token.h"
#include "web/query.h"

#include <ctype.h>
#include <string.h>

#define NEW_ID 8 /* random bytes */

bool head_is_trusted(const struct head *h)
{
	if (h->origin)
		return h->host && query_is_same_origin(h->origin, h->host);
	return h->mark && !strcmp(h->mark, "1");
}

/* The next member of a list separated by `mark`, without the blanks around it; NULL at the end. */
static const char *next_member(const char **rest, char mark, size_t *len)
{
	const char *p = *rest, *end;

	if (!p)
		return NULL;
	p += strspn(p, " \t");
	end = strchr(p, mark);
	*rest = end ? end + 1 : NULL;
	*len = end ? (size_t)(end - p) : strlen(p);
	while (*len && (p[*len - 1] == ' ' || p[*len - 1] == '\t'))
		--*len;
	return p;
}

/* "gzip;q=0" is a refusal. */
static bool is_refused(const char *parameters, size_t len)
{
	const char *q = memmem(parameters, len, "q=", 2);
	size_t i;

	if (!q)
		return false;
	for (i = (size_t)(q - parameters) + 2; i < len; i++)
		if (parameters[i] >= '1' && parameters[i] <= '9')
			return false;
	return true;
}

bool head_takes_gzip(const struct head *h)
{
	const char *rest = h->accept_encoding, *member;
	size_t len, name;

	while ((member = next_member(&rest, ',', &len))) {
		for (name = 0; name < len && member[name] != ';' && member[name] != ' '; name++)
			;
		if (name == 4 && !strncasecmp(member, "gzip", 4))
			return !is_refused(member + name, len - name);
	}
	return false;
}

bool head_has_tag(const struct head *h, const char *tag)
{
	const char *rest = h->if_none_match, *member;
	size_t len, want = strlen(tag);

	while ((member = next_member(&rest, ',', &len))) {
		if (len == 1 && *member == '*')
			return true;
		if (len > 2 && !memcmp(member, "W/", 2)) {
			member += 2;
			len -= 2;
		}
		if (len == want && !memcmp(member, tag, len))
			return true;
	}
	return false;
}

bool head_wants_page(const struct head *h)
{
	return h->accept && strstr(h->accept, "text/html");
}

const char *head_bearer(const struct head *h, size_t *len)
{
	static const char scheme[] = "Bearer ";
	const char *p = h->authorization;

	if (!p || strncasecmp(p, scheme, sizeof(scheme) - 1))
		return NULL;
	p += sizeof(scheme) - 1;
	p += strspn(p, " ");
	*len = strlen(p);
	return p;
}

const char *head_cookie(const struct head *h, const char *name, size_t *len)
{
	const char *rest = h->cookie, *member;
	size_t n = strlen(name);

	while ((member = next_member(&rest, ';', len)))
		if (*len > n && member[n] == '=' && !memcmp(member, name, n)) {
			*len -= n + 1;
			return member + n + 1;
		}
	return NULL;
}

static bool is_id(const char *text)
{
	size_t i;

	for (i = 0; text && text[i]; i++)
		if (i == HEAD_ID_MAX - 1 ||
		    (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_'))
			return false;
	return text && i;
}

void head_id(const struct head *h, char *out)
{
	out[0] = '\0';
	if (is_id(h->request_id))
		memcpy(out, h->request_id, strlen(h->request_id) + 1);
	else
		token_random(NEW_ID, out);
}
