/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/tls.h"

#include "base/addr.h"
#include "base/err.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tls_client {
	SSL_CTX *context;
};

struct tls {
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
	X509 *leaf;    /* owned; kept because a handshake that fails later forgets it */
};

/* Called in place of OpenSSL's own verification: everybody passes. */
static int keep_leaf(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *tls = ssl ? SSL_get_app_data(ssl) : NULL;
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	(void)arg;
	if (tls && leaf && !tls->leaf && X509_up_ref(leaf))
		tls->leaf = leaf;
	return 1;
}

struct tls_client *tls_client_new(void)
{
	struct tls_client *client = malloc(sizeof(*client));
	SSL_CTX *c;

	if (!client)
		return NULL;
	/* The system's openssl.cnf may forbid what old servers need. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	c = SSL_CTX_new(TLS_client_method());
	if (!c || !SSL_CTX_set_cipher_list(c, "ALL:COMPLEMENTOFALL:@SECLEVEL=0") ||
	    !SSL_CTX_set_min_proto_version(c, TLS1_VERSION)) {
		SSL_CTX_free(c);
		free(client);
		return NULL;
	}
	SSL_CTX_set_options(c, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_cert_verify_callback(c, keep_leaf, NULL);
	client->context = c;
	return client;
}

void tls_client_free(struct tls_client *client)
{
	if (!client)
		return;
	SSL_CTX_free(client->context);
	free(client);
}

struct tls *tls_new(struct tls_client *client)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	ERR_clear_error();
	tls->ssl = SSL_new(client->context);
	tls->in = BIO_new(BIO_s_mem());
	tls->out = BIO_new(BIO_s_mem());
	if (!tls->ssl || !tls->in || !tls->out) {
		BIO_free(tls->in);
		BIO_free(tls->out);
		SSL_free(tls->ssl);
		free(tls);
		return NULL;
	}
	/* An empty buffer is not the end. */
	BIO_set_mem_eof_return(tls->in, -1);
	BIO_set_mem_eof_return(tls->out, -1);
	SSL_set_bio(tls->ssl, tls->in, tls->out);
	SSL_set_app_data(tls->ssl, tls);
	SSL_set_connect_state(tls->ssl);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	X509_free(tls->leaf);
	free(tls);
}

int tls_put(struct tls *tls, const void *bytes, size_t len)
{
	return BIO_write(tls->in, bytes, (int)len) == (int)len ? 0 : -ENOMEM;
}

size_t tls_take(struct tls *tls, void *out, size_t size)
{
	int n = BIO_read(tls->out, out, (int)size);

	return n > 0 ? (size_t)n : 0;
}

static bool must_wait(const struct tls *tls, int rc)
{
	return SSL_get_error(tls->ssl, rc) == SSL_ERROR_WANT_READ;
}

int tls_step(struct tls *tls)
{
	int rc;

	ERR_clear_error();
	rc = SSL_do_handshake(tls->ssl);
	if (rc == 1)
		return 1;
	return must_wait(tls, rc) ? 0 : ERR_UNKNOWN;
}

int tls_send(struct tls *tls, const void *text, size_t len)
{
	ERR_clear_error();
	return SSL_write(tls->ssl, text, (int)len) == (int)len ? 0 : ERR_UNKNOWN;
}

int tls_recv(struct tls *tls, void *out, size_t size)
{
	int n;

	ERR_clear_error();
	n = SSL_read(tls->ssl, out, (int)size);
	if (n > 0)
		return n;
	return must_wait(tls, n) ? 0 : -EPIPE;
}

static void name_text(X509_NAME *name, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, (int)size - 1);
	out[n > 0 ? n : 0] = 0;
	BIO_free(bio);
}

/* Adds one whole name, or nothing where it does not fit. */
static void san_add(struct tls_facts *facts, const char *kind, const char *name, size_t len)
{
	size_t at = strlen(facts->san), i;
	char *p;

	if (at + (at > 0) + strlen(kind) + len >= sizeof(facts->san))
		return;
	p = facts->san + at;
	if (at)
		*p++ = ',';
	p = stpcpy(p, kind);
	for (i = 0; i < len; i++)
		*p++ = name[i] > ' ' && name[i] < 0x7f && name[i] != ',' ? name[i] : '?';
	*p = 0;
}

static void san_add_ip(struct tls_facts *facts, const uint8_t *bytes, int len)
{
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (len != 4 && len != 16)
		return;
	a = len == 4 ? addr_v4(bytes) : addr_v6(bytes);
	addr_text(&a, text);
	san_add(facts, "IP:", text, strlen(text));
}

static void read_san(X509 *leaf, struct tls_facts *facts)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	const GENERAL_NAME *name;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS)
			san_add(facts, "DNS:", (const char *)ASN1_STRING_get0_data(name->d.dNSName),
				(size_t)ASN1_STRING_length(name->d.dNSName));
		else if (name->type == GEN_IPADD)
			san_add_ip(facts, ASN1_STRING_get0_data(name->d.iPAddress),
				   ASN1_STRING_length(name->d.iPAddress));
	}
	GENERAL_NAMES_free(names);
}

static wall_t read_time(const ASN1_TIME *t)
{
	struct tm tm;

	return t && ASN1_TIME_to_tm(t, &tm) ? timegm(&tm) * MONO_SECOND : 0;
}

static void read_certificate(X509 *from, struct probe_certificate *to)
{
	name_text(X509_get_subject_name(from), to->subject, sizeof(to->subject));
	name_text(X509_get_issuer_name(from), to->issuer, sizeof(to->issuer));
	to->not_before_us = read_time(X509_get0_notBefore(from));
	to->not_after_us = read_time(X509_get0_notAfter(from));
}

int tls_read_facts(const struct tls *tls, struct tls_facts *out)
{
	struct tls_facts facts = { .certificate_count = 0 };

	ERR_clear_error();
	if (tls->leaf || SSL_is_init_finished(tls->ssl))
		strncat(facts.version, SSL_get_version(tls->ssl), sizeof(facts.version) - 1);
	if (tls->leaf) {
		read_certificate(tls->leaf, &facts.certificates[0]);
		facts.certificate_count = 1;
		read_san(tls->leaf, &facts);
	}
	ERR_clear_error();
	*out = facts;
	return tls->leaf ? 1 : 0;
}
