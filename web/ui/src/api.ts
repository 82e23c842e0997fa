// SPDX-License-Identifier: Apache-2.0
// What flowd says over HTTP. Keys are those of store/report/*.c; words in them are those of
// base/record.h, but any text is taken, so that an older page can show what a newer flowd says.

import type { Expectation } from "./orders";

export interface Where {
  ip: string;
  proto: string;
  port: number;
}

export interface Named {
  app: string; // "unknown" where there is no name
  app_wire?: string | null; // the wire's own word; null where it has none
  app_guess: string | null; // what the port number suggests
}

/** Where an address belongs; null where no file knows it. */
export interface Origin {
  country: string | null;
  as: number | null;
}

export interface Share {
  country: string | null;
  handshakes: number;
  excess: number; // by which handshakes may be too high
}

/** What was read beside the name: texts by kind, the latest first. */
export type Hints = Record<string, string[]>;

export interface Service extends Where, Named, Partial<Origin> {
  peer_countries?: Share[]; // the most frequent first
  id: string;
  evidence: string;
  state: string;
  level?: string | null; // what the rules would say if it were new
  ephemeral: string | null;
  first_seen: string;
  last_seen: string;
  handshakes: number;
  peers: number;
  vlan: number;
  name?: string | null; // in lists: what the lists of assets say of its place
  owner?: string | null;
}

export interface Finding extends Where, Named, Partial<Origin> {
  peer_country?: string | null;
  peer_as?: number | null;
  peer_as_name?: string | null; // in alerts
  event: string;
  evidence: string;
  state: string;
  verified: boolean;
  peer: string;
  product: string | null;
  version: string | null;
  what?: string | null; // has changed
  before?: string | null;
  after?: string | null;
}

export interface Certificate {
  subject: string | null;
  issuer: string | null;
  san?: string | null; // not of those in a chain
  not_before?: string;
  not_after: string;
  key?: string | null;
  key_bits?: number;
  signature?: string | null;
  self_signed?: boolean;
  sha256?: string;
}

export interface Probe {
  vantage: string | null;
  started: string;
  finished: string;
  state: string;
  reason: string;
  icmp_type?: number;
  icmp_code?: number;
  icmp_from?: string;
  method: string;
  tries: number;
  rtt_us: number;
  ttl: number;
  app: string | null;
  product?: string | null;
  version?: string | null;
  tls: string | null;
  cipher?: string | null;
  alpn?: string | null;
  certificate: Certificate | null;
  chain?: Certificate[];
  facts?: Record<string, string[]>;
  banner: string | null;
}

/** The capture does not see all there is, or sees it again. */
export interface Trouble {
  trouble: string; // its kind
  source: string | null; // interface or file
  value: number; // a part of 1, or seconds
  threshold: number; // likewise; 0 never
}

interface Numbered {
  number: number;
  time: string;
}

interface Chosen extends Numbered {
  level: string;
  status?: string;
  triage?: { assignee: string | null; findings?: number; members?: number };
  group?: { by: string; of: string }; // what its rule put together
  rule: string | null;
  rule_line: number;
  rule_file?: string | null; // that the rules include and that has it
  probe: Probe | null;
}

export interface ServiceAlert extends Chosen, Finding {
  expected?: Expectation | null; // as it was then
  asset?: { name: string | null; owner: string | null; zone: string | null; tags: string[] }; // likewise
}

export interface CaptureAlert extends Chosen, Trouble {
  event: string;
}

export type Alert = ServiceAlert | CaptureAlert;

export interface ServiceEvent extends Numbered, Finding {
  probe?: Probe | null;
}

export interface CaptureEvent extends Numbered, Trouble {
  event: string;
  over: boolean;
}

export type Event = ServiceEvent | CaptureEvent;

/** Is it about a service? What has no address is about the capture. */
export function isOfService<T extends Alert | Event>(
  thing: T,
): thing is Extract<T, ServiceAlert | ServiceEvent> {
  return typeof (thing as Partial<Where>).ip === "string";
}

export interface Sightings {
  first_seen: string;
  last_seen: string;
  handshakes: number;
  peers: number;
  evidence: string;
  last_peer: string | null;
  last_peer_country?: string | null;
  last_peer_as?: number | null;
}

export interface Detail {
  service: Service;
  sightings: Sightings;
  hints?: Hints;
  hints_seen?: Record<string, { text: string; first_seen: string; last_seen: string }[]>;
  probes: Probe[];
  history: ServiceEvent[];
}

export interface Held extends Trouble {
  since: string;
}

export interface Health {
  troubles?: Held[]; // that hold now
  type: string;
  state: string; // "ok", or what is wrong in words
  rules_error?: string | null; // what is wrong with rules that were to be loaded
  version: string;
  time: string | null; // of the counters; null before the sensor has said any
  packets_per_second: number;
  counters: Record<string, number>; // of all sensors so far
  texts: Record<string, string>; // what each of them counts
}

export interface Filter {
  ip: string;
  port: string;
  app: string;
  state: string;
  level: string;
  since: string; // first seen no longer ago: "24h"
  filter: string; // an expression of the rules language
}

/** What services are sorted by, as the API says it; "" is by address. */
export interface Sorting {
  sort: string;
  order: string; // "asc", "desc" or "", which is asc
}

const root = "api/v1";

/** The words of an error answer (RFC 9457), or the best there is instead. */
async function problemOf(answer: Response): Promise<Error> {
  let said = `${answer.status} ${answer.statusText}`.trim();
  try {
    const problem = await answer.json();
    said = problem.detail || problem.title || said;
  } catch {
    // not JSON: the status has to do
  }
  return Object.assign(new Error(said), { status: answer.status });
}

/** flowd is up, but has not read yet what was asked for. */
export function isEarly(error: unknown): boolean {
  return (error as { status?: number }).status === 503;
}

/** Who looks at the page. */
export interface Session {
  role: string;
  name: string | null;
  csrf: string | null; // where somebody has logged in
}

let csrf = "";

async function ask(path: string, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`${root}/${path}`, { cache: "no-store", ...init });
  } catch {
    throw new Error("flowd cannot be reached");
  }
  if (answer.status === 401) location.assign("/login");
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** What a request that acts has to say: that it comes from this page. */
function actHeaders(type?: string): Record<string, string> {
  const headers: Record<string, string> = { "X-Flowd-Request": "1" };
  if (csrf) headers["X-CSRF-Token"] = csrf;
  if (type) headers["Content-Type"] = type;
  return headers;
}

/** Sends a file. */
export const send = (path: string, type: string, body: Blob | string) =>
  ask(path, { method: "POST", headers: actHeaders(type), body });

/** Asks for something to be done. */
export function act(path: string, method = "POST", body?: unknown): Promise<Response> {
  if (body === undefined) return ask(path, { method, headers: actHeaders() });
  return ask(path, { method, headers: actHeaders("application/json"), body: JSON.stringify(body) });
}

export async function getSession(): Promise<Session> {
  const session = await get<Session>("session");
  csrf = session.csrf ?? "";
  return session;
}

export async function postLogout(): Promise<void> {
  await fetch("logout", { method: "POST", headers: { "X-CSRF-Token": csrf }, redirect: "manual" });
  location.assign("/login");
}

export async function get<T>(path: string, query: Record<string, string | number> = {}): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== 0);
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return (await ask(text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path)).json();
}

export interface ServicePage {
  services: Service[];
  next: string | null;
  total?: number; // where flowd has counted
}

/** Services in the order asked for, from the `skip`th on or behind a cursor. */
export function getServices(
  asked: Filter & Sorting, limit: number, from: { skip?: number; cursor?: string } = {},
): Promise<ServicePage> {
  return get("services", { limit, ...from, ...asked, sort: asked.sort || "address" });
}

/** Where all services that a filter finds are, as a file. */
export function exportPath(filter: Filter, form: "csv" | "jsonl"): string {
  const given = Object.entries(filter).filter(([, value]) => value);
  return `${root}/services.${form}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

/** Figures about all services; answering are those that are open, restricted or refusing. */
export interface Overview {
  services: number;
  answering: number;
  new_today: number;
  states: Record<string, number>;
  levels: Record<string, number>; // of those answering
  apps: { app: string; services: number }[];
  ports: { port: number; services: number }[];
  new_by_hour: number[]; // the latest last
  new_by_day: number[];
}

export const getOverview = () => get<Overview>("overview");

export const getCountries = () =>
  get<{ countries: { country: string | null; handshakes: number }[] }>("countries");

export function getDetail(id: string): Promise<Detail> {
  return get(`services/${encodeURIComponent(id)}`);
}

/** A host that answers on every port. */
export interface Host {
  ip: string;
  proto: string;
  ports: number;
  answers: number;
  folded: number; // services that it was taken for
  first_seen: string;
  last_seen: string;
  last_peer: string | null;
  evidence: string;
  ttl: number; // of its latest answers, like the next ones
  window: number;
  options: string | null;
}

export interface HostPage {
  hosts: Host[];
  next: string | null;
}

export const getHosts = (ip: string, limit: number) => get<HostPage>("hosts", { ip, limit });

export const getAlert = (number: number) => get<Alert>(`alerts/${number}`);

/** Which alerts are listed; "" all; the assignee "-" is nobody. */
export interface AlertFilter {
  status: string;
  assignee: string;
  filter: string; // an expression of the rules language that the finding meets
}

/** `next`: what `before` is for older ones, null when there are none. A page of a choice may have few rows. */
export function getAlerts(limit: number, before = 0, wish?: AlertFilter): Promise<{ alerts: Alert[]; next: number | null }> {
  const { status = "", assignee = "", filter = "" } = wish ?? {};
  const whose = assignee === "-" ? "?assignee=" : ""; // nobody's
  return get(`alerts${whose}`, { limit, before, status, assignee: whose ? "" : assignee, filter });
}

/** A service that an alert stands for, where its rule groups. */
export interface Member extends Where {
  service: string;
  app: string;
  event: string;
  state: string;
  last: string;
  findings: number;
}

export const getMembers = (number: number) =>
  get<{ members: Member[]; more: boolean }>(`alerts/${number}/members`);

/** What people have made of an alert. */
export interface AlertEntry {
  number: number | null; // null: it is on its way
  time: string;
  by: string | null;
  status: string | null;
  was: string | null;
  assignee: string | null;
  comment: string | null;
}

export interface AlertChange {
  status?: string;
  assignee?: string | null;
  comment?: string;
}

export const getAlertState = (number: number) =>
  get<{ status: string; triage: { assignee: string | null } }>(`alerts/${number}`);

export const getAlertHistory = (number: number) =>
  get<{ history: AlertEntry[] }>(`alerts/${number}/history`);

export async function patchAlert(number: number, change: AlertChange): Promise<void> {
  await act(`alerts/${number}`, "PATCH", change);
}

export interface RulesText {
  file: string | null;
  text: string;
  error: string | null;
}

interface Sums {
  alerts: number;
  silent: number;
  levels: Record<string, number>;
}

/** What rules would have said of what was recorded. */
export interface RulesTrial {
  findings: number;
  then: Sums;
  now: Sums;
  changes: Record<string, number>;
  rules: { line: number; rule: string; alerts: number; silent: number }[];
  examples: { change: string; then: string; now: string; line: number; finding: ServiceEvent }[];
  more: boolean;
}

export const getRules = () => get<RulesText>("rules");

/** What is wrong with rules, or odd, and where; line 0 is nowhere. */
export interface Fault {
  detail: string;
  line: number;
  column: number;
  file?: string; // that the rules include
}

const faultsOf = (list: Partial<Fault>[] = []): Fault[] =>
  list.map(({ detail = "", line = 0, column = 0, file }) => ({ detail, line, column, file }));

export async function checkRules(text: string): Promise<{ faults: Fault[]; warnings: Fault[] }> {
  const answer = await fetch(`${root}/rules/check`, { method: "POST", headers: actHeaders("text/plain"), body: text });
  if (answer.ok) return { faults: [], warnings: faultsOf((await answer.json()).warnings) };
  if (answer.status !== 400 && answer.status !== 422) throw await problemOf(answer);
  const { errors, detail } = await answer.json();
  return { faults: faultsOf(errors?.length ? errors : [{ detail }]), warnings: [] };
}

export async function testRules(text: string, since: string): Promise<RulesTrial> {
  return (await send(`rules/test?since=${encodeURIComponent(since)}`, "text/plain", text)).json();
}

/** Loads the rules of the configuration anew. */
export const reloadRules = async (): Promise<RulesText> => (await act("rules/reload")).json();

export const getHealth = () => get<Health>("health");

/** Asks for a probe now; the answer comes as an event. */
export async function postVerify(id: string): Promise<void> {
  await act(`services/${encodeURIComponent(id)}/verify`);
}

export const streamPath = `${root}/stream`;
