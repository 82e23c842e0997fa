/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five nouns. Everything flowd does turns one of these into the next; they cross process
 * boundaries and lie in the store as they stand here: plain bytes without pointers, text
 * NUL-terminated, times in wall-clock microseconds, padding spelt out and zero.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/mono.h"
#include "base/record/asset.h"
#include "base/record/backup.h"
#include "base/record/baseline.h"
#include "base/record/handover/run.h"
#include "base/record/kind.h"
#include "base/record/policy.h"
#include "base/record/probe.h"
#include "base/record/probing.h"
#include "base/record/sweep.h"
#include "base/record/token.h"
#include "base/record/triage.h"
#include "base/record/trial.h"

/* Any change of a layout below changes this number; another number is refused. */
#define RECORD_VERSION 17

/* Said by the sensor: this service answered this outside peer. */
struct sighting {
	struct service service;
	struct addr peer; /* the latest */
	wall_t first_us;  /* of what this record adds */
	wall_t last_us;
	uint32_t handshakes; /* distinct connections answered since the last record; 0: only news of
				a name */
	uint16_t peer_port;
	uint16_t vlan;	   /* innermost 802.1Q id, 0 none */
	uint8_t evidence;  /* enum evidence, the best so far */
	uint8_t ephemeral; /* enum ephemeral */
	uint8_t tunnel;	   /* enum tunnel, of the latest */
	uint8_t delivered; /* 1: the server has sent payload */
	uint32_t tunnel_id;
	/* Connections the server ended at once, without a word; ICMP messages that somebody forbids
	 * it. Like handshakes. */
	uint32_t refusals, filtered;
	uint8_t reflects; /* 1: its clients look forged, to make it answer others */
	uint8_t named;	  /* enum named: how `app` was obtained */
	uint8_t pad3[6];
	uint64_t asked, answered; /* UDP: payload bytes of requests, of their answers; likewise */
	char app[RECORD_APP_MAX]; /* what nDPI read in the payload; "" not known */
	char app_guess[RECORD_APP_MAX]; /* what the port number suggests; never shown as app; ""
					   none */
	struct hash_sketch peers;	/* of the peers since the last record */
	uint32_t print;			/* what its first answer looked like, hashed; 0 not known */
};

#define RECORD_HINT_MAX 96

/* Said by the sensor: what was read in a connection of the service that the server answered. */
struct hint {
	struct service service;
	wall_t time_us;
	uint8_t kind; /* enum hint_kind */
	uint8_t pad[7];
	char text[RECORD_HINT_MAX]; /* as it came, cut to fit */
};

#define RECORD_OPTIONS_MAX 64

/*
 * Said by the sensor of a host: so many of its ports have answered alike, without a byte of payload
 * behind them, that they are no services of their own (a SYN proxy, a tarpit). They are told here
 * and nowhere else from then on.
 */
struct host_sighting {
	struct addr host;
	uint32_t zone;
	uint8_t proto; /* enum proto */
	uint8_t ttl;   /* of the answers, like the next ones */
	uint16_t window;
	char options[RECORD_OPTIONS_MAX]; /* "mss 1460,sack,ts,nop,wscale 7"; "" none */
	struct addr peer;		  /* the latest */
	wall_t first_us;		  /* of what this record adds */
	wall_t last_us;
	uint64_t answers;	  /* since the last record */
	struct hash_sketch ports; /* all that answered alike */
	uint8_t evidence;	  /* enum evidence, the best */
	uint8_t pad[3];
	uint32_t print; /* ttl, window and options, hashed */
	uint8_t pad2[4];
};

/* Core's order to verify. */
struct job {
	uint64_t id;
	struct service service;
	wall_t made_us;
	wall_t deadline_us; /* the alert is made then, verdict or not */
	uint8_t event;	    /* enum event: what it is to be verified for */
	uint8_t named;	    /* 1: `app` is final, do not wait for a name */
	uint8_t asker;	    /* enum asker */
	uint8_t urgent;	    /* 1: before the others */
	uint8_t pad[4];
	char app[RECORD_APP_MAX]; /* what the wire says, "" not known yet */
	char app_guess[RECORD_APP_MAX];
	char sni[RECORD_HINT_MAX]; /* that clients ask for; "" not known */
};

#define RECORD_SOURCE_MAX 32

/* How one source of packets fares in one respect. */
struct trouble_news {
	wall_t time_us;
	uint64_t value;	 /* what was measured, in millionths: of a part, of a second */
	uint64_t limit;	 /* from which on it is trouble; likewise */
	uint8_t trouble; /* enum trouble */
	uint8_t over;	 /* 1: it has passed */
	uint8_t pad[6];
	char source[RECORD_SOURCE_MAX]; /* interface, or file */
};

#define RECORD_CHANGE_MAX 72
#define RECORD_COUNTRY_MAX 3

/* Where an address belongs, as the databases of `geo` say. */
struct origin {
	uint32_t as_number;		  /* 0 not known */
	char country[RECORD_COUNTRY_MAX]; /* ISO 3166-1 alpha-2; "" not known */
	uint8_t pad;
};

/* What rules judge: sighting and probe and what changed. */
struct finding {
	struct service service;
	wall_t time_us;
	struct addr peer;  /* the outside client that met it */
	uint8_t event;	   /* enum event */
	uint8_t state;	   /* enum state */
	uint8_t evidence;  /* enum evidence */
	uint8_t verified;  /* 1: a probe has settled the state */
	uint8_t peer_home; /* 1: the peer is inside home */
	uint8_t what;	   /* enum change, of event changed */
	uint8_t exposure;  /* enum exposure */
	uint8_t pad;
	char vantage[16]; /* whose verdict it is about, as probe.vantage; "" of none */
	char open_from[RECORD_VANTAGES_MAX]; /* vantages that found it open the last time they
						looked */
	char app[RECORD_APP_MAX];	     /* the probe's word, else the wire's; "" not known */
	char app_guess[RECORD_APP_MAX];
	/* Event changed: the name before; masquerade: what the port is for. Else "". */
	char instead_of[RECORD_APP_MAX];
	/* Event changed: what it was and what it is; certificate: its SHA-256, or its end. Else "".
	 */
	char before[RECORD_CHANGE_MAX], after[RECORD_CHANGE_MAX];
	char product[48];
	char version[32];
	struct origin origin, peer_origin; /* of the service's host, of the peer */
	struct trouble_news trouble; /* event health: what it is about, and the service is all zero
				      */
};

/* Something that happened to a service, as it is kept and told. */
struct event_row {
	uint64_t number; /* from 1, never repeats */
	wall_t time_us;
	wall_t previous_us; /* the event of the same service before it: time and number; 0 none */
	uint64_t previous;
	struct finding finding;
};

#define ALERT_RULE_MAX 160
#define ALERT_AS_NAME_MAX 48
#define ALERT_FILE_MAX 256

/* A finding that a rule chose. */
struct alert {
	uint64_t number; /* from 1, never repeats */
	wall_t time_us;
	uint32_t rule_line; /* 0: the implied last rule */
	uint8_t level;	    /* enum level */
	uint8_t pad[3];
	char rule[ALERT_RULE_MAX];	      /* its canonical text, cut if longer */
	char peer_as_name[ALERT_AS_NAME_MAX]; /* who runs the peer's AS; "" not known */
	struct finding finding;
	struct probe probe; /* all zero when not verified */
	uint64_t reopens;   /* the alert that was closed and is open again by this one; 0 none */
	struct baseline expected; /* what was approved at that place then; all zero: nothing */
	struct alert_policy policy;
	char rule_file[ALERT_FILE_MAX]; /* that is included and has the rule; "" the rules file
					   itself */
	struct alert_asset asset;	/* what was said of the place then */
};

/* What the sensor counts; one list for messages, health and the manual. */
#define RECORD_TALLY_LIST(X)                                                                   \
	X(packets, "packets handled")                                                          \
	X(bytes, "bytes on the wire of the packets handled")                                   \
	X(kernel_drops, "packets the kernel dropped for want of buffer space")                 \
	X(interface_drops, "packets the interface dropped")                                    \
	X(truncated, "packets cut by the snapshot length")                                     \
	X(undecoded, "packets that carry nothing flowd follows")                               \
	X(malformed, "packets with impossible headers")                                        \
	X(too_deep, "packets with more tunnels in one another than are looked into")           \
	X(tunnelled, "packets that came in a tunnel")                                          \
	X(fragments, "IP fragments")                                                           \
	X(reassembled, "datagrams put together from IP fragments")                             \
	X(fragments_overlap, "IP fragments that contradict another one of the datagram")       \
	X(fragments_evicted, "incomplete datagrams forgotten for want of room")                \
	X(syns, "SYN packets to inside hosts")                                                 \
	X(synacks, "SYN-ACK packets of inside hosts")                                          \
	X(synack_repeats, "SYN-ACK packets that repeat one already seen")                      \
	X(flows_evicted, "connections forgotten because the table was full")                   \
	X(dialogs_evicted, "UDP dialogs forgotten because the table was full")                 \
	X(associations_evicted, "SCTP associations forgotten because the table was full")      \
	X(names_refused, "connections not looked at for a name because the limit was reached") \
	X(known_evicted, "services not kept in the sensor because the table was full")         \
	X(announced, "endpoints that another connection announced")                            \
	X(announced_evicted, "announced endpoints forgotten because the table was full")       \
	X(announced_elsewhere, "endpoints announced of another address, not believed")         \
	X(controls_refused, "connections not followed for what they announce: limit reached")  \
	X(explained, "answers of endpoints that are explained by another connection")          \
	X(ephemeral_evicted, "ephemeral endpoints gone early because the list was full")       \
	X(candidates_evicted, "services of which nothing came, forgotten for newer ones")      \
	X(candidates_refused, "services of which nothing came, not listed: limit reached")     \
	X(services_refused, "services not listed because the limit was reached")               \
	X(jobs_refused, "services not probed because too many probes were waiting")            \
	X(alerts_put_off,                                                                      \
	  "alerts that waited because more and more mute ports of the host answered alike")    \
	X(hosts_evicted,                                                                       \
	  "hosts whose silent ports are counted no more because the table was full")           \
	X(alerts_undelivered, "alerts given up because nobody took them: limit reached")       \
	X(findings_grouped, "findings counted in the alert of their group")                    \
	X(findings_throttled, "findings kept back because their rule had made enough alerts")  \
	X(alerts_hurried, "alerts that did not wait as their rule says: limit reached")        \
	X(windows_refused, "groups and throttles not remembered: limit reached")               \
	X(history_dropped_bytes, "bytes of history dropped because the store was full")        \
	X(alerts_dropped_bytes, "bytes of alerts dropped because the store was full")          \
	X(hosts_refused, "news of hosts that answer everything, not kept: limit reached")      \
	X(syns_out, "SYN packets of inside hosts")                                             \
	X(synacks_in, "SYN-ACK packets to inside hosts")                                       \
	X(synacks_in_alone, "of these, those whose SYN was not seen")                          \
	X(synacks_alone, "SYN-ACK packets of inside hosts whose SYN was not seen")             \
	X(synacks_explained, "of these, those whose client was seen after all")                \
	X(refusals, "connections that an inside server ended at once, without a word")         \
	X(unreachables, "ICMP messages that an inside port cannot be reached")                 \
	X(prohibitions, "of these, those that say that it is forbidden")                       \
	X(acked_bytes, "bytes acknowledged in the connections looked at for gaps")             \
	X(gap_bytes, "of these, those never seen")                                             \
	X(duplicates_checked, "packets of inside hosts looked at for copies")                  \
	X(duplicates, "of these, those seen before")                                           \
	X(clock_steps, "times the clock was set by more than health.clock")                    \
	X(clock_step_us, "microseconds by which it was set in all")                            \
	X(records_dropped, "records not sent because core was behind")                         \
	X(lines_dropped, "lines not printed because nobody read them")                         \
	X(records_refused, "records of another role thrown away because they made no sense")   \
	X(sensor_starts, "times the sensor was started")                                       \
	X(gap_us, "microseconds without a sensor, at most")

/* Where a number comes from that announces what the sensor cannot look into. */
#define RECORD_UNKNOWN_LIST(X)             \
	X(UNKNOWN_NONE, "none")            \
	X(UNKNOWN_ETHERTYPE, "ethertype")  \
	X(UNKNOWN_IP_PROTO, "ip-protocol") \
	X(UNKNOWN_PPP, "ppp")              \
	X(UNKNOWN_LLC, "llc")

#define RECORD_ENUM(id, text) id,
enum unknown_kind { RECORD_UNKNOWN_LIST(RECORD_ENUM) UNKNOWN_END };
#undef RECORD_ENUM

#define TALLY_UNKNOWNS 32

/* Packets with such a number. */
struct tally_unknown {
	uint64_t packets;
	uint8_t kind; /* enum unknown_kind; none: the row is free */
	uint8_t pad;
	uint16_t number; /* EtherType, IP protocol, PPP protocol, DSAP */
	uint8_t pad2[4];
};

/* Of one source of one worker, or a sum. */
struct tally {
	wall_t time_us;
	wall_t packet_us;		/* the latest packet; 0 none yet */
	char source[RECORD_SOURCE_MAX]; /* "": of all */
	uint32_t capture;		/* number of the source in its worker */
	uint32_t pad;
#define TALLY_FIELD(id, text) uint64_t id;
	RECORD_TALLY_LIST(TALLY_FIELD)
#undef TALLY_FIELD
	struct tally_unknown unknown[TALLY_UNKNOWNS]; /* in the order they were met */
	uint64_t unknown_rest;			      /* packets with further numbers */
};

#define RECORD_ROLE_MAX 16

/* Said by the parent: how a role fares. */
struct role_news {
	wall_t time_us;
	wall_t back_us; /* not running: when it is started again */
	uint32_t falls; /* how often it has ended by itself since the parent was started */
	uint8_t running;
	uint8_t signal; /* that ended its last life; 0 none */
	uint8_t status; /* exit status of its last life */
	uint8_t pad;
	char role[RECORD_ROLE_MAX];
};

/*
 * Makes harmless what a role that has gone bad may have said: texts end, enums are known, no time
 * is after `latest`.
 */
void record_mend_sighting(struct sighting *s, wall_t latest);
void record_mend_host(struct host_sighting *h, wall_t latest);
void record_mend_hint(struct hint *h, wall_t latest);
void record_mend_tally(struct tally *t, wall_t latest);

const char *record_unknown_text(unsigned unknown);

/* Adds packets to the row of their number, or to `unknown_rest` when there is no room for a row. */
void record_count_unknown(struct tally *tally, enum unknown_kind kind, uint16_t number,
			  uint64_t packets);

/* It has alerts in it. */
#include "base/record/outbox.h"

#endif
