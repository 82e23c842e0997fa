// SPDX-License-Identifier: Apache-2.0
// What the flowd that only talks says in the views of the office, and what it makes of orders there.
import { alertOf, captureEventOf, eventsOf, hostile, services } from "./data.mjs";

const stamp = (minutes) => new Date(Date.UTC(2026, 10, 22, 16, minutes)).toISOString();

/** Rows for every list. `words`: texts in them, used in turn; those of somebody who hates us, perhaps. */
export function rowsOf(words, those) {
  const text = (i) => words[i % words.length];
  const many = (n, row) => Array.from({ length: n }, (_, i) => row(i, those[i % those.length]));
  return {
    events: [
      { ...captureEventOf(901), source: text(0) },
      ...many(240, (i, service) => ({ ...eventsOf(service)[i % 2], number: 900 - i })),
    ],
    waiting: many(3, (i, service) => ({ for: ["verdict", "quiet", "throttle"][i], since: stamp(i), until: stamp(i + 60),
      alert: alertOf(i, service, "high", { rule: text(i), probe: null }) })),
    baseline: many(130, (i, { id, ip, proto, port }) => ({ id, ip, proto, port, state: ["bound", "open", "void", "expired"][i % 4],
      app: i % 3 ? "ssh" : null, certificate: null, host_key: null, owner: text(i), reason: text(i + 1), ticket: text(i + 2),
      by: text(i + 3), from: "person", approved: stamp(i), expires: i % 2 ? stamp(i + 9999) : null, void_since: null })),
    assets: many(130, (i, { ip }) => ({ address: i ? ip : "10.77.0.0/16", proto: null, port: i % 5 ? 0 : 443, name: text(i),
      owner: text(i + 1), zone: text(i + 2).slice(0, 23), tags: [text(i), text(i + 1)], outside: i % 4 ? null : "198.51.100.7",
      outside_port: 0, probe: i % 6 !== 5, source: ["person", "file", "configuration", "api"][i % 4], changed: null })),
    sources: [
      { source: "file", rows: 210, good: stamp(0), fails_since: null, error: null },
      { source: "api", rows: 40, good: stamp(0), fails_since: stamp(5), error: text(1) },
    ],
    sinks: [
      sinkOf(text(0), { kind: "webhook", delivered: 120 }),
      sinkOf("chat", { up: false, down_since: stamp(3), waiting: 4, dead: 2, retries: 31, error: text(1) }),
    ],
    dead: many(2, (i) => ({ number: 90 + i, time: stamp(i), died: stamp(i + 5), tries: 12, again: false, error: text(i) })),
    handovers: many(120, (i, { id }) => ({ id: String(500 - i), service: id, tool: text(i).slice(0, 40), kind: "command",
      state: ["finished", "failed", "running"][i % 3], reason: i % 3 === 1 ? text(i) : null, by: text(i), by_rule: i % 2 === 1,
      made: stamp(i), duration_ms: i % 3 === 2 ? null : 2100, ticket: text(i + 1), link: null, output_bytes: 0 })),
    audit: many(130, (i, { ip, proto, port }) => ({ number: 800 - i, time: stamp(-i), kind: "probe", ip, proto, port,
      vantage: i % 2 ? null : text(i), syns: 3, connections: 1, datagrams: 0, asker: "event", event: "new", job: i, state: "open",
      reason: "syn-ack", given_up: i % 9 === 8, from: "10.77.255.1" })),
    trail: many(130, (i) => ({ number: 700 - i, time: stamp(-i), by: i % 4 ? text(i) : null, what: "approve", about: text(i + 1),
      detail: text(i + 2) })),
    tokens: many(3, (i) => ({ id: i + 1, name: text(i), role: ["admin", "operator", "viewer"][i], created: stamp(i), expires: null })),
    backups: many(2, (i) => ({ name: text(i), path: `/var/lib/flowd/backups/${text(i)}`, made: stamp(i), files: 12, bytes: 48e6 })),
    roles: ["core", "sensor", "verify", "web"].map((role, i) => ({ role, running: i !== 2, falls: i === 2 ? 3 : 0, signal: i === 2 ? 11 : 0,
      status: 0, back: i === 2 ? stamp(9) : null })),
    sweeps: many(7, (i) => ({ id: String(20 + i), state: ["done", "running", "paused", "cancelled"][i % 4],
      prefixes: i ? ["192.0.2.0/28"] : [text(0), "192.0.2.0/28"], ports: "1-65535", rate_now: 980, percent: i % 4 ? 41.5 : 100,
      seconds_left: i % 4 === 1 ? 600 : null, sent: 435000, found: 12, skipped: i, unreachable: 0, lost: 2, made: stamp(i) })),
    store: { bytes: 48e6, rows_estimated: { services: 240, events: 900 } },
    probing: { enabled: true, since: stamp(0), quiet_until: null },
  };
}

function sinkOf(name, more) {
  return { name, kind: "syslog", level: "medium", up: true, down_since: null, waiting: 0, dead: 0, delivered: 0, refused: 0,
    given_up: 0, retries: 0, last_number: 1, last_success: stamp(1), last_failure: null, error: null, ...more };
}

const usual = ["www", "Ada", "the shop's front end", "CHG-77"];

/** Rows of an ordinary day. */
export const ordinaryRows = () => rowsOf(usual, services.slice(hostile.length));

/** Every text is one of somebody who hates us. */
export function hostileRows() {
  const those = services.slice(0, hostile.length).map((service, i) => ({ ...service, ip: hostile[i], proto: hostile[i] }));
  return rowsOf(hostile, those);
}

/** What each list is called in its answer, where it differs from the path, and how its next page is asked for. */
const lists = {
  events: "before", waiting: "", baseline: "cursor", assets: "cursor", sinks: "", handovers: "before", audit: "before",
  trail: "before", tokens: "", backups: "",
};
const adminOnly = ["trail", "tokens", "backups"];

function pageOf(mock, name, url) {
  const { ip, filter, limit = 100, before, cursor } = Object.fromEntries(url.searchParams);
  let rows = mock.office[name].filter((row) => (!ip || (row.ip ?? row.address) === ip) && (!filter || row.event === filter));
  const numberOf = (row) => Number(row.number ?? row.id);
  if (before) rows = rows.filter((row) => numberOf(row) < Number(before));
  const from = Number(cursor ?? 0);
  const part = rows.slice(from, from + Number(limit));
  const rest = rows.length > from + part.length;
  const next = !rest || !lists[name] ? null : lists[name] === "cursor" ? String(from + part.length) : numberOf(part[part.length - 1]);
  return { [name]: part, next, count: rows.length, more: false, ...(name === "assets" && { sources: mock.office.sources }) };
}

/** An order: noted, and done where the page looks for it. */
function order(mock, path, request, response) {
  mock.body(request, (text) => {
    const body = request.headers["content-type"] === "application/json" && text ? JSON.parse(text) : text;
    mock.orders.push([request.method, path + new URL(request.url, "http://mock").search, body]);
    const [, list, id] = /^(\w+)(?:\/([^/]+))?/.exec(path);
    if (list === "probing") Object.assign(mock.office.probing, body);
    if (list === "learning") mock.learning = { learning: !body.accept, until: null, accepted: body.accept ? new Date().toISOString() : null };
    if (request.method === "DELETE")
      mock.office[list] = mock.office[list].filter((row) => String(row.id ?? row.name) !== decodeURIComponent(id));
    if (path === "tokens") return mock.json(response, { id: 9, ...body, token: "flowd_5f1d" }, 201);
    if (path === "rules/reload") return mock.json(response, { file: "/etc/flowd/flowd.rules", text: "alert high\n", valid: true, error: null });
    return mock.json(response, {}, 202);
  });
}

/** Takes what is its own; false: somebody else's. */
export function answerOffice(mock, url, request, response) {
  const path = url.pathname.replace("/api/v1/", "");
  const [name, more] = path.split("/");
  if (mock.session.role !== "admin" && (adminOnly.includes(name) || path === "rules/reload"))
    return mock.problem(response, 403, "not for this role"), true;
  if (path === "probing" && request.method === "GET") return mock.json(response, mock.office.probing), true;
  if (path === "learning" && request.method === "GET")
    return mock.json(response, mock.learning ?? { learning: true, until: "2030-01-02T03:04:05.000000Z", accepted: null }), true;
  const dead = /^sinks\/[^/]+\/dead$/.test(path);
  if (dead) return mock.json(response, { dead: mock.office.dead }), true;
  // of one service, and orders of its approval: mock_orders
  if (name === "handovers" && more) return false;
  if (name === "baseline" && (mock.baseline.length || (url.searchParams.get("ip") && !mock.office.deep))) return false;
  if (request.method === "GET" && name in lists && !more) return mock.json(response, pageOf(mock, name, url)), true;
  if (request.method !== "GET" && (name === "baseline" ? mock.office.deep : ["assets", "sinks", "probing", "tokens", "backups", "learning"].includes(name)))
    return order(mock, path, request, response), true;
  if (path === "rules/reload") return order(mock, path, request, response), true;
  return false;
}
