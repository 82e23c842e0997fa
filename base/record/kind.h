/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the nouns: what an enum of theirs may be and how it is called, and the service,
 * which all of them are about. To be included by way of base/record.h.
 */
#ifndef BASE_RECORD_KIND_H
#define BASE_RECORD_KIND_H

#include "base/addr.h"
#include "base/mono.h"

#include <stdbool.h>
#include <string.h>

/* X(constant, text): the text is what JSON, rules and the manual say. */
#define RECORD_PROTO_LIST(X)     \
	X(PROTO_NONE, "none", 0) \
	X(PROTO_TCP, "tcp", 6)   \
	X(PROTO_UDP, "udp", 17)  \
	X(PROTO_SCTP, "sctp", 132)

/* How sure the wire makes us, worst first: a later one replaces an earlier one. */
#define RECORD_EVIDENCE_LIST(X)            \
	X(EVIDENCE_NONE, "none")           \
	X(EVIDENCE_INVALID, "invalid")     \
	X(EVIDENCE_PROBE, "probe")         \
	X(EVIDENCE_ONEWAY, "oneway")       \
	X(EVIDENCE_ANSWERED, "answered")   \
	X(EVIDENCE_REPLY, "reply")         \
	X(EVIDENCE_HANDSHAKE, "handshake") \
	X(EVIDENCE_FULL, "full")

#define RECORD_STATE_LIST(X)              \
	X(STATE_CANDIDATE, "candidate")   \
	X(STATE_OPEN, "open")             \
	X(STATE_REFUSES, "refuses")       \
	X(STATE_RESTRICTED, "restricted") \
	X(STATE_CLOSED, "closed")         \
	X(STATE_SILENT, "silent")         \
	X(STATE_GONE, "gone")             \
	X(STATE_EPHEMERAL, "ephemeral")

#define RECORD_EVENT_LIST(X)                \
	X(EVENT_NONE, "none")               \
	X(EVENT_NEW, "new")                 \
	X(EVENT_CHANGED, "changed")         \
	X(EVENT_RETURNED, "returned")       \
	X(EVENT_GONE, "gone")               \
	X(EVENT_VERDICT, "verdict")         \
	X(EVENT_DECEPTIVE, "deceptive")     \
	X(EVENT_MASQUERADE, "masquerade")   \
	X(EVENT_HEALTH, "health")           \
	X(EVENT_CERTIFICATE, "certificate") \
	X(EVENT_DRIFT, "drift")

/* What has changed about a service that was known. */
#define RECORD_CHANGE_LIST(X)                \
	X(CHANGE_NONE, "none")               \
	X(CHANGE_APP, "app")                 \
	X(CHANGE_PRODUCT, "product")         \
	X(CHANGE_VERSION, "version")         \
	X(CHANGE_CERTIFICATE, "certificate") \
	X(CHANGE_STATE, "state")             \
	X(CHANGE_VANTAGE, "vantage")         \
	X(CHANGE_HOST_KEY, "host-key")       \
	X(CHANGE_APPROVAL, "approval")

/*
 * What may be wrong with a capture: X(constant, text, what it says). As long as one of them holds,
 * nothing may be concluded from what was not seen.
 */
#define RECORD_TROUBLE_LIST(X)                                                               \
	X(TROUBLE_NONE, "none", "nothing")                                                   \
	X(TROUBLE_DROPS, "drops", "packets dropped by the kernel or the interface")          \
	X(TROUBLE_LOSS, "loss", "bytes acknowledged but never seen, in sampled connections") \
	X(TROUBLE_DUPLICATES, "duplicates", "packets seen twice, in a sample")               \
	X(TROUBLE_ONEWAY, "oneway", "handshakes of which one direction is not seen")         \
	X(TROUBLE_SILENCE, "silence", "no packets where there used to be some")              \
	X(TROUBLE_CLOCK, "clock", "the clock was set, forward or back")                      \
	X(TROUBLE_CUT, "cut", "packets cut by the snapshot length")                          \
	X(TROUBLE_VANTAGE, "vantage", "a prober elsewhere cannot be reached")                \
	X(TROUBLE_RECEIVER, "receiver", "a receiver takes no alerts")                        \
	X(TROUBLE_OUTBOX, "outbox", "alerts that waited for a receiver were given up")       \
	X(TROUBLE_ASSETS, "assets", "a list of assets gives nothing good")

/* Who can reach what is open, as far as the vantages tell. */
#define RECORD_EXPOSURE_LIST(X)      \
	X(EXPOSURE_NONE, "none")     \
	X(EXPOSURE_INSIDE, "inside") \
	X(EXPOSURE_WORLD, "world")

/* Why an endpoint that answers is no service of its own: it is listed, and nobody is paged. */
#define RECORD_EPHEMERAL_LIST(X)          \
	X(EPHEMERAL_NONE, "none")         \
	X(EPHEMERAL_FTP_DATA, "ftp-data") \
	X(EPHEMERAL_MEDIA, "media")       \
	X(EPHEMERAL_ICE, "ice")           \
	X(EPHEMERAL_P2P, "p2p")           \
	X(EPHEMERAL_DCE_RPC, "dce-rpc")   \
	X(EPHEMERAL_PASSIVE_RANGE, "passive-range")

/* What a packet came in, the innermost one; its id is the VNI, key, session or label. */
#define RECORD_TUNNEL_LIST(X)      \
	X(TUNNEL_NONE, "none")     \
	X(TUNNEL_MPLS, "mpls")     \
	X(TUNNEL_PPPOE, "pppoe")   \
	X(TUNNEL_GRE, "gre")       \
	X(TUNNEL_ERSPAN, "erspan") \
	X(TUNNEL_VXLAN, "vxlan")   \
	X(TUNNEL_GENEVE, "geneve") \
	X(TUNNEL_IPIP, "ipip")     \
	X(TUNNEL_GTP, "gtp-u")     \
	X(TUNNEL_PPTP, "pptp")     \
	X(TUNNEL_L2TP, "l2tp")     \
	X(TUNNEL_TEREDO, "teredo") \
	X(TUNNEL_AYIYA, "ayiya")   \
	X(TUNNEL_CAPWAP, "capwap") \
	X(TUNNEL_TZSP, "tzsp")

/*
 * How the wire's name of a service was obtained, the least sure first: what only a client asked
 * for; nDPI by its memory of other connections; nDPI by what both said; the first words alone prove
 * it.
 */
#define RECORD_NAMED_LIST(X)      \
	X(NAMED_NONE, "none")     \
	X(NAMED_CLIENT, "client") \
	X(NAMED_CACHE, "cache")   \
	X(NAMED_DPI, "dpi")       \
	X(NAMED_PAYLOAD, "payload")

/*
 * What both sides let slip about a service while they were looked at for a name: X(constant, text).
 * Client hellos say sni and alpn: what clients ask for; so does http-host.
 */
#define RECORD_HINT_LIST(X)                \
	X(HINT_NONE, "none")               \
	X(HINT_SNI, "sni")                 \
	X(HINT_ALPN, "alpn")               \
	X(HINT_HTTP_HOST, "http-host")     \
	X(HINT_HTTP_SERVER, "http-server") \
	X(HINT_SSH_BANNER, "ssh-banner")   \
	X(HINT_JA3S, "ja3s")               \
	X(HINT_HASSH_SERVER, "hassh-server")

/* Why a probe says what it says. */
#define RECORD_REASON_LIST(X)                              \
	X(REASON_NONE, "none")                             \
	X(REASON_SYN_ACK, "syn-ack")                       \
	X(REASON_RST, "rst")                               \
	X(REASON_ICMP, "icmp")                             \
	X(REASON_NO_ANSWER, "no-answer")                   \
	X(REASON_RESET_AFTER_ACCEPT, "reset-after-accept") \
	X(REASON_CLOSE_AFTER_ACCEPT, "close-after-accept") \
	X(REASON_ZERO_WINDOW, "zero-window")               \
	X(REASON_ANSWER, "answer")                         \
	X(REASON_LOCAL, "local")                           \
	X(REASON_UNFINISHED, "unfinished")

/* Who wants a probe: the wire showed something, somebody asked for it, a schedule, a sweep. */
#define RECORD_ASKER_LIST(X)          \
	X(ASKER_WIRE, "wire")         \
	X(ASKER_API, "api")           \
	X(ASKER_SCHEDULE, "schedule") \
	X(ASKER_SWEEP, "sweep")

#define RECORD_LEVEL_LIST(X)      \
	X(LEVEL_NONE, "none")     \
	X(LEVEL_LOW, "low")       \
	X(LEVEL_MEDIUM, "medium") \
	X(LEVEL_HIGH, "high")     \
	X(LEVEL_CRITICAL, "critical")

#define RECORD_ENUM(id, ...) id,
enum evidence { RECORD_EVIDENCE_LIST(RECORD_ENUM) EVIDENCE_END };
enum exposure { RECORD_EXPOSURE_LIST(RECORD_ENUM) EXPOSURE_END };
enum change { RECORD_CHANGE_LIST(RECORD_ENUM) CHANGE_END };
enum state { RECORD_STATE_LIST(RECORD_ENUM) STATE_END };
enum event { RECORD_EVENT_LIST(RECORD_ENUM) EVENT_END };
enum reason { RECORD_REASON_LIST(RECORD_ENUM) REASON_END };
enum level { RECORD_LEVEL_LIST(RECORD_ENUM) LEVEL_END };
enum ephemeral { RECORD_EPHEMERAL_LIST(RECORD_ENUM) EPHEMERAL_END };
enum tunnel { RECORD_TUNNEL_LIST(RECORD_ENUM) TUNNEL_END };
enum named { RECORD_NAMED_LIST(RECORD_ENUM) NAMED_END };
enum trouble { RECORD_TROUBLE_LIST(RECORD_ENUM) TROUBLE_END };
enum hint_kind { RECORD_HINT_LIST(RECORD_ENUM) HINT_END };
enum asker { RECORD_ASKER_LIST(RECORD_ENUM) ASKER_END };
#undef RECORD_ENUM

/* IP protocol numbers (IANA). */
#define RECORD_ENUM(id, text, number) id = (number),
enum proto { RECORD_PROTO_LIST(RECORD_ENUM) };
#undef RECORD_ENUM

#define RECORD_APP_MAX 24
#define RECORD_BANNER_MAX 512
#define RECORD_VANTAGES_MAX 144 /* nine names, separated by "," */

/* What we watch; the key of everything. */
struct service {
	struct addr host;
	uint32_t zone; /* tenant; 0 until zones are configured */
	uint16_t port;
	uint8_t proto; /* enum proto */
	uint8_t pad;
};

/* Texts of the enums: static, "?" outside the range. */
const char *record_proto_text(unsigned proto);
const char *record_evidence_text(unsigned evidence);
const char *record_state_text(unsigned state);
const char *record_event_text(unsigned event);
const char *record_reason_text(unsigned reason);
const char *record_level_text(unsigned level);
const char *record_ephemeral_text(unsigned ephemeral);
const char *record_tunnel_text(unsigned tunnel);
const char *record_named_text(unsigned named);
const char *record_trouble_text(unsigned trouble);
const char *record_hint_text(unsigned hint);
const char *record_change_text(unsigned change);
const char *record_asker_text(unsigned asker);
const char *record_exposure_text(unsigned exposure);

/* The enum constant of a text of `len` bytes, or ERR_UNKNOWN. */
int record_proto_parse(const char *text, size_t len);
int record_evidence_parse(const char *text, size_t len);
int record_state_parse(const char *text, size_t len);
int record_event_parse(const char *text, size_t len);
int record_level_parse(const char *text, size_t len);

static inline bool service_is_same(const struct service *a, const struct service *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Copies text into a record's field: cut to fit, NUL-terminated, the rest zero. */
void record_text_set(char *field, size_t size, const char *text);

/* A time that no difference with overflows, and that is not after `latest`. */
wall_t record_time_most(wall_t time, wall_t latest);

#endif
