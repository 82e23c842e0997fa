// SPDX-License-Identifier: Apache-2.0
// The alerts that are loaded, newest first: all, or those of a status or of somebody.
import { getAlert, getAlerts, type Alert, type AlertEntry, type AlertFilter } from "./api";
import { route } from "./route";
import { newStore } from "./store";

const page = 50;
const settle = 500; // ms; many that come at once are asked about once
const most = 1000; // a page that is left open does not grow for ever

export const nobody = "-"; // stands in the URL for alerts that are nobody's

interface Alerts {
  list: Alert[];
  fresh: number; // the number of the latest that came live, 0 none
  next: number; // older ones come before this one; 0: there are none
  loading: boolean;
  error: string;
}

const none = (): Alerts => ({ list: [], fresh: 0, next: 0, loading: true, error: "" });

export const alerts = newStore<Alerts>(none());

const wish = (): AlertFilter => {
  const { status, assignee, alerts: filter } = route.get();
  return { status, assignee, filter };
};

let asked = wish();
let turn = 0; // answers of an earlier turn are too late

export const assigneeOf = (alert: Alert) => alert.triage?.assignee ?? "";
export const statusOf = (alert: Alert) => alert.status ?? "new";

function passes(alert: Alert): boolean {
  const whose = assigneeOf(alert);
  if (asked.status && statusOf(alert) !== asked.status) return false;
  return !asked.assignee || (asked.assignee === nobody ? !whose : whose === asked.assignee);
}

/** Both lists as one: each number once, newest first. */
function merge(a: Alert[], b: Alert[]): Alert[] {
  const byNumber = new Map([...a, ...b].map((alert) => [alert.number, alert]));
  return [...byNumber.values()].sort((x, y) => y.number - x.number).slice(0, most);
}

let asking = 0;

/** What an expression finds only flowd knows. */
function askSoon(): void {
  asking ||= window.setTimeout(() => {
    asking = 0;
    void loadAlerts();
  }, settle);
}

export function addAlert(alert: Alert): void {
  if (!passes(alert)) return;
  if (asked.filter) return askSoon();
  const { list } = alerts.get();
  alerts.patch({ list: merge(list, [alert]), fresh: alert.number });
}

const isInReach = (number: number) => {
  const { next } = alerts.get();
  return number >= next;
};

/** Somebody has made something of an alert: it comes, changes or goes. */
export async function touchAlert({ alert: number, status, assignee }: AlertEntry & { alert: number }): Promise<void> {
  const { list } = alerts.get();
  let found = list.find((alert) => alert.number === number);
  if (!found && asked.filter) return askSoon();
  if (!found && !isInReach(number)) return;
  const mine = turn;
  try {
    found ??= await getAlert(number);
  } catch {
    return; // it has expired
  }
  if (mine !== turn) return;
  const now: Alert = { ...found, status: status ?? statusOf(found), triage: { ...found.triage, assignee } };
  const others = alerts.get().list.filter((alert) => alert.number !== number);
  alerts.patch({ list: passes(now) ? merge(others, [now]) : others });
}

async function load(before: number, replace: boolean): Promise<void> {
  const mine = turn;
  alerts.patch({ loading: true });
  try {
    const { alerts: got, next: older } = await getAlerts(page, before, asked);
    if (mine !== turn) return;
    const { list, next, fresh } = alerts.get();
    // A gap between the newest page and what was loaded before: the old pages are dropped. Of a choice
    // some may have left it meanwhile.
    const gap = replace && (Boolean(asked.status || asked.assignee || asked.filter) ||
      (Boolean(older) && !list.some((a) => a.number >= (older ?? 0))));
    const known = gap ? [] : list;
    const latest = got.length ? got[0].number : 0;
    const all = merge(known, got);
    const behind = replace && known.length > page ? next : older ?? 0;
    alerts.patch({
      list: all,
      next: all.length < most ? behind : 0,
      fresh: asked.filter && replace && list.length && latest > list[0].number ? latest : fresh,
      loading: false,
      error: "",
    });
  } catch (error) {
    if (mine === turn) alerts.patch({ loading: false, error: (error as Error).message });
  }
}

/** The newest page; what is loaded already stays. */
export const loadAlerts = () => load(0, true);

export function moreAlerts(): Promise<void> {
  return load(alerts.get().next, false);
}

/** One alert, from what is loaded or from flowd. */
export async function findAlert(number: number): Promise<Alert> {
  const here = alerts.get().list.find((alert) => alert.number === number);
  if (here) return here;
  const [got] = (await getAlerts(1, number + 1)).alerts;
  if (got?.number !== number) throw new Error(`There is no alert ${number}; it may have expired.`);
  return got;
}

route.watch(() => {
  const next = wish();
  if (next.status === asked.status && next.assignee === asked.assignee && next.filter === asked.filter) return;
  asked = next;
  turn++;
  alerts.set(none());
  void loadAlerts();
});
