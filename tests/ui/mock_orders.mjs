// SPDX-License-Identifier: Apache-2.0
// What the flowd that only talks makes of orders: approvals, sweeps, why rules decide.
import { hostile } from "./data.mjs";

/** Takes what is its own; false: somebody else's. */
export function answerOrder(mock, path, url, request, response) {
  const given = /^\/api\/v1\/baseline(?:\/([^/]+))?$/.exec(path);
  if (given) return baseline(mock, decodeURIComponent(given[1] ?? ""), url, request, response), true;
  if (path === "/api/v1/rules/explain") {
    const hot = url.searchParams.get("service").startsWith("hostile");
    mock.json(response, { level: "high", line: 3, rule: "alert high app redis", alerted: "high", learning: false,
      noprobe_line: null, steps: [
        { line: 1, rule: hot ? hostile[0] : "ignore app ssh", decides: false, why_not: hot ? hostile[1] : "app ssh" },
        { line: 3, rule: "alert high app redis", decides: true, why_not: null }] });
    return true;
  }
  if (/handover|\/tools$/.test(path)) return handover(mock, path, request, response), true;
  if (path === "/api/v1/sweeps" && request.method === "POST") return sweep(mock, request, response), true;
  return false;
}

function placeOf(mock, id) {
  const { ip, proto, port } = mock.all.find((service) => service.id === id);
  return { id, ip, proto, port };
}

function baseline(mock, id, url, request, response) {
  if (request.method === "DELETE") {
    mock.baseline = mock.baseline.filter((entry) => entry.id !== id);
    return mock.json(response, { entries: 1 }, 202);
  }
  if (request.method === "POST") return mock.body(request, (text) => {
    const { services, days, ...words } = JSON.parse(text);
    for (const one of services)
      mock.baseline.push({ owner: null, reason: null, ticket: null, ...words, ...placeOf(mock, one), by: "Ada",
        state: "bound", approved: new Date().toISOString(),
        expires: days ? new Date(Date.now() + days * 86400e3).toISOString() : null });
    mock.json(response, { entries: services.length }, 202);
  });
  const ip = url.searchParams.get("ip");
  return mock.json(response, { baseline: mock.baseline.filter((entry) => entry.ip === ip), count: mock.baseline.length, next: null });
}

function runOf(service, tool, more) {
  return { id: "1", service, tool, kind: "command", state: "running", reason: null, by: "Ada", by_rule: false, alert: null,
    made: new Date().toISOString(), started: null, finished: null, duration_ms: null, argv: [], argv_cut: false,
    exit_status: null, signal: null, http_status: null, ticket: null, link: null, output_bytes: 0, truncated: false, ...more };
}

function handover(mock, path, request, response) {
  if (path === "/api/v1/tools") return mock.json(response, { tools: mock.tools });
  const one = /^\/api\/v1\/handovers\/(\d+)(\/cancel)?$/.exec(path);
  if (one && !one[2]) return mock.json(response, { ...mock.runs.find(({ id }) => id === one[1]), output: mock.output });
  if (one) {
    Object.assign(mock.runs.find(({ id }) => id === one[1]), { state: "cancelled" });
    return mock.json(response, {}, 202);
  }
  const service = decodeURIComponent(path.split("/")[4]);
  if (request.method === "GET") return mock.json(response, { handovers: mock.runs.filter((run) => run.service === service) });
  return mock.body(request, (text) => {
    mock.runs.unshift(runOf(service, JSON.parse(text).tool, { id: String(mock.runs.length + 1) }));
    mock.json(response, mock.runs[0], 202);
  });
}

function sweep(mock, request, response) {
  mock.body(request, (text) => {
    const { prefixes, ports = "0-65535", rate = 1000 } = JSON.parse(text);
    if (prefixes.some((prefix) => prefix.startsWith("8."))) return mock.problem(response, 400, "outside the targets");
    mock.sweeps.push({ id: String(20 + mock.sweeps.length), state: "running", prefixes, ports, rate_now: rate, percent: 0.5,
      seconds_left: 60, sent: 10, found: 0, made: new Date().toISOString() });
    return mock.json(response, { id: "20" }, 202);
  });
}
