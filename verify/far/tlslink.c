/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/far/tlslink.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

struct tlslink_keys {
	gnutls_certificate_credentials_t own;
	gnutls_priority_t priority;
};

struct tlslink {
	gnutls_session_t session;
};

void tlslink_keys_free(struct tlslink_keys *k)
{
	if (!k)
		return;
	if (k->own)
		gnutls_certificate_free_credentials(k->own);
	if (k->priority)
		gnutls_priority_deinit(k->priority);
	free(k);
}

int tlslink_keys_new(const char *const files[3], struct tlslink_keys **out, const char **bad)
{
	struct tlslink_keys *k = calloc(1, sizeof(*k));

	*bad = NULL;
	if (!k || gnutls_certificate_allocate_credentials(&k->own) ||
	    gnutls_priority_init(&k->priority, PRIORITY, NULL)) {
		tlslink_keys_free(k);
		return -ENOMEM;
	}
	if (gnutls_certificate_set_x509_trust_file(k->own, files[0], GNUTLS_X509_FMT_PEM) <= 0)
		*bad = "link.ca";
	else if (gnutls_certificate_set_x509_key_file(k->own, files[1], files[2],
						      GNUTLS_X509_FMT_PEM) < 0)
		*bad = "link.certificate or link.key";
	if (*bad) {
		tlslink_keys_free(k);
		return -EINVAL;
	}
	*out = k;
	return 0;
}

struct tlslink *tlslink_new(const struct tlslink_keys *k, int fd, bool server, const char *peer)
{
	struct tlslink *l = calloc(1, sizeof(*l));
	unsigned flags = (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NONBLOCK |
			 GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;

	if (!l || gnutls_init(&l->session, flags)) {
		free(l);
		return NULL;
	}
	if (gnutls_priority_set(l->session, k->priority) ||
	    gnutls_credentials_set(l->session, GNUTLS_CRD_CERTIFICATE, k->own)) {
		tlslink_free(l);
		return NULL;
	}
	if (server)
		gnutls_certificate_server_set_request(l->session, GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert(l->session, peer, 0);
	gnutls_transport_set_int(l->session, fd);
	return l;
}

void tlslink_free(struct tlslink *l)
{
	if (!l)
		return;
	gnutls_deinit(l->session);
	free(l);
}

/* What the library says, as the header does. */
static ssize_t result(ssize_t rc)
{
	if (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED)
		return 0;
	return rc > 0 ? rc : -EPIPE;
}

int tlslink_greet(struct tlslink *l)
{
	int rc = gnutls_handshake(l->session);

	if (!rc)
		return 1;
	/* A warning alert ends nothing. */
	return gnutls_error_is_fatal(rc) ? -EPIPE : 0;
}

ssize_t tlslink_recv(struct tlslink *l, void *bytes, size_t len)
{
	return result(gnutls_record_recv(l->session, bytes, len));
}

ssize_t tlslink_send(struct tlslink *l, const void *bytes, size_t len)
{
	return result(gnutls_record_send(l->session, bytes, len));
}

bool tlslink_is_named(const struct tlslink *l, const char *name)
{
	unsigned status = 1;

	return !gnutls_certificate_verify_peers3(l->session, name, &status) && !status;
}

bool tlslink_wants_write(const struct tlslink *l)
{
	return gnutls_record_get_direction(l->session);
}
