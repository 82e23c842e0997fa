// SPDX-License-Identifier: Apache-2.0
// What the short words of flowd mean, for people. A word that is not here is shown as it is.
import type { Probe } from "./api";

type Words = Record<string, string>;

function wordOf(words: Words, word: string): string {
  return Object.prototype.hasOwnProperty.call(words, word) ? words[word] : "";
}

const evidence: Words = {
  none: "Nothing was seen on the wire.",
  invalid: "What was seen contradicts itself; this may be no service at all.",
  probe: "Not seen on the wire: a sweep or an import named it.",
  oneway: "Only the answering side is visible here: a SYN-ACK whose SYN did not pass this tap.",
  answered: "It answered a client that spoke first (UDP).",
  reply: "The payload itself says that it is a response (UDP).",
  handshake: "Its SYN-ACK acknowledges a SYN that was seen. What the client did next was not.",
  full: "A whole handshake: an outside client asked, the service accepted, the client went on.",
};

const state: Words = {
  candidate: "Answered a stranger; no probe has settled it yet.",
  open: "Accepts connections and keeps them.",
  refuses: "Accepts connections, then drops them: a wrapper or an access list.",
  restricted: "Serves some outside clients, but not the prober: an allow-list.",
  closed: "The host refuses connections.",
  silent: "Nothing came back.",
  gone: "Was open and is shut now, verified more than once.",
  ephemeral: "Explained by another connection (FTP data, P2P, calls); not a service of its own.",
};

const ephemeral: Words = {
  "ftp-data": "announced by its FTP server to this client",
  media: "announced by SIP or RTSP for a call or a film",
  ice: "a peer of a call, which checks the way to another",
  p2p: "file sharing, by its own words",
  "dce-rpc": "named by its endpoint mapper to this client",
  "passive-range": "in the range that its FTP server listens on for data",
};

// base/record.h says them at greater length.
const trouble: Words = {
  drops: "Packets are dropped",
  loss: "Bytes are missing",
  duplicates: "Packets come twice",
  oneway: "One direction is missing",
  silence: "No packets come",
  clock: "The clock was set",
  cut: "Packets are cut short",
};

const troubleMore: Words = {
  drops: "The kernel or the interface dropped packets before flowd could read them.",
  loss: "Peers acknowledged bytes that were never seen here (in sampled connections).",
  duplicates: "The same packets are mirrored more than once (in a sample).",
  oneway: "Handshakes are seen of which the other half does not pass this tap.",
  silence: "There used to be packets and there are none now.",
  clock: "The clock was set, forward or back: times before and after do not go together.",
  cut: "The snapshot length cuts packets, so that not all of them can be read.",
  vantage: "A prober elsewhere cannot be reached.",
};

const event: Words = {
  new: "first seen",
  changed: "changed",
  returned: "came back",
  gone: "is gone",
  deceptive: "answers on every port",
  masquerade: "speaks what its port denies",
  verdict: "was probed",
  certificate: "certificate ends",
  drift: "is not what was approved",
  health: "trouble of the capture",
};

const change: Words = {
  app: "application",
  "host-key": "host key",
  vantage: "open from",
};

// The manual's words; a fact nobody knows here goes by its own.
const fact: Words = {
  matched: "Told by",
  info: "More about it",
  hostname: "Calls itself",
  os: "System",
  device: "Device",
  cpe: "CPE",
  noauth: "Open to anybody",
  starttls: "TLS begins inside",
  "client-certificate": "Asks for a certificate",
  "weak-tls": "Outdated TLS",
  "http-status": "Answer to GET /",
  "http-server": "Server",
  "http-title": "Title",
  "http-location": "Sends on to",
  "ssh-host-key": "Host key",
  "ssh-algorithms": "Algorithms",
  "smb-dialect": "SMB dialect",
  "smb-signing": "SMB signing",
  "rdp-security": "RDP security",
  "snmp-community": "SNMP community",
  amplifier: "Amplifies",
  note: "Note",
};

/** These are weaknesses. */
export const badFacts = ["noauth", "weak-tls", "snmp-community", "amplifier"];

const method: Words = {
  syn: "a SYN of its own, then a connection",
  connect: "an ordinary connection",
};

const vantage: Words = {
  inside: "from inside the network",
  self: "from the host itself, over loopback",
};

// RFC 792, RFC 1812 and RFC 4443: why a destination is unreachable.
const icmp: Words = {
  "3.0": "network unreachable",
  "3.1": "host unreachable",
  "3.2": "protocol unreachable",
  "3.3": "port unreachable",
  "3.9": "network prohibited",
  "3.10": "host prohibited",
  "3.13": "prohibited by a filter",
  "1.0": "no route",
  "1.1": "prohibited by a filter",
  "1.3": "address unreachable",
  "1.4": "port unreachable",
  "1.5": "source address refused",
  "1.6": "route rejects",
};

export const states = Object.keys(state);
export const levels = ["low", "medium", "high", "critical"];

export const evidenceText = (word: string) => wordOf(evidence, word);
export const stateText = (word: string) => wordOf(state, word);
export const ephemeralText = (reason: string) => wordOf(ephemeral, reason) || reason;
export const eventText = (word: string) => wordOf(event, word) || word;
export const changeText = (word: string) => wordOf(change, word) || word;
export const troubleText = (kind: string) => wordOf(trouble, kind) || kind || "Trouble";
export const troubleMoreText = (kind: string) => wordOf(troubleMore, kind);
export const factText = (kind: string) => wordOf(fact, kind) || kind;
export const methodText = (word: string) => wordOf(method, word) || word;
export const vantageText = (word: string | null) =>
  wordOf(vantage, word ?? "") || (word ? `from ${word}` : "");

/** Why a probe says what it says. */
export function reasonText(probe: Probe): string {
  const times = probe.tries === 1 ? "1 try" : `${probe.tries} tries`;
  switch (probe.reason) {
    case "syn-ack":
      return "The port answered with a SYN-ACK.";
    case "rst":
      return "The port answered with a reset.";
    case "icmp": {
      const code = `${probe.icmp_type}.${probe.icmp_code}`;
      const why = wordOf(icmp, code) || `type ${probe.icmp_type}, code ${probe.icmp_code}`;
      return `ICMP came back from ${probe.icmp_from ?? "somebody"}: ${why}.`;
    }
    case "no-answer":
      return `Nothing came back after ${times}.`;
    case "reset-after-accept":
      return "The connection was accepted, then reset.";
    case "close-after-accept":
      return "The connection was accepted, then closed at once.";
    case "none":
      return "";
    default:
      return probe.reason;
  }
}
