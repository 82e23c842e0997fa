/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verify says of a service. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_PROBE_H
#define BASE_RECORD_PROBE_H

#include "base/mono.h"
#include "base/record/kind.h"

/* What an attacker learns beside the name: X(constant, text, what its words are). */
#define RECORD_FACT_LIST(X)                                                                      \
	X(FACT_NONE, "none", "")                                                                 \
	X(FACT_MATCHED, "matched", "the question whose answer told the name")                    \
	X(FACT_INFO, "info", "more about the product")                                           \
	X(FACT_HOSTNAME, "hostname", "what the host calls itself")                               \
	X(FACT_OS, "os", "its operating system")                                                 \
	X(FACT_DEVICE, "device", "what kind of device it is")                                    \
	X(FACT_CPE, "cpe", "its name in the Common Platform Enumeration")                        \
	X(FACT_NOAUTH, "noauth", "what anybody may do there without saying who it is")           \
	X(FACT_STARTTLS, "starttls", "TLS begins inside this protocol")                          \
	X(FACT_CLIENT_CERTIFICATE, "client-certificate", "it asks clients for a certificate")    \
	X(FACT_WEAK_TLS, "weak-tls", "an outdated version of TLS that it accepts")               \
	X(FACT_HTTP_STATUS, "http-status", "of the answer to GET /")                             \
	X(FACT_HTTP_SERVER, "http-server", "header Server")                                      \
	X(FACT_HTTP_TITLE, "http-title", "title of the page")                                    \
	X(FACT_HTTP_LOCATION, "http-location", "where it sends on to")                           \
	X(FACT_SSH_HOST_KEY, "ssh-host-key", "kind and SHA-256 of its key")                      \
	X(FACT_SSH_ALGORITHMS, "ssh-algorithms", "key exchanges and ciphers it offers")          \
	X(FACT_SMB_DIALECT, "smb-dialect", "the newest one it speaks")                           \
	X(FACT_SMB_SIGNING, "smb-signing", "whether messages must be signed")                    \
	X(FACT_RDP_SECURITY, "rdp-security", "the protocols it takes")                           \
	X(FACT_SNMP_COMMUNITY, "snmp-community", "a community that may read")                    \
	X(FACT_AMPLIFIER, "amplifier", "the question that brings many bytes, and how many each") \
	X(FACT_NOTE, "note", "what else is to be known of this verdict")

#define RECORD_ENUM(id, ...) id,
enum fact { RECORD_FACT_LIST(RECORD_ENUM) FACT_END };
#undef RECORD_ENUM

const char *record_fact_text(unsigned fact);

#define PROBE_VANTAGE_MAX 16
#define PROBE_FACTS_MAX 1024
#define PROBE_CERTIFICATES_MAX 4

/* One certificate of the chain a server shows (RFC 5280). */
struct probe_certificate {
	wall_t not_before_us, not_after_us;
	char subject[128], issuer[128]; /* RFC 4514 */
	uint8_t sha256[32];		/* of its DER form */
	char key[24];			/* "RSA", "EC prime256v1", "ED25519" */
	char signature[32];		/* "sha256WithRSAEncryption" */
	uint16_t key_bits;
	uint8_t self_signed; /* 1: issued and signed by itself */
	uint8_t pad[5];
};

/* Said by verify: what an attacker sees there. */
struct probe {
	uint64_t job;
	struct service service;
	wall_t started_us, finished_us;
	struct addr icmp_from; /* reason icmp: who sent it */
	struct addr from;      /* where it was sent from; all zero: nothing was sent */
	uint32_t rtt_us;       /* SYN to answer; 0 unknown */
	uint8_t state;	/* enum state: open, refuses, closed, silent; candidate: no verdict */
	uint8_t reason; /* enum reason */
	uint8_t icmp_type, icmp_code;
	uint8_t ttl;		   /* of the answer; 0 unknown */
	uint8_t tries;		   /* SYNs, or datagrams of the question that was answered */
	uint8_t by_connect;	   /* 1: no raw socket, connect() was used */
	uint8_t certificate_count; /* that the server sent, of which at most
				      PROBE_CERTIFICATES_MAX are here */
	uint16_t banner_len;
	uint16_t facts_len;
	uint32_t asked, answered;	 /* UDP: payload bytes of the question that brought most */
	char vantage[PROBE_VANTAGE_MAX]; /* "self": over the host's own loopback path */
	char app[RECORD_APP_MAX];	 /* what it speaks; "" not recognised */
	char product[48];
	char version[32];
	char tls[12];	 /* the version agreed on, "TLSv1.3"; "" no TLS */
	char cipher[44]; /* OpenSSL's name, RFC 8446's for TLS 1.3 */
	char alpn[16];
	char san[256]; /* of the first certificate: alternative names, separated by "," */
	/* What has left for it: half-open SYNs, connections begun (and SYNs the kernel repeated for
	 * them), datagrams. */
	uint16_t sent_syns, sent_dials, sent_datagrams;
	uint8_t given_up; /* 1: ended before there was a verdict: the job waits for another try */
	uint8_t partial;  /* 1: the verdict stands; a probe that says what else there is follows */
	struct probe_certificate certificates[PROBE_CERTIFICATES_MAX]; /* the server's own first */
	uint8_t facts[PROBE_FACTS_MAX];	   /* probe_add_fact, probe_next_fact */
	uint8_t banner[RECORD_BANNER_MAX]; /* first bytes it said, as they came */
};

/* One fact: text is printable ASCII. */
struct probe_fact {
	enum fact kind;
	char text[256];
};

/*
 * Adds a fact: cut to 255 bytes, what is not printable ASCII becomes '?'. Saying it twice adds
 * nothing. False: there is no room for it.
 */
bool probe_add_fact(struct probe *probe, enum fact kind, const char *text);

/* Takes the fact at `*at` (0 for the first) and moves on. False: there are no more. */
bool probe_next_fact(const struct probe *probe, size_t *at, struct probe_fact *out);

/* When the server's own certificate ends; 0: none was shown. */
static inline wall_t probe_not_after(const struct probe *p)
{
	return p->certificate_count ? p->certificates[0].not_after_us : 0;
}

/*
 * Makes harmless what a role that has gone bad may have said: texts end, enums are known, no time
 * is after `latest`.
 */
void record_mend_probe(struct probe *probe, wall_t latest);

#endif
