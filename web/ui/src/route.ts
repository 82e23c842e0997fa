// SPDX-License-Identifier: Apache-2.0
// What is looked at stands in the URL's hash, so that it survives a reload and can be linked to.
import type { Filter, Sorting } from "./api";
import { newStore } from "./store";

export interface Route extends Filter, Sorting {
  service: string; // id of the service shown, "" none
  alert: string; // number of the alert shown, "" none
  view: string; // one of those in office/views, "rules" too; "" none
  of: string; // what the view shows: an address, an expression, the name of a receiver
  status: string; // of the alerts listed
  assignee: string; // of the alerts listed
  alerts: string; // an expression that the alerts listed meet
  group: string; // what alerts are put together by; "" nothing
  at: string; // number of the first row of services in sight, "" the first of all
}

const keys = [
  "ip", "port", "app", "state", "level", "since", "filter", "sort", "order", "service", "alert", "view", "of",
  "status", "assignee", "alerts", "group", "at",
] as const;

function read(): Route {
  const query = new URLSearchParams(location.hash.slice(1));
  const route = {} as Route;
  for (const key of keys) route[key] = (query.get(key) ?? "").trim();
  return route;
}

export const route = newStore<Route>(read());

const listKeys = ["ip", "port", "app", "state", "level", "since", "filter", "sort", "order"];

/** The hash of the present route with some keys changed; service, alert and view exclude each other, and
    what a view shows goes with it. */
export function hrefOf(part: Partial<Route>): string {
  const next = { ...route.get(), ...part };
  if (part.service) next.alert = "";
  if (part.alert) next.service = "";
  if (part.service || part.alert) next.view = "";
  if (part.view) next.service = next.alert = "";
  if (!next.view || ("view" in part && !("of" in part))) next.of = "";
  if (listKeys.some((key) => key in part)) next.at = "";
  const query = new URLSearchParams();
  for (const key of keys) if (next[key]) query.set(key, next[key]);
  return `#${query}`;
}

export function go(part: Partial<Route>): void {
  const href = hrefOf(part);
  if (href !== location.hash && !(href === "#" && !location.hash)) location.hash = href;
}

/** Notes how far somebody has scrolled: no step that one would want to go back. */
export function keepPlace(at: number): void {
  const text = at ? String(at) : "";
  if (text === route.get().at) return;
  route.patch({ at: text });
  history.replaceState(null, "", hrefOf({}));
}

export const noFilter: Filter = { ip: "", port: "", app: "", state: "", level: "", since: "", filter: "" };

export function filterOf({ ip, port, app, state, level, since, filter }: Route): Filter {
  return { ip, port, app, state, level, since, filter };
}

export function sortingOf({ sort, order }: Route): Sorting {
  return { sort, order };
}

export function hasFilter(filter: Filter): boolean {
  return Object.keys(noFilter).some((key) => filter[key as keyof Filter]);
}

addEventListener("hashchange", () => route.set(read()));
