// SPDX-License-Identifier: Apache-2.0
// What the mock server says: ordinary services and alerts, and those of somebody who hates us.

const base = Date.UTC(2026, 10, 22, 16, 0, 0);
const stamp = (seconds) => new Date(base + seconds * 1000).toISOString().replace("Z", "000Z");

export const hostile = [
  "<script>window.pwned = 1</script>",
  "<img src=x onerror=\"window.pwned = 2\">",
  "]]><svg onload=alert(1)>",
  "javascript:alert(2)",
  "\u202egnp.exe\u202c \u2066left\u2069 \u200f\u061c",
  "a\u0000b\u0001c\u001b[2J\u007f\u0085\ud800",
  "'\"><iframe src=//192.0.2.66/></iframe>",
  "{{7*7}} ${7*7} __proto__ constructor",
];

const apps = ["ssh", "http", "tls", "redis", "postgres", "smtp", "unknown", "dns", "rdp"];
const states = ["open", "open", "open", "candidate", "refuses", "closed", "silent", "restricted"];
const ports = [22, 80, 443, 6379, 5432, 25, 51472, 53, 3389];

function serviceOf(i) {
  const kind = i % apps.length;
  const ip = i % 7 === 3 ? `2001:db8:2::${(i + 16).toString(16)}` : `10.77.${i >> 6}.${i & 63}`;
  return {
    id: `0-${ip}-tcp-${ports[kind]}`,
    type: "service", ip, proto: "tcp", port: ports[kind],
    app: apps[kind], app_guess: apps[kind] === "unknown" ? "mysql" : null,
    evidence: ["full", "handshake", "oneway"][i % 3], state: states[i % states.length],
    ephemeral: null, first_seen: stamp(i - 86400 * (i % 40)), last_seen: stamp(i * 3),
    handshakes: (i * 7919) % 100000 + 1, peers: (i * 31) % 700 + 1,
    level: ["high", "low", "medium", "critical", null][i % 5],
    country: "FR", as: i % 2 ? 64500 : null,
    peer_countries: [
      { country: "CN", handshakes: 3, excess: 0 }, { country: null, handshakes: 1, excess: 1 },
    ],
    vlan: i % 5 ? 0 : 120,
    ...(i % 3 ? {} : { name: `host-${i}`, owner: "shop team" }),
  };
}

function hostileService(text, i) {
  return {
    ...serviceOf(i), id: `hostile/${i}?<">&#`, ip: "10.66.6.6", port: 6600 + i,
    app: text.slice(0, 23), app_guess: text.slice(0, 23), state: "open", name: text, owner: text,
  };
}

export const services = [
  ...hostile.map(hostileService),
  ...Array.from({ length: 240 }, (_, i) => serviceOf(i)),
];

/** How many there are of each value of a key, the most first. */
function ranking(list, key) {
  const counts = new Map();
  for (const one of list) counts.set(one[key], (counts.get(one[key]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 20).map(([value, n]) => ({ [key]: value, services: n }));
}

export function overviewOf(all) {
  const answering = all.filter(({ state }) => ["open", "refuses", "restricted"].includes(state));
  const counted = (key) => Object.fromEntries(ranking(answering, key).map((row) => [row[key] ?? "none", row.services]));
  return {
    services: all.length, answering: answering.length, new_today: 7, states: counted("state"), levels: counted("level"),
    apps: ranking(answering, "app"), ports: ranking(answering, "port"),
    new_by_hour: Array.from({ length: 48 }, (_, i) => (i * 7) % 11), new_by_day: Array.from({ length: 30 }, (_, i) => i),
  };
}

export function probeOf(service, extra = {}) {
  return {
    vantage: "inside", started: stamp(10), finished: stamp(11), state: "open", reason: "syn-ack",
    method: "syn", tries: 1, rtt_us: 166, ttl: 64, app: service.app, tls: null, certificate: null,
    banner: "$581\r\n# Server\r\nredis_version:7.0.15\r\nredis_git_sha1:00000000\r\nos:Linux 6.1\r\n",
    ...extra,
  };
}

const long = "CN=" + "<b>".repeat(21844); // 64 KB

export const hostileProbe = {
  tls: "TLSv1.3<i>",
  certificate: { subject: long, issuer: hostile[4] + long, san: hostile.join(","), not_after: stamp(-86400 * 3) },
  cipher: hostile[2], alpn: hostile[3], chain: [{ subject: long, issuer: hostile[4], not_after: stamp(0) }],
  facts: { noauth: hostile.slice(0, 4), "http-title": [long], "<b>": hostile },
  banner: hostile.join("\r\n") + "\u0000\u0007 tail",
};

const niceCertificate = {
  subject: "CN=www.example.org", issuer: "CN=Example Issuing CA 3,O=Example,C=NL",
  san: "www.example.org,example.org", not_after: "2027-02-11T12:00:00.000000Z",
};

function findingOf(service) {
  const { ip, proto, port, app, app_guess, evidence, state } = service;
  const redis = app === "redis";
  return {
    ip, proto, port, app, app_guess, evidence, state, verified: state !== "candidate",
    peer: "192.0.2.2", product: redis ? "Redis" : null, version: redis ? "7.0.15" : null,
  };
}

export function eventsOf(service) {
  const finding = findingOf(service);
  return [
    { type: "event", number: 12, time: stamp(12), event: "verdict", ...finding, probe: probeOf(service) },
    { type: "event", number: 11, time: stamp(10), event: "new", ...finding, state: "candidate" },
  ];
}

export function detailOf(service) {
  const bad = service.id.startsWith("hostile");
  const extra = bad ? hostileProbe : service.app === "tls" ? { tls: "TLSv1.3", certificate: niceCertificate } : {};
  const { first_seen, last_seen, handshakes, peers, evidence } = service;
  const history = eventsOf(service);
  if (bad) history.forEach((event) => Object.assign(event, {
    product: hostile[0], version: hostile[1], what: hostile[2], before: hostile[3], after: hostile[4] }));
  return {
    service,
    sightings: { first_seen, last_seen, handshakes, peers, evidence, last_peer: "192.0.2.2",
      last_peer_country: "CN", last_peer_as: 64496 },
    hints: bad ? { sni: hostile.slice(0, 4), "http-server": [hostile[4]], "<b>": hostile }
      : { sni: ["www.example", "a.example"], ja3s: ["eb1d94daa7e0344597e756a1fb6e7054"] },
    probes: service.state === "candidate" ? [] : [probeOf(service, extra)],
    history,
  };
}

export function alertOf(number, service, level, extra = {}) {
  return {
    type: "alert", number, time: stamp(number * 60), level, event: "new", ...findingOf(service),
    rule: "alert critical app { @open_store_apps @cluster_apps }", rule_line: 198, rule_file: "/etc/flowd/stores.rules",
    probe: service.state === "candidate" ? null : probeOf(service), ...extra,
  };
}

export const hostOf = (extra = {}) => ({
  type: "host", ip: "10.77.0.99", proto: "tcp", answers_everything: true, ports: 1987, answers: 2000, folded: 64,
  first_seen: stamp(0), last_seen: stamp(60), last_peer: "192.0.2.7", evidence: "handshake", ttl: 62, window: 0,
  options: "mss 1460,nop", ...extra,
});

/** The capture has trouble: no service, no probe. */
const troubleOf = (extra) => ({ event: "health", trouble: "drops", source: "eth0", over: false,
  value: 0.0042, threshold: 0.001, ...extra });

export function captureAlertOf(number, extra = {}) {
  return {
    type: "alert", number, time: stamp(number * 60), level: "medium", ...troubleOf(extra),
    rule: "alert medium event health", rule_line: 12, probe: null,
  };
}

export const captureEventOf = (number, extra = {}) =>
  ({ type: "event", number, time: stamp(number), ...troubleOf(extra) });

export function heldOf(extra = {}) {
  const { trouble, source, value, threshold } = troubleOf(extra);
  return { trouble, source, value, threshold, since: stamp(0) };
}

const levels = ["low", "medium", "low", "high", "critical", "low", "medium"];
const ordinary = services.slice(hostile.length);

export const alerts = [
  ...Array.from({ length: 110 }, (_, i) => alertOf(i + 1, ordinary[i * 2], levels[i % levels.length])),
  ...hostile.map((text, i) => alertOf(111 + i, services[i], i ? "high" : text, {
    rule: text, product: text, version: text, probe: probeOf(services[i], hostileProbe),
  })),
  captureAlertOf(111 + hostile.length),
].reverse();

const texts = {
  packets: "packets handled", bytes: "bytes on the wire of the packets handled",
  kernel_drops: "packets the kernel dropped for want of buffer space",
  interface_drops: "packets the interface dropped", malformed: "packets with impossible headers",
  syns: "SYN packets to inside hosts", flows_evicted: "connections forgotten because the table was full",
  records_dropped: "records not sent because core was behind",
};

export function healthOf(second, counters = {}, extra = {}) {
  const packets = 48e6 + second * 41000;
  const rate = Math.round(41000 + 9000 * Math.sin(second / 17) + 3000 * Math.sin(second / 3));
  return {
    type: "health", state: "ok", since: stamp(0), version: "0.1.0",
    time: new Date(Date.now() - (300 - second) * 1000).toISOString(),
    packets_per_second: rate, bytes_per_second: rate * 640,
    counters: {
      packets, bytes: packets * 640, kernel_drops: 0, interface_drops: 0, malformed: 4,
      syns: 91822, flows_evicted: 0, records_dropped: 0, ...counters,
    },
    texts, troubles: [], last_event: 1, last_alert: 1, requests: 1, readers: 1, readers_dropped: 0, news_lost: 0,
    ...extra,
  };
}
