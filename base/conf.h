/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of options. YAML keys, long options, defaults, ranges, manual and checks all read
 * it.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/mono.h"
#include "base/prefix.h"

#include <stdint.h>
#include <stdio.h>

/* A range of ports, both ends included; {0, 0} is none. */
struct conf_ports {
	uint16_t low, high;
};

/* Between the names of FILES. */
#define CONF_NEXT_FILE "\n"

/*
 * X(member, type, name, default, low, high, help). Types: BOOL; COUNT and BYTES (with k, M, G of
 * 1024) between low and high; DURATION (as mono_parse; low, high in microseconds); PERCENT (in
 * millionths); TEXT; LIST (of texts, separated by commas or repeated); FILES (one, or repeated);
 * PREFIXES; PORTS. The name is the YAML path; as a long option dashes and underscores are the same.
 */
#define CONF_OPTION_LIST(X)                                                                        \
	X(home, PREFIXES, "home", "", 0, 0,                                                        \
	  "networks to watch; any: every answerer is inside and nothing is ever probed")           \
	X(inside, BOOL, "inside_to_inside", "no", 0, 0,                                            \
	  "report services used by inside clients too")                                            \
	X(report_tunnels, BOOL, "report_tunnels", "no", 0, 0,                                      \
	  "report the ends of tunnels over UDP as services too")                                   \
	X(targets, PREFIXES, "targets", "", 0, 0, "what may be probed (default: home)")            \
	X(exclude, PREFIXES, "exclude", "", 0, 0, "what is never probed")                          \
	X(interfaces, LIST, "interface", "", 0, 0, "interfaces to listen on")                      \
	X(read, FILES, "read", "", 0, 0, "capture files to replay; - is standard input")           \
	X(filter, TEXT, "filter", "", 0, 0, "BPF filter of the capture, as tcpdump takes it")      \
	X(state, TEXT, "state", "", 0, 0,                                                          \
	  "directory of the store (default: /var/lib/flowd live, thrown away in a replay)")        \
	X(rules, TEXT, "rules", "", 0, 0, "rules file (default: built in, see default.rules)")     \
	X(rules_watch, BOOL, "rules_watch", "no", 0, 0,                                            \
	  "load the rules anew when their file has changed")                                       \
	X(alert_file, TEXT, "alert_file", "", 0, 0, "file that alerts are appended to")            \
	X(sinks, FILES, "sinks", "", 0, 0, "receivers of alerts, live only; see flowd.yaml(5)")    \
	X(assets_list, FILES, "assets.list", "", 0, 0,                                             \
	  "what is said of networks and hosts: 10.1.0.0/24 name=office owner=it tags=pci")         \
	X(assets_file, TEXT, "assets.file", "", 0, 0,                                              \
	  "the same as CSV, read again when it changes")                                           \
	X(assets_url, TEXT, "assets.url", "", 0, 0, "the same of an HTTP API, as JSON")            \
	X(assets_token_file, TEXT, "assets.token_file", "", 0, 0,                                  \
	  "file with the bearer token for the API")                                                \
	X(assets_ca_file, TEXT, "assets.ca_file", "", 0, 0,                                        \
	  "authorities to trust for the API, PEM (default: the system's)")                         \
	X(assets_poll, DURATION, "assets.poll", "5m", MONO_SECOND, 7 * MONO_DAY,                   \
	  "how often file and API are looked at")                                                  \
	X(assets_rows, TEXT, "assets.rows", "assets", 0, 0,                                        \
	  "member of the API's answer that is the list; empty: the answer itself")                 \
	X(assets_next, TEXT, "assets.next", "next", 0, 0,                                          \
	  "member of the API's answer that is the address of its next page")                       \
	X(assets_fields, LIST, "assets.fields", "", 0, 0,                                          \
	  "how CSV and API call what is said: address=ip,name=hostname")                           \
	X(assets_scope, BOOL, "assets.scope", "no", 0, 0,                                          \
	  "probe only what is in some list of assets")                                             \
	X(tools, FILES, "tools", "", 0, 0,                                                         \
	  "whom services may be handed over to; see flowd.yaml(5)")                                \
	X(handover_at_once, COUNT, "handover.at_once", "2", 1, 4,                                  \
	  "runs of tools under way at once")                                                       \
	X(handover_queue, COUNT, "handover.queue", "32", 1, 4096, "runs that wait for their turn") \
	X(handover_keep, DURATION, "handover.keep", "365d", 0, 36500 * MONO_DAY,                   \
	  "how long runs and their output are kept; 0 for ever")                                   \
	X(alert_deadline, DURATION, "alert_deadline", "10s", 0, 3600 * MONO_SECOND,                \
	  "how long an alert waits for a verdict before it goes out unverified")                   \
	X(alert_repeat, DURATION, "alert_repeat", "1h", 0, 365 * MONO_DAY,                         \
	  "how long an alert that is not closed is not made again; 0: made each time")             \
	X(alert_group, DURATION, "alert_group", "1h", MONO_SECOND, 365 * MONO_DAY,                 \
	  "how long an alert that stands for others takes more of them")                           \
	X(alert_verdict, DURATION, "alert_verdict", "10m", 0, 30 * MONO_DAY,                       \
	  "how long an alert waits for its verdict where a rule delays it")                        \
	X(learn, DURATION, "learn", "1d", 0, 365 * MONO_DAY,                                       \
	  "after the first live start, only alerts of level high and above are sent for this "     \
	  "long")                                                                                  \
	X(learn_until_accepted, BOOL, "learn_until_accepted", "no", 0, 0,                          \
	  "it goes on, instead, until somebody accepts what has been seen")                        \
	X(geo, LIST, "geo", "", 0, 0,                                                              \
	  "MaxMind DB files of countries and AS; none (default: those of /var/lib/GeoIP, live)")   \
	X(user, TEXT, "user", "nobody", 0, 0,                                                      \
	  "user that roles become when started as root; not given: flowd, where there is one")     \
	X(cage, TEXT, "cage", "strict", 0, 0,                                                      \
	  "strict, or best-effort on kernels without Landlock")                                    \
	X(progress, BOOL, "progress", "yes", 0, 0,                                                 \
	  "progress bar of a replay when standard error is a terminal")                            \
	X(log_format, TEXT, "log.format", "text", 0, 0,                                            \
	  "of standard error: text for people, json an object a line")                             \
	X(log_debug, BOOL, "log.debug", "no", 0, 0, "say more on standard error")                  \
	X(capture_buffer, BYTES, "capture.buffer", "64M", 1 << 16, 1LL << 31,                      \
	  "kernel buffer of each interface")                                                       \
	X(workers, COUNT, "capture.workers", "1", 0, 16,                                           \
	  "threads that share the packets; 0: one for each processor")                             \
	X(capture_wait, BOOL, "capture.wait", "no", 0, 0,                                          \
	  "start although none of the interfaces is there yet")                                    \
	X(kernel_filter, BOOL, "capture.kernel_filter", "yes", 0, 0,                               \
	  "let the kernel throw away what cannot concern home")                                    \
	X(capture_promiscuous, BOOL, "capture.promiscuous", "yes", 0, 0,                           \
	  "see frames for other hosts too")                                                        \
	X(mid_talk, DURATION, "capture.mid_talk", "10s", 0, 3600 * MONO_SECOND,                    \
	  "how long after a start UDP dialogs may have begun before it (in a replay only when "    \
	  "said)")                                                                                 \
	X(capture_snaplen, COUNT, "capture.snaplen", "65535", 96, 262144,                          \
	  "bytes kept of each packet")                                                             \
	X(limit_flows, COUNT, "limits.flows", "262144", 1024, 1 << 26,                             \
	  "connections remembered at once")                                                        \
	X(limit_dialogs, COUNT, "limits.dialogs", "262144", 1024, 1 << 26,                         \
	  "UDP dialogs remembered at once")                                                        \
	X(limit_associations, COUNT, "limits.associations", "16384", 1024, 1 << 26,                \
	  "SCTP associations remembered at once")                                                  \
	X(limit_names, COUNT, "limits.names", "8192", 1, 1 << 20,                                  \
	  "connections looked at for a name at once")                                              \
	X(limit_known, COUNT, "limits.known", "1048576", 1024, 1 << 28,                            \
	  "services the sensor remembers")                                                         \
	X(limit_fragments, BYTES, "limits.fragments", "16M", 1 << 20, 1LL << 32,                   \
	  "memory for datagrams that come in IP fragments, in each worker")                        \
	X(limit_hosts, COUNT, "limits.hosts", "16384", 64, 1 << 22,                                \
	  "hosts whose ports that answer and say nothing are counted")                             \
	X(name_packets, COUNT, "limits.name_packets", "12", 1, 256,                                \
	  "payloads of a connection looked at for a name")                                         \
	X(limit_expected, COUNT, "limits.expected", "4096", 16, 1 << 20,                           \
	  "endpoints that another connection announced, remembered at once")                       \
	X(limit_control, COUNT, "limits.control", "4096", 16, 1 << 20,                             \
	  "connections followed at once for the endpoints they announce")                          \
	X(limit_ephemeral, COUNT, "limits.ephemeral", "65536", 16, 1 << 24,                        \
	  "ephemeral endpoints listed at once")                                                    \
	X(limit_services, COUNT, "limits.services", "16777216", 1024, 1 << 28,                     \
	  "services in the store")                                                                 \
	X(limit_candidates, COUNT, "limits.candidates", "131072", 16, 1 << 26,                     \
	  "of these, those that have answered and nothing more")                                   \
	X(limit_jobs, COUNT, "limits.jobs", "1048576", 16, 1 << 26,                                \
	  "services that wait for a verdict at once")                                              \
	X(limit_outbox, COUNT, "limits.outbox", "16384", 16, 1 << 24,                              \
	  "alerts that wait for a receiver that does not take them")                               \
	X(limit_waiting, COUNT, "limits.waiting", "16384", 16, 1 << 20,                            \
	  "alerts that wait because their rule says so")                                           \
	X(limit_windows, COUNT, "limits.windows", "65536", 16, 1 << 22,                            \
	  "groups, and rules with a throttle, that are open at once")                              \
	X(limit_assets, COUNT, "limits.assets", "65536", 16, 1 << 20,                              \
	  "rows of a list of assets; a longer one is not taken")                                   \
	X(limit_output, BYTES, "limits.output", "1M", 1 << 16, 1LL << 30,                          \
	  "lines that wait live for the reader of standard output")                                \
	X(looks_per_hour, COUNT, "limits.looks_per_hour", "2", 0, 255,                             \
	  "connections of a service with a name looked at again in an hour")                       \
	X(queue, BYTES, "limits.queue", "4M", 1 << 16, 1LL << 30,                                  \
	  "buffer of the messages between two processes")                                          \
	X(ephemeral_keep, DURATION, "ephemeral.keep", "1h", MONO_SECOND, 365 * MONO_DAY,           \
	  "how long an ephemeral endpoint is listed after it was last seen")                       \
	X(ephemeral_elsewhere, BOOL, "ephemeral.elsewhere", "no", 0, 0,                            \
	  "believe a server's announcement of another address of home")                            \
	X(deceptive_ports, COUNT, "deceptive.ports", "64", 4, 1024,                                \
	  "ports that answer alike and say nothing; a host with more of them answers everything")  \
	X(deceptive_window, DURATION, "deceptive.window", "1d", MONO_SECOND, 365 * MONO_DAY,       \
	  "such ports count together when they answer within this time")                           \
	X(deceptive_keep, DURATION, "deceptive.keep", "7d", MONO_SECOND, 3650 * MONO_DAY,          \
	  "a host answers everything until so long after its last such answer")                    \
	X(flush, DURATION, "flush", "5s", 10 * MONO_MS, 3600 * MONO_SECOND,                        \
	  "how often counts of known services are written")                                        \
	X(health_interval, DURATION, "health.interval", "10s", MONO_SECOND, 3600 * MONO_SECOND,    \
	  "how often the health of the capture is judged")                                         \
	X(health_drops, PERCENT, "health.drops", "0.1%", 0, 1000000,                               \
	  "packets dropped by kernel or interface that are trouble; 0 never")                      \
	X(health_loss, PERCENT, "health.loss", "1%", 0, 1000000,                                   \
	  "bytes acknowledged but not seen that are trouble; 0 never")                             \
	X(health_duplicates, PERCENT, "health.duplicates", "5%", 0, 1000000,                       \
	  "packets seen twice that are trouble; 0 never")                                          \
	X(health_oneway, PERCENT, "health.oneway", "50%", 0, 1000000,                              \
	  "handshakes of which one direction is missing that are trouble; 0 never")                \
	X(health_cut, PERCENT, "health.cut", "1%", 0, 1000000,                                     \
	  "packets cut by the snapshot length that are trouble; 0 never")                          \
	X(health_silence, DURATION, "health.silence", "30s", 0, 3600 * MONO_SECOND,                \
	  "time without a packet, where there used to be many, that is trouble; 0 never")          \
	X(health_clock, DURATION, "health.clock", "1s", 0, 3600 * MONO_SECOND,                     \
	  "by how much the clock may be set before that is trouble; 0 never")                      \
	X(vantages, LIST, "vantages", "", 0, 0,                                                    \
	  "probers elsewhere, as name=address:port; the name alone of one that calls")             \
	X(role, TEXT, "role", "", 0, 0,                                                            \
	  "verify: only the prober, for a flowd elsewhere; needs listen or connect")               \
	X(listen, TEXT, "listen", "", 0, 0, "address and port where the other end calls")          \
	X(connect, TEXT, "connect", "", 0, 0, "address and port of the flowd that a prober calls") \
	X(link_ca, TEXT, "link.ca", "", 0, 0,                                                      \
	  "certificate of the authority that vouches for both ends, PEM")                          \
	X(link_certificate, TEXT, "link.certificate", "", 0, 0, "certificate of this end, PEM")    \
	X(link_key, TEXT, "link.key", "", 0, 0, "its key, PEM")                                    \
	X(link_peer, TEXT, "link.peer", "flowd", 0, 0,                                             \
	  "name in the certificate of who may give orders to this prober")                         \
	X(verify, BOOL, "verify.enabled", "yes", 0, 0,                                             \
	  "probe newly seen services (in a replay only when said expressly)")                      \
	X(verify_interface, TEXT, "verify.interface", "", 0, 0, "interface that probes leave by")  \
	X(verify_source, TEXT, "verify.source", "", 0, 0,                                          \
	  "addresses that probes are sent from, at most one of each family")                       \
	X(verify_vantage, TEXT, "verify.vantage", "inside", 0, 0,                                  \
	  "name of the place probes are sent from")                                                \
	X(verify_rate, COUNT, "verify.rate", "200", 1, 1000000,                                    \
	  "packets and connections a second at most")                                              \
	X(verify_host_rate, COUNT, "verify.host_rate", "100", 0, 1000000,                          \
	  "of these, to one host; 0: no bound of its own")                                         \
	X(verify_prefix_rate, COUNT, "verify.prefix_rate", "200", 0, 1000000,                      \
	  "of these, to one /24 of IPv4 or /64 of IPv6; 0: no bound of its own")                   \
	X(verify_host_parallel, COUNT, "verify.host_parallel", "32", 1, 4096,                      \
	  "probes of one host under way at once")                                                  \
	X(verify_backoff, DURATION, "verify.backoff", "60s", 0, MONO_DAY,                          \
	  "how long a host or network is left alone that routers keep refusing; 0 never")          \
	X(verify_quiet_hours, LIST, "verify.quiet_hours", "", 0, 0,                                \
	  "when nothing is probed, local time: Mon-Fri 08:00-18:00, ...; jobs wait")               \
	X(verify_parallel, COUNT, "verify.parallel", "256", 1, 4096, "probes under way at once")   \
	X(verify_tries, COUNT, "verify.tries", "3", 1, 10, "SYNs sent before silence is believed") \
	X(verify_syn_wait, DURATION, "verify.syn_wait", "500ms", MONO_MS, 60 * MONO_SECOND,        \
	  "wait for the answer of the first SYN; doubles with each")                               \
	X(verify_name_wait, DURATION, "verify.name_wait", "500ms", 0, 60 * MONO_SECOND,            \
	  "wait for the wire to name the service before its first hello is chosen")                \
	X(verify_banner_wait, DURATION, "verify.banner_wait", "600ms", MONO_MS, 60 * MONO_SECOND,  \
	  "wait for a server that speaks first")                                                   \
	X(verify_hello_wait, DURATION, "verify.hello_wait", "3s", MONO_MS, 60 * MONO_SECOND,       \
	  "wait for the answer to a hello")                                                        \
	X(verify_again, DURATION, "verify.again", "1d", 0, 365 * MONO_DAY,                         \
	  "open services are probed again after about this time; 0 never")                         \
	X(verify_again_high, DURATION, "verify.again_high", "6h", MONO_SECOND, 365 * MONO_DAY,     \
	  "the same for those that the rules hold for high or critical")                           \
	X(verify_gone, DURATION, "verify.gone", "1h", 0, 365 * MONO_DAY,                           \
	  "how long what was open must be found shut before it is gone")                           \
	X(verify_expiring, TEXT, "verify.expiring", "30d,7d,0s", 0, 0,                             \
	  "how long before its end a certificate is told of, at most eight times")                 \
	X(verify_doors, BOOL, "verify.doors", "yes", 0, 0,                                         \
	  "ask services that are known what they tell anybody, without ever logging in")           \
	X(verify_old_tls, BOOL, "verify.old_tls", "yes", 0, 0, "try outdated versions of TLS")     \
	X(verify_door_wait, DURATION, "verify.door_wait", "40ms", MONO_MS, 10 * MONO_SECOND,       \
	  "wait for either of the two at least; else three times what the service took before")    \
	X(verify_probes, FILES, "verify.probes", "", 0, 0,                                         \
	  "files of service probes in nmap's format, beside the one built in")                     \
	X(verify_questions, COUNT, "verify.questions", "4", 1, 32,                                 \
	  "hellos to one service at most")                                                         \
	X(verify_rarity, COUNT, "verify.rarity", "4", 0, 9,                                        \
	  "rarest questions for services nothing is known of")                                     \
	X(verify_fragile, TEXT, "verify.fragile", "9100-9107", 0, 0,                               \
	  "TCP ports that nothing is ever written to")                                             \
	X(verify_announce, TEXT, "verify.announce", "", 0, 0,                                      \
	  "URL that tells those who are asked over HTTP who asks")                                 \
	X(verify_ports, PORTS, "verify.ports", "61000-61511", 1, 65535,                            \
	  "source ports of probes; the sensor ignores them")                                       \
	X(sweep_rate, COUNT, "sweep.rate", "1000", 1, 10000000,                                    \
	  "packets a second of a sweep at most")                                                   \
	X(sweep_host_rate, COUNT, "sweep.host_rate", "1000", 0, 10000000,                          \
	  "of these, to one host; 0 any number")                                                   \
	X(sweep_prefix_rate, COUNT, "sweep.prefix_rate", "0", 0, 10000000,                         \
	  "of these, to one /24 of IPv4 or /64 of IPv6 on average; 0: any number")                 \
	X(sweep_tries, COUNT, "sweep.tries", "1", 1, 8, "how often a sweep asks each port")        \
	X(sweep_every, DURATION, "sweep.every", "0", 0, 365 * MONO_DAY,                            \
	  "how often a sweep begins by itself; 0 never")                                           \
	X(sweep_ports, TEXT, "sweep.ports", "1-65535", 0, 0, "ports it looks at")                  \
	X(sweep_prefixes, PREFIXES, "sweep.prefixes", "", 0, 0,                                    \
	  "networks it looks at (default: what may be probed)")                                    \
	X(sweep_now, PREFIXES, "sweep.now", "", 0, 0,                                              \
	  "sweep these networks once, print what is found, and end")                               \
	X(watch_udp_every, DURATION, "watch.udp.every", "0", 0, 365 * MONO_DAY,                    \
	  "how often the ports watched over UDP are asked; 0 never")                               \
	X(watch_udp_ports, TEXT, "watch.udp.ports",                                                \
	  "53,69,111,123,137,161,389,500,623,1900,5060,11211", 0, 0,                               \
	  "ports over UDP that are asked whether they were seen or not")                           \
	X(watch_udp_hosts, PREFIXES, "watch.udp.hosts", "", 0, 0,                                  \
	  "hosts on which they are asked (default: what may be probed)")                           \
	X(web_address, TEXT, "web.address", "127.0.0.1", 0, 0, "address of the API and the page")  \
	X(web_port, COUNT, "web.port", "7780", 0, 65535, "port of the API and the page; 0 none")   \
	X(web_socket, TEXT, "web.socket", "", 0, 0,                                                \
	  "Unix socket of the API; none (default: web/api.sock where the store is)")               \
	X(web_auth, TEXT, "web.auth", "auto", 0, 0,                                                \
	  "on: tokens are asked for; off; auto: on but for loopback addresses")                    \
	X(web_tls, BOOL, "web.tls", "no", 0, 0, "serve over TLS")                                  \
	X(web_certificate, TEXT, "web.certificate", "", 0, 0,                                      \
	  "certificate of the page, with its chain, PEM (default: one is made)")                   \
	X(web_key, TEXT, "web.key", "", 0, 0, "its key, PEM")                                      \
	X(web_session, DURATION, "web.session", "12h", MONO_SECOND, 365 * MONO_DAY,                \
	  "how long somebody who has logged in may do nothing")                                    \
	X(web_rate, COUNT, "web.rate", "1000", 0, 1000000,                                         \
	  "requests of an address in a second; 0 any number")                                      \
	X(web_connections, COUNT, "web.connections", "256", 0, 8192,                               \
	  "connections of an address at once; 0 any number")                                       \
	X(web_cors, LIST, "web.cors", "", 0, 0,                                                    \
	  "origins whose pages may ask, with a token: https://soc.example")                        \
	X(keep_events, DURATION, "store.keep.events", "90d", 0, 36500 * MONO_DAY,                  \
	  "how long events are kept; 0 for ever")                                                  \
	X(keep_probes, DURATION, "store.keep.probes", "90d", 0, 36500 * MONO_DAY,                  \
	  "how long old probes are kept; 0 for ever")                                              \
	X(keep_alerts, DURATION, "store.keep.alerts", "365d", 0, 36500 * MONO_DAY,                 \
	  "how long alerts are kept; 0 for ever")                                                  \
	X(keep_audit, DURATION, "store.keep.audit", "365d", 0, 36500 * MONO_DAY,                   \
	  "how long it is kept what probes sent; 0 for ever")                                      \
	X(store_cap, BYTES, "store.disk_cap", "10G", 1 << 24, 1LL << 46,                           \
	  "size of the store at which the oldest history is dropped")                              \
	X(store_sync, BOOL, "store.sync", "yes", 0, 0,                                             \
	  "flush news to the disk, not only to the kernel, before acting on it")

struct conf {
#define CONF_BOOL bool
#define CONF_COUNT uint64_t
#define CONF_BYTES uint64_t
#define CONF_DURATION mono_t
#define CONF_PERCENT uint64_t
#define CONF_TEXT char *
#define CONF_LIST char *
#define CONF_FILES char *
#define CONF_PREFIXES struct prefix_set
#define CONF_PORTS struct conf_ports
#define CONF_MEMBER(member, type, ...) CONF_##type member;
	CONF_OPTION_LIST(CONF_MEMBER)
#undef CONF_MEMBER
#define CONF_GIVEN(member, ...) bool member;
	struct {
		CONF_OPTION_LIST(CONF_GIVEN)
	} given; /* not left at its default */
#undef CONF_GIVEN
};

/* All defaults. 0 or -ENOMEM. */
int conf_new(struct conf *conf);
void conf_free(struct conf *conf);

/*
 * Sets one option from text; LIST, FILES and PREFIXES add to what was given before. 0; ERR_UNKNOWN
 * no such option, ERR_SYNTAX, ERR_RANGE, -ENOMEM. `bad` (may be NULL) becomes the offset in `value`
 * of what is wrong.
 */
int conf_set(struct conf *conf, const char *name, const char *value, size_t *bad);

/* Sets one option back to its default. 0, ERR_UNKNOWN, -ENOMEM. */
int conf_reset(struct conf *conf, const char *name);

/* The name nearest to a mistyped one, NULL when none is near. */
const char *conf_nearest(const char *name);

/* What the value should look like, for messages: "a duration such as 10s or 5m, from 0s to 1h". */
const char *conf_expects(const char *name, char *out, size_t size);

bool conf_is_option(const char *name);

/* An option is a switch, which may stand without a value on the command line. */
bool conf_is_switch(const char *name);

/* Walks the table: name, default, type word and help of option `i`; false past the last. */
struct conf_option {
	const char *name, *value, *type, *help;
};
bool conf_option(size_t i, struct conf_option *out);

/* The value of option `i` as conf_set reads it; to be freed; NULL when memory is short. */
char *conf_value(const struct conf *conf, size_t i);

/* Was option `i` set by somebody? */
bool conf_is_given(const struct conf *conf, size_t i);

/* The effective configuration as YAML; reads back to itself. */
void conf_print(const struct conf *conf, FILE *out);

/*
 * What may be probed: targets (or home where none are given; nothing where home is any) less
 * exclude. 0 or -ENOMEM; `out` must be empty and is the caller's to clear.
 */
int conf_targets(const struct conf *conf, struct prefix_set *out);

/*
 * Is anything to be probed? Live unless verify.enabled says no; in a replay, which may be years
 * old, only when it says yes expressly; never when home is any.
 */
bool conf_probes(const struct conf *conf);

/* The directory of the store; NULL: in memory, thrown away at the end. */
const char *conf_state(const struct conf *conf);

/* May a role run where the kernel lacks a wall of its cage? */
bool conf_is_best_effort(const struct conf *conf);

/* Is there a page and an API? Live only, unless web.port is 0. */
bool conf_serves(const struct conf *conf);

/* Only a sweep is made, and then the program ends. */
static inline bool conf_sweeps_once(const struct conf *conf)
{
	return conf->sweep_now.count;
}

/* Is it a prober alone, for a flowd elsewhere? */
static inline bool conf_is_prober(const struct conf *conf)
{
	return *conf->role;
}

/* Is it joined with others of its kind? */
static inline bool conf_is_joined(const struct conf *conf)
{
	return conf_is_prober(conf) || (*conf->vantages && conf_probes(conf));
}

/* Is there anything to know and to keep? */
static inline bool conf_keeps(const struct conf *conf)
{
	return !conf_is_prober(conf);
}

/* Are packets looked at? */
static inline bool conf_captures(const struct conf *conf)
{
	return !conf_sweeps_once(conf) && !conf_is_prober(conf);
}

/* Does it go on until somebody ends it? */
static inline bool conf_lives(const struct conf *conf)
{
	return !*conf->read && !conf_sweeps_once(conf);
}

/* Does anybody receive alerts? Not what a replay finds. */
static inline bool conf_delivers(const struct conf *conf)
{
	return *conf->sinks && conf_lives(conf) && !conf_is_prober(conf);
}

/* May services be handed over to tools? */
static inline bool conf_hands_over(const struct conf *conf)
{
	return *conf->tools && conf_lives(conf) && !conf_is_prober(conf);
}

#endif
