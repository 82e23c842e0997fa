/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client side of TLS over bytes that somebody else carries, and what a certificate says.
 * Nothing is verified: any server may talk, however old or broken.
 */
#ifndef VERIFY_TLS_H
#define VERIFY_TLS_H

#include "base/record.h"

#include <stdbool.h>
#include <stdint.h>

struct tls_client; /* what all connections share */
struct tls;	   /* one connection */

/* As the fields of struct probe. */
struct tls_facts {
	char version[12], cipher[44], alpn[16];
	char san[256];		/* whole names only, separated by "," */
	bool wants_certificate; /* it asked us for one */
	char authority[128];	/* the first whose certificates it says it takes; "" none said */
	uint8_t certificate_count;
	struct probe_certificate certificates[PROBE_CERTIFICATES_MAX];
};

/* Reads what OpenSSL wants of the file system: call it before the cage closes. NULL on failure. */
struct tls_client *tls_client_new(void);
void tls_client_free(struct tls_client *client);

/*
 * `name`: the server that is meant (SNI, RFC 6066), "" none; what is no host's name is not said.
 * `offer_alpn`: whether to offer HTTP/2 and what else goes by a name of ALPN (RFC 7301). NULL when
 * memory is short. `client` is borrowed.
 */
struct tls *tls_new(struct tls_client *client, const char *name, bool offer_alpn);
void tls_free(struct tls *tls);

/* Takes bytes that came from the server. 0 or -ENOMEM. */
int tls_put(struct tls *tls, const void *bytes, size_t len);

/* Gives bytes that are to go to the server; how many, 0 none. */
size_t tls_take(struct tls *tls, void *out, size_t size);

/* Goes on with the handshake. 1: finished; 0: bytes are to be carried; ERR_UNKNOWN: it failed. */
int tls_step(struct tls *tls);

/* Encrypts text, when the handshake is finished. 0 or ERR_UNKNOWN. */
int tls_send(struct tls *tls, const void *text, size_t len);

/* Decrypts. How many bytes, 0: more must come; -EPIPE: none will. */
int tls_recv(struct tls *tls, void *out, size_t size);

/* May `name` be said as SNI? Letters, digits, "-", "_" and "."; no IPv4 address. */
bool tls_is_name(const char *name);

/* What is known, also of a handshake that failed half-way. 1: the server sent a certificate. */
int tls_read_facts(const struct tls *tls, struct tls_facts *out);

/* Puts the certificates of a Certificate message (RFC 5246 section 7.4.2), as many as are whole,
 * into a probe. */
void tls_tell_chain(const uint8_t *message, size_t len, struct probe *probe);

/* Puts them into a probe: its fields, and a fact where a certificate is asked for. */
void tls_tell(const struct tls_facts *facts, struct probe *probe);

/* SHA-256 of `len` bytes. */
void tls_sha256(const void *bytes, size_t len, uint8_t out[32]);

#endif
