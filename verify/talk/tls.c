/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/talk/tls.h"

#include "base/addr.h"
#include "base/err.h"
#include "base/wire.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tls_client {
	SSL_CTX *context;
};

struct tls {
	SSL *ssl;
	BIO *in, *out;		/* owned by ssl */
	STACK_OF(X509) * chain; /* owned; kept because a handshake that fails later forgets it */
	bool wants_certificate;
};

/* Called in place of OpenSSL's own verification: everybody passes. */
static int keep_chain(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *tls = ssl ? SSL_get_app_data(ssl) : NULL;

	(void)arg;
	if (tls && !tls->chain)
		tls->chain = X509_chain_up_ref(X509_STORE_CTX_get0_untrusted(store));
	return 1;
}

/* Called when the server asks for a certificate: we have none. */
static int hear_request(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	struct tls *tls = SSL_get_app_data(ssl);

	(void)certificate;
	(void)key;
	if (tls)
		tls->wants_certificate = true;
	return 0;
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
	SSL_CTX_set_cert_verify_callback(c, keep_chain, NULL);
	SSL_CTX_set_client_cert_cb(c, hear_request);
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

bool tls_is_name(const char *name)
{
	size_t len = strnlen(name, RECORD_HINT_MAX), i;
	bool has_letter = false;

	for (i = 0; i < len; i++) {
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			return false;
		has_letter |= isalpha((unsigned char)name[i]) != 0;
	}
	return has_letter && len < RECORD_HINT_MAX && name[0] != '.';
}

static void offer(SSL *ssl, const char *name, bool alpn)
{
	static const unsigned char protocols[] = "\x02h2\x08http/1.1\x08http/1.0\x04imap\x04pop3"
						 "\x03"
						 "ftp\x0bxmpp-client\x04mqtt\x03"
						 "dot\x0apostgresql";

	if (tls_is_name(name))
		SSL_set_tlsext_host_name(ssl, name);
	if (alpn)
		SSL_set_alpn_protos(ssl, protocols, sizeof(protocols) - 1);
}

struct tls *tls_new(struct tls_client *client, const char *name, bool offer_alpn)
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
	offer(tls->ssl, name, offer_alpn);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	sk_X509_pop_free(tls->chain, X509_free);
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

static void read_key(X509 *from, struct probe_certificate *to)
{
	EVP_PKEY *key = X509_get0_pubkey(from);
	char group[sizeof(to->key)] = "";
	const char *kind;

	/* A kind that OpenSSL does not know has no key, only a name. */
	if (!key)
		return;
	to->key_bits = (uint16_t)EVP_PKEY_get_bits(key);
	kind = EVP_PKEY_get0_type_name(key);
	record_text_set(to->key, sizeof(to->key), kind ? kind : "");
	if (kind && !strcmp(kind, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group) - sizeof("EC "), NULL)) {
		to->key[2] = ' ';
		record_text_set(to->key + 3, sizeof(to->key) - 3, group);
	}
}

static void read_signature(X509 *from, struct probe_certificate *to)
{
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;

	X509_get0_signature(NULL, &algorithm, from);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2txt(to->signature, sizeof(to->signature), object, 0) < 0)
		to->signature[0] = 0;
}

static void read_certificate(X509 *from, struct probe_certificate *to)
{
	name_text(X509_get_subject_name(from), to->subject, sizeof(to->subject));
	name_text(X509_get_issuer_name(from), to->issuer, sizeof(to->issuer));
	to->not_before_us = read_time(X509_get0_notBefore(from));
	to->not_after_us = read_time(X509_get0_notAfter(from));
	read_key(from, to);
	read_signature(from, to);
	X509_digest(from, EVP_sha256(), to->sha256, NULL);
	to->self_signed = X509_self_signed(from, 1) == 1;
}

static void read_chain(STACK_OF(X509) * chain, struct tls_facts *facts)
{
	int i, count = sk_X509_num(chain);

	facts->certificate_count = (uint8_t)(count < UINT8_MAX ? count : UINT8_MAX);
	for (i = 0; i < count && i < PROBE_CERTIFICATES_MAX; i++)
		read_certificate(sk_X509_value(chain, i), &facts->certificates[i]);
	read_san(sk_X509_value(chain, 0), facts);
}

static void read_alpn(const SSL *ssl, struct tls_facts *facts)
{
	const unsigned char *name;
	unsigned len, i;

	SSL_get0_alpn_selected(ssl, &name, &len);
	for (i = 0; i < len && i < sizeof(facts->alpn) - 1; i++)
		facts->alpn[i] = (char)(name[i] > ' ' && name[i] < 0x7f ? name[i] : '?');
}

int tls_read_facts(const struct tls *tls, struct tls_facts *out)
{
	struct tls_facts facts = { .wants_certificate = tls->wants_certificate };
	const STACK_OF(X509_NAME) * authorities;
	const char *cipher = SSL_get_cipher_name(tls->ssl);

	ERR_clear_error();
	if (sk_X509_num(tls->chain) > 0 || SSL_is_init_finished(tls->ssl)) {
		record_text_set(facts.version, sizeof(facts.version), SSL_get_version(tls->ssl));
		if (cipher && strcmp(cipher, "(NONE)") != 0)
			record_text_set(facts.cipher, sizeof(facts.cipher), cipher);
		read_alpn(tls->ssl, &facts);
	}
	if (sk_X509_num(tls->chain) > 0)
		read_chain(tls->chain, &facts);
	authorities = SSL_get0_peer_CA_list(tls->ssl);
	if (tls->wants_certificate && sk_X509_NAME_num(authorities) > 0)
		name_text(sk_X509_NAME_value(authorities, 0), facts.authority,
			  sizeof(facts.authority));
	ERR_clear_error();
	*out = facts;
	return facts.certificate_count ? 1 : 0;
}

void tls_tell(const struct tls_facts *facts, struct probe *p)
{
	char text[sizeof(facts->authority) + 16];

	memcpy(p->tls, facts->version, sizeof(p->tls));
	memcpy(p->cipher, facts->cipher, sizeof(p->cipher));
	/* It may be known from a connection that offered more. */
	if (facts->alpn[0])
		memcpy(p->alpn, facts->alpn, sizeof(p->alpn));
	memcpy(p->san, facts->san, sizeof(p->san));
	p->certificate_count = facts->certificate_count;
	memcpy(p->certificates, facts->certificates, sizeof(p->certificates));
	if (!facts->wants_certificate)
		return;
	snprintf(text, sizeof(text), "%s%s", facts->authority[0] ? "issued by " : "asked for",
		 facts->authority);
	probe_add_fact(p, FACT_CLIENT_CERTIFICATE, text);
}

static X509 *take_certificate(struct wire *w)
{
	size_t len = (size_t)wire_u8(w) << 16;
	const uint8_t *at;

	len |= wire_be16(w);
	at = wire_take(w, len);
	return at ? d2i_X509(NULL, &at, (long)len) : NULL;
}

void tls_tell_chain(const uint8_t *message, size_t len, struct probe *p)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	struct wire w = wire_open(message, len);
	struct tls_facts facts = { .version = "" };
	X509 *one;

	wire_take(&w, 3);
	while (chain && (one = take_certificate(&w)))
		if (!sk_X509_push(chain, one)) {
			X509_free(one);
			break;
		}
	if (sk_X509_num(chain) > 0) {
		read_chain(chain, &facts);
		memcpy(p->san, facts.san, sizeof(p->san));
		p->certificate_count = facts.certificate_count;
		memcpy(p->certificates, facts.certificates, sizeof(p->certificates));
	}
	sk_X509_pop_free(chain, X509_free);
	ERR_clear_error();
}

void tls_sha256(const void *bytes, size_t len, uint8_t out[32])
{
	EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL);
}
