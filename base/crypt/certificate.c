/* SPDX-License-Identifier: Apache-2.0 */
#include "base/crypt/certificate.h"

#include "base/addr.h"
#include "base/crypt/digest.h"
#include "base/err.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SERIAL 16	/* bytes, the first of which is positive */
#define BEFORE MONO_DAY /* clocks may differ */

/* A text of its own of what the library gives; NULL when it gave none or memory is short. */
static char *text_of(int rc, gnutls_datum_t *pem)
{
	char *text = rc < 0 ? NULL : strndup((const char *)pem->data, pem->size);

	gnutls_free(pem->data);
	pem->data = NULL;
	return text;
}

static int name_it(gnutls_x509_crt_t crt, const char *name, const char *address)
{
	struct addr a;
	int rc = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
					       (unsigned)strlen(name));

	if (rc >= 0)
		rc = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
	if (rc >= 0 && address && !addr_parse(address, strlen(address), &a))
		rc = gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, addr_is_v4(&a) ? a.b + 12 : a.b,
			addr_is_v4(&a) ? 4 : 16, GNUTLS_FSAN_APPEND);
	return rc;
}

static int fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, wall_t now)
{
	static const char *const server = GNUTLS_KP_TLS_WWW_SERVER;
	time_t from = (time_t)((now - BEFORE) / MONO_SECOND);
	uint8_t serial[SERIAL];
	int rc = getrandom(serial, sizeof(serial), 0) == sizeof(serial) ? 0 : -1;

	serial[0] = (serial[0] & 0x7f) | 1;
	if (rc >= 0)
		rc = gnutls_x509_crt_set_version(crt, 3);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (rc >= 0)
		rc = gnutls_x509_crt_set_activation_time(crt, from);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_expiration_time(crt,
							 from + (time_t)CERTIFICATE_DAYS * 86400);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt, server, 0);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_key(crt, key);
	return rc;
}

int certificate_make(const char *name, const char *address, wall_t now, char **certificate,
		     char **key_out)
{
	gnutls_datum_t pem = { NULL, 0 };
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;
	char *text = NULL, *key_text = NULL;
	int rc = gnutls_x509_privkey_init(&key);

	if (rc >= 0)
		rc = gnutls_x509_crt_init(&crt);
	if (rc >= 0)
		rc = gnutls_x509_privkey_generate(
			key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (rc >= 0)
		rc = name_it(crt, name, address);
	if (rc >= 0)
		rc = fill(crt, key, now);
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	if (rc >= 0)
		text = text_of(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem), &pem);
	if (text)
		key_text = text_of(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
								     GNUTLS_PKCS_PLAIN, &pem),
				   &pem);
	if (crt)
		gnutls_x509_crt_deinit(crt);
	if (key)
		gnutls_x509_privkey_deinit(key);
	if (!key_text) {
		free(text);
		return -EIO;
	}
	*certificate = text;
	*key_out = key_text;
	return 0;
}

int certificate_read(const char *pem, size_t len, wall_t *ends, char *print)
{
	const gnutls_datum_t in = { (unsigned char *)pem, (unsigned)len };
	gnutls_x509_crt_t crt;
	uint8_t hash[DIGEST_SHA256];
	size_t size = sizeof(hash);
	int rc = gnutls_x509_crt_init(&crt);

	if (rc < 0)
		return -ENOMEM;
	rc = gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		rc = gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &size);
	if (rc >= 0) {
		*ends = (wall_t)gnutls_x509_crt_get_expiration_time(crt) * MONO_SECOND;
		digest_hex(hash, sizeof(hash), print);
	}
	gnutls_x509_crt_deinit(crt);
	return rc < 0 ? ERR_SYNTAX : 0;
}
