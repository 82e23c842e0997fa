/* SPDX-License-Identifier: Apache-2.0 */
#include "web/http/doors.h"

#include "base/cage.h"
#include "base/conf/serving.h"
#include "base/crypt/certificate.h"
#include "base/err.h"
#include "web/http/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FILE_MOST 65536
#define RENEW (30 * MONO_DAY) /* before its end */

static int complain(char *error, int rc, const char *what)
{
	snprintf(error, DOORS_ERROR_MAX, "%s: %s", what, err_text(rc));
	return rc;
}

/* A file's text, to be freed. 0 or -errno. */
static int read_text(const char *path, char **out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	char *text = calloc(1, FILE_MOST + 1);
	size_t len = 0;
	ssize_t n;

	if (fd < 0 || !text)
		rc = fd < 0 ? -errno : -ENOMEM;
	while (!rc && len < FILE_MOST && (n = read(fd, text + len, FILE_MOST - len)))
		if (n < 0)
			rc = -errno;
		else
			len += (size_t)n;
	if (fd >= 0)
		close(fd);
	if (!rc && len == FILE_MOST)
		rc = -EFBIG;
	if (rc)
		free(text);
	else
		*out = text;
	return rc;
}

/* A new file of its own, which takes the place of an old one. 0 or -errno. */
static int write_text(const char *path, const char *text)
{
	char part[PATH_MAX];
	int fd, rc = 0;

	if (snprintf(part, sizeof(part), "%s.new", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fsync(fd))
		rc = -EIO;
	close(fd);
	if (!rc && rename(part, path))
		rc = -errno;
	return rc;
}

static bool is_good(const struct doors *d)
{
	char print[CERTIFICATE_PRINT];
	wall_t ends;

	return !certificate_read(d->certificate, strlen(d->certificate), &ends, print) &&
	       ends > mono_wall() + RENEW;
}

/* The one that was made before, or a new one. */
static int own_certificate(struct doors *d, const struct conf *conf, const char *scratch)
{
	char certificate[PATH_MAX], key[PATH_MAX], name[256] = "flowd";
	int rc;

	if (snprintf(certificate, sizeof(certificate), "%s/tls.crt", scratch) >= PATH_MAX ||
	    snprintf(key, sizeof(key), "%s/tls.key", scratch) >= PATH_MAX)
		return -ENAMETOOLONG;
	if (!read_text(certificate, &d->certificate) && !read_text(key, &d->key) && is_good(d))
		return 0;
	free(d->certificate);
	free(d->key);
	d->certificate = d->key = NULL;
	gethostname(name, sizeof(name) - 1);
	rc = certificate_make(name, conf->web_address, mono_wall(), &d->certificate, &d->key);
	/* The key first: a certificate without it is made anew. */
	if (!rc)
		rc = write_text(key, d->key);
	if (!rc)
		rc = write_text(certificate, d->certificate);
	if (!rc)
		rc = cage_give(conf->user, scratch);
	return rc;
}

static int open_seal(struct doors *d, const struct conf *conf, const char *scratch, char *error)
{
	wall_t ends;
	int rc;

	if (!*conf->web_certificate) {
		rc = own_certificate(d, conf, scratch);
		if (rc)
			return complain(error, rc, "a certificate of one's own");
	} else if ((rc = read_text(conf->web_certificate, &d->certificate))) {
		return complain(error, rc, conf->web_certificate);
	} else if ((rc = read_text(conf->web_key, &d->key))) {
		return complain(error, rc, conf->web_key);
	}
	if (certificate_read(d->certificate, strlen(d->certificate), &ends, d->print))
		return complain(error, ERR_SYNTAX, conf->web_certificate);
	return 0;
}

int doors_open(struct doors *d, const struct conf *conf, const char *scratch, char *error)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const struct passwd *user;
	int rc = 0;

	*d = (struct doors){ .tcp = -1, .local = -1 };
	if (conf->web_tls)
		rc = open_seal(d, conf, scratch, error);
	if (rc)
		return rc;
	rc = listen_open(conf->web_address, (uint16_t)conf->web_port, &d->tcp);
	if (rc) {
		snprintf(error, DOORS_ERROR_MAX, "web.address %s port %llu: %s", conf->web_address,
			 (unsigned long long)conf->web_port, err_text(rc));
		return rc;
	}
	if (!serving_socket(conf, path, sizeof(path)))
		return 0;
	rc = listen_open_path(path, &d->local);
	/* The group of flowd's user may connect; what is the user's own, a role could replace. */
	user = geteuid() ? NULL : getpwnam(conf->user);
	if (!rc && user && fchownat(AT_FDCWD, path, (uid_t)-1, user->pw_gid, AT_SYMLINK_NOFOLLOW))
		rc = -errno;
	return rc ? complain(error, rc, path) : 0;
}

bool doors_serve(struct doors *d, struct http *http)
{
	const struct http_seal seal = { d->certificate, d->key };
	int tcp = d->tcp, local = d->local;

	d->tcp = d->local = -1;
	if (!http_listen(http, tcp, d->certificate ? &seal : NULL, false)) {
		if (local >= 0)
			close(local);
		return false;
	}
	return local < 0 || http_listen(http, local, NULL, true);
}

void doors_close(struct doors *d)
{
	if (d->tcp >= 0)
		close(d->tcp);
	if (d->local >= 0)
		close(d->local);
	free(d->certificate);
	if (d->key)
		explicit_bzero(d->key, strlen(d->key));
	free(d->key);
	*d = (struct doors){ .tcp = -1, .local = -1 };
}
