// SPDX-License-Identifier: Apache-2.0
// The alerts that are loaded, newest first.
import { getAlerts, type Alert } from "./api";
import { newStore } from "./store";

const page = 50;
const most = 1000; // a page that is left open does not grow for ever

interface Alerts {
  list: Alert[];
  fresh: number; // the number of the latest that came live, 0 none
  more: boolean; // there may be older ones
  loading: boolean;
  error: string;
}

export const alerts = newStore<Alerts>({
  list: [],
  fresh: 0,
  more: false,
  loading: true,
  error: "",
});

/** Both lists as one: each number once, newest first. */
function merge(a: Alert[], b: Alert[]): Alert[] {
  const byNumber = new Map([...a, ...b].map((alert) => [alert.number, alert]));
  return [...byNumber.values()].sort((x, y) => y.number - x.number).slice(0, most);
}

export function addAlert(alert: Alert): void {
  const { list } = alerts.get();
  alerts.patch({ list: merge(list, [alert]), fresh: alert.number });
}

async function load(before: number, replace: boolean): Promise<void> {
  alerts.patch({ loading: true });
  try {
    const got = await getAlerts(page, before);
    const { list, more } = alerts.get();
    // A gap between the newest page and what was loaded before: the old pages are dropped.
    const oldest = got.length ? got[got.length - 1].number : 0;
    const gap = replace && got.length === page && !list.some((a) => a.number >= oldest);
    alerts.patch({
      list: merge(gap ? [] : list, got),
      more: replace && !gap && list.length > page ? more : got.length === page,
      loading: false,
      error: "",
    });
  } catch (error) {
    alerts.patch({ loading: false, error: (error as Error).message });
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
