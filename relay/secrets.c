/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/secrets.h"

#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST (1 << 20) /* a bundle of authorities is the largest */

static int read_file(const char *path, bool trim, char **out)
{
	FILE *file = fopen(path, "re");
	char *text = file ? malloc(FILE_MOST + 1) : NULL;
	size_t len;
	int rc = file && text ? 0 : -errno;

	if (!rc) {
		len = fread(text, 1, FILE_MOST + 1, file);
		rc = ferror(file) ? -EIO : len > FILE_MOST ? ERR_RANGE : 0;
		text[len <= FILE_MOST ? len : 0] = 0;
		while (trim && !rc && len && strchr("\r\n", text[len - 1]))
			text[--len] = 0;
	}
	if (file)
		fclose(file);
	if (rc)
		free(text);
	else
		*out = text;
	return rc;
}

static int get(const char *path, bool trim, char **out, char *error)
{
	int rc = 0;

	if (*path)
		rc = read_file(path, trim, out);
	else if (!(*out = strdup("")))
		rc = -ENOMEM;
	if (rc)
		snprintf(error, OUTBOX_ERROR_MAX, "%.70s: %s", path, err_text(rc));
	return rc;
}

int secrets_read(const struct sink_conf *c, struct sink_secrets *out, char *error)
{
	struct sink_secrets s = { NULL };
	int rc = get(c->url_file, true, &s.url, error);

	if (!rc && !*s.url) {
		free(s.url);
		s.url = strdup(c->url);
		rc = s.url ? 0 : -ENOMEM;
	}
	if (!rc)
		rc = get(c->template_file, false, &s.text, error);
	if (!rc)
		rc = get(c->secret_file, true, &s.secret, error);
	if (!rc)
		rc = get(c->token_file, true, &s.token, error);
	if (!rc)
		rc = get(c->password_file, true, &s.password, error);
	if (!rc)
		rc = get(c->ca_file, false, &s.ca, error);
	if (rc)
		secrets_free(&s);
	else
		*out = s;
	return rc;
}

static void forget(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void secrets_free(struct sink_secrets *s)
{
	forget(s->url);
	forget(s->text);
	forget(s->secret);
	forget(s->token);
	forget(s->password);
	forget(s->ca);
	memset(s, 0, sizeof(*s));
}
