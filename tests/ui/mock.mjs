// SPDX-License-Identifier: Apache-2.0
// A flowd that only talks: it serves the built page under the headers of the real one, and says
// over the API and the stream what the test wants.
//
// usage: node mock.mjs [PORT]     to look at the page by hand; it is live by itself then
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { answerOffice, ordinaryRows } from "./mock_office.mjs";
import { answerOrder } from "./mock_orders.mjs";
import { alertOf, alerts, detailOf, healthOf, overviewOf, services } from "./data.mjs";

/** The built page: FLOWD_PAGE, or where "node build.mjs" puts it. */
export const dist = process.env.FLOWD_PAGE ??
  join(dirname(fileURLToPath(import.meta.url)), "../../web/ui/dist");
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const files = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/index.html": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/app.css": ["app.css", "text/css; charset=utf-8"],
};

/** As many services as anybody wants, each at an address that tells its place. */
function many(from, to) {
  return Array.from({ length: to - from }, (_, i) => {
    const ip = `10.${from + i >> 16 & 255}.${from + i >> 8 & 255}.${from + i & 255}`;
    return { ...services[0], app: "redis", state: "open", port: 6379, proto: "tcp", id: `${ip}-tcp-6379`, ip };
  });
}

export class Mock {
  /** `friendly`: without those who hate us. */
  constructor(friendly = false) {
    this.all = friendly ? services.filter((s) => s.ip !== "10.66.6.6") : services;
    this.streams = new Set();
    this.requests = [];
    this.posts = [];
    this.alerts = alerts.filter((alert) => !friendly || alert.ip !== "10.66.6.6");
    this.hosts = [];
    this.entries = []; // of the life of alerts
    this.members = []; // of those that a rule puts together
    this.session = { role: "admin", name: null, csrf: null };
    this.sweeps = [];
    this.seconds = [];
    this.baseline = [];
    this.tools = [{ name: "nmap", title: "Nmap's scripts", kind: "command" }, { name: "jira", title: null, kind: "http" }];
    this.runs = [];
    this.output = "";
    this.office = ordinaryRows(); // rows of the views
    this.orders = []; // given there
    this.oddities = [{ detail: "never decides: line 1 decides before it", line: 2, column: 1 }]; // warnings of "odd" rules
    this.second = 0;
    this.last = []; // what else was said of health
    this.fail = new Map(); // path: status
    this.probed = new Map(); // id: how often it was verified
    this.server = createServer((request, response) => this.answer(request, response));
  }

  listen(port = 0) {
    return new Promise((done) => {
      this.server.listen(port, "127.0.0.1", () => done(`http://127.0.0.1:${this.server.address().port}/`));
    });
  }

  close() {
    this.drop();
    this.server.closeAllConnections?.();
    this.server.close();
  }

  /** An event to all who listen. */
  push(name, data) {
    if (name === "alert") this.alerts.unshift(data);
    for (const stream of this.streams) stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  health(counters, extra) {
    this.second++;
    this.last = [counters, extra];
    this.push("health", { ...healthOf(this.second, counters, extra), roles: this.office.roles, store: this.office.store });
  }

  /** Ends all streams, as a restart does. */
  drop() {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  send(response, status, type, body) {
    response.writeHead(status, {
      "Content-Type": type, "Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
    });
    response.end(body);
  }

  json(response, value, status = 200) {
    const type = status < 400 ? "application/json" : "application/problem+json";
    this.send(response, status, type, JSON.stringify(value));
  }

  problem(response, status, detail) {
    this.json(response, { type: "about:blank", title: "No", status, detail }, status);
  }

  answer(request, response) {
    const url = new URL(request.url, "http://mock");
    const path = url.pathname;
    this.requests.push(request.method + " " + request.url);
    if (this.fail.has(path)) return this.problem(response, this.fail.get(path), "made to fail");
    if (files[path]) {
      const [name, type] = files[path];
      return this.send(response, 200, type, readFileSync(join(dist, name)));
    }
    if (path === "/api/v1/stream") return this.stream(response);
    if (path === "/api/v1/health") return this.json(response, { ...healthOf(this.second, ...this.last), roles: this.office.roles, store: this.office.store });
    if (path === "/api/v1/services") return this.services(url.searchParams, response);
    if (path === "/api/v1/session") return this.json(response, this.session);
    if (path === "/api/v1/overview") return this.json(response, overviewOf(this.all));
    if (path === "/api/v1/countries") return this.json(response, {
      sources: [], countries: [{ country: "DE", handshakes: 812 }, { country: "US", handshakes: 344 }], others: 0 });
    if (path === "/api/v1/hosts") return this.json(response, {
      hosts: this.hosts.filter(({ ip }) => ip === (url.searchParams.get("ip") ?? ip)), next: null });
    if (answerOffice(this, url, request, response)) return;
    if (answerOrder(this, path, url, request, response)) return;
    if (path === "/api/v1/sweeps") return this.json(response, { sweeps: this.sweeps });
    if (/^\/api\/v1\/sweeps\/\d+\/seconds$/.test(path)) return this.json(response, { seconds: this.seconds });
    if (/^\/api\/v1\/sweeps\/\d+\/(pause|resume|cancel)$/.test(path)) return this.json(response, {});
    if (/^\/api\/v1\/alerts\/\d+\/members$/.test(path)) return this.json(response, { members: this.members, more: false });
    const alert = /^\/api\/v1\/alerts\/(\d+)(\/history)?$/.exec(path);
    if (alert) return this.alert(+alert[1], Boolean(alert[2]), request, response);
    if (path === "/api/v1/rules") return this.json(response, { file: "/etc/flowd/flowd.rules", text: "alert low\n", valid: true, error: null });
    if (path === "/api/v1/rules/check" || path === "/api/v1/rules/test") return this.rules(path, request, response);
    if (path === "/api/v1/alerts") return this.page(url.searchParams, response);
    const one = /^\/api\/v1\/services\/([^/]+)(\/verify)?$/.exec(path);
    if (one) return this.one(decodeURIComponent(one[1]), Boolean(one[2]), request, response);
    return this.problem(response, 404, "no such thing");
  }

  stream(response) {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Content-Security-Policy": csp });
    response.write(": hello\n\n");
    this.streams.add(response);
    response.on("close", () => this.streams.delete(response));
  }

  services(query, response) {
    const { ip, port, app, state, level, sort, order, limit = 50, skip = 0, cursor, filter } = Object.fromEntries(query);
    if (port && !/^\d+$/.test(port)) return this.problem(response, 400, `port: "${port}" is no port`);
    const found = this.all.filter((s) => (!ip || s.ip === ip) && (!port || s.port === +port) &&
      (!app || s.app === app) && (!state || s.state === state) && (!level || s.level === level));
    const down = order === "desc" ? -1 : 1;
    if (sort) found.sort((a, b) => down * (a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : 0));
    if (filter === "port x") return this.problem(response, 400, "port: x is no port (column 6)");
    if (filter === "noauth") return this.uncounted(found, limit, skip, cursor, response);
    const end = +skip + +limit;
    if (this.many) return this.json(response, { services: many(+skip, Math.min(end, this.many)), total: this.many,
      next: end < this.many ? `${end}` : null });
    this.json(response, { services: found.slice(+skip, end), total: found.length,
      next: end < found.length ? `${end}` : null });
  }

  /** As flowd does when the answer depends on probes: not counted, by cursor only. */
  uncounted(found, limit, skip, cursor, response) {
    if (+skip) return this.problem(response, 400, "skip goes with no such filter");
    const end = +(cursor ?? 0) + +limit;
    return this.json(response, { services: found.slice(+(cursor ?? 0), end), next: end < found.length ? `${end}` : null });
  }

  body(request, then) {
    let text = "";
    request.on("data", (piece) => (text += piece));
    request.on("end", () => then(text));
  }

  alert(number, history, request, response) {
    const entries = this.entries.filter((entry) => entry.alert === number);
    const last = entries[entries.length - 1];
    if (request.method === "PATCH") return this.body(request, (text) => {
      const change = JSON.parse(text);
      const was = last?.status ?? "new";
      const entry = { alert: number, number: this.entries.length + 1, time: new Date().toISOString(), by: "Ada", was,
        status: change.status ?? was, assignee: change.assignee ?? last?.assignee ?? null, comment: change.comment ?? null,
        reopened_by: null };
      this.entries.push(entry);
      this.json(response, entry, 202);
      this.push("triage", entry);
    });
    if (history) return this.json(response, { history: entries });
    const found = this.alerts.find((one) => one.number === number);
    if (!found) return this.problem(response, 404, "no such alert");
    return this.json(response, this.asMade(found));
  }

  rules(path, request, response) {
    this.body(request, (text) => {
      if (/wrong/.test(text)) return this.json(response, { type: "about:blank", title: "No", status: 400, detail: "they are wrong",
        errors: this.faults ?? [{ detail: 'there is no "wrong"', pointer: "#", line: 2, column: 7 }] }, 400);
      if (/check/.test(path)) return this.json(response, { valid: true, canonical: text, warnings: /odd/.test(text) ? this.oddities : [] });
      const levels = (n) => ({ low: n, medium: 0, high: 1, critical: 0 });
      return this.json(response, { since: null, first: null, last: null, findings: 12, unprobed: 0, jobs_forgotten: 0,
        then: { alerts: 12, silent: 0, levels: levels(11) }, now: { alerts: 2, silent: 10, levels: levels(1) },
        changes: { same: 2, added: 0, silenced: 10, raised: 0, lowered: 0 },
        rules: [{ line: 1, rule: "ignore app ssh", findings: 10, alerts: 0, silent: 10 }], more: true,
        examples: [{ change: "silenced", then: "low", now: "none", line: 1, rule: "ignore app ssh",
          finding: { ...services[20], event: "new", time: new Date().toISOString(), number: 3 } }] });
    });
  }

  /** An alert with what people have made of it. */
  asMade(alert) {
    const last = this.entries.filter((entry) => entry.alert === alert.number).pop();
    return { ...alert, status: last?.status ?? "new", triage: { findings: 0, members: 0, ...alert.triage, assignee: last?.assignee ?? null } };
  }

  page(query, response) {
    const before = +(query.get("before") ?? 0) || Infinity;
    const status = query.get("status");
    const assignee = query.get("assignee");
    const found = this.alerts.map((alert) => this.asMade(alert)).filter((alert) => alert.number < before &&
      (!status || alert.status === status) && (assignee === null || (alert.triage.assignee ?? "") === assignee));
    if (query.get("filter") === "port x") return this.problem(response, 400, "filter: x is no port (column 6)");
    const chosen = found.filter(({ app }) => !query.get("filter") || query.get("filter") === `app ${app}`);
    const limit = +(query.get("limit") ?? 50);
    this.json(response, { alerts: chosen.slice(0, limit), next: chosen.length > limit ? chosen[limit - 1].number : null });
  }

  one(id, verify, request, response) {
    const service = this.all.find((s) => s.id === id);
    if (!service) return this.problem(response, 404, "no such service");
    if (verify) {
      this.posts.push({ id, method: request.method, headers: request.headers });
      if (request.headers["x-flowd-request"] !== "1") return this.problem(response, 403, "no header");
      this.probed.set(id, (this.probed.get(id) ?? 0) + 1);
      return this.json(response, {}, 202);
    }
    const detail = detailOf(service);
    const times = this.probed.get(id);
    if (times) detail.probes.forEach((probe) => Object.assign(probe, {
      finished: `2026-11-22T17:00:0${times}.000000Z`, ttl: 57,
    }));
    return this.json(response, detail);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = new Mock(true);
  mock.sweeps = mock.office.sweeps;
  mock.office.deep = true;
  console.log(await mock.listen(Number(process.argv[2] ?? 7781)));
  setInterval(() => mock.health(), 1000);
  setInterval(() => {
    const number = mock.alerts[0].number + 1;
    mock.push("alert", alertOf(number, services[10 + (number % 100)], "high", { time: new Date().toISOString() }));
  }, 15000);
}
