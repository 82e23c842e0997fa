// SPDX-License-Identifier: Apache-2.0
// The alerts that are loaded, newest first: all, or those of a status or of somebody.
import { getAlert, getAlerts, type Alert, type AlertEntry, type AlertFilter } from "./api";
import { route } from "./route";
import { newStore } from "./store";

const page = 50;
const most = 1000; // a page that is left open does not grow for ever

export const nobody = "-"; // stands in the URL for alerts that are nobody's

interface Alerts {
  list: Alert[];
  fresh: number; // the number of the latest that came live, 0 none
  more: boolean; // there may be older ones
  loading: boolean;
  error: string;
}

const none = (): Alerts => ({ list: [], fresh: 0, more: false, loading: true, error: "" });

export const alerts = newStore<Alerts>(none());

const wish = (): AlertFilter => {
  const { status, assignee } = route.get();
  return { status, assignee };
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

export function addAlert(alert: Alert): void {
  if (!passes(alert)) return;
  const { list } = alerts.get();
  alerts.patch({ list: merge(list, [alert]), fresh: alert.number });
}

const isInReach = (number: number) => {
  const { list, more } = alerts.get();
  return !more || !list.length || number >= list[list.length - 1].number;
};

/** Somebody has made something of an alert: it comes, changes or goes. */
export async function touchAlert({ alert: number, status, assignee }: AlertEntry & { alert: number }): Promise<void> {
  const { list } = alerts.get();
  let found = list.find((alert) => alert.number === number);
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
    const got = await getAlerts(page, before, asked);
    if (mine !== turn) return;
    const { list, more } = alerts.get();
    // A gap between the newest page and what was loaded before: the old pages are dropped. Of a choice
    // some may have left it meanwhile.
    const oldest = got.length ? got[got.length - 1].number : 0;
    const gap = replace && (Boolean(asked.status || asked.assignee) ||
      (got.length === page && !list.some((a) => a.number >= oldest)));
    alerts.patch({
      list: merge(gap ? [] : list, got),
      more: replace && !gap && list.length > page ? more : got.length === page,
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
  const { list } = alerts.get();
  return load(list.length ? list[list.length - 1].number : 0, false);
}

/** One alert, from what is loaded or from flowd. */
export async function findAlert(number: number): Promise<Alert> {
  const here = alerts.get().list.find((alert) => alert.number === number);
  if (here) return here;
  const [got] = await getAlerts(1, number + 1);
  if (got?.number !== number) throw new Error(`There is no alert ${number}; it may have expired.`);
  return got;
}

route.watch(() => {
  const next = wish();
  if (next.status === asked.status && next.assignee === asked.assignee) return;
  asked = next;
  turn++;
  alerts.set(none());
  void loadAlerts();
});
