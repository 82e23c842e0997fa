// SPDX-License-Identifier: Apache-2.0
// Filters that somebody has given a name; they stay in this browser.
import { filterOf, noFilter, route, sortingOf, type Route } from "./route";
import { newStore } from "./store";

const place = "flowd.filters";
const most = 50;

export interface Named {
  name: string;
  part: Partial<Route>;
}

/** What is kept is looked at like anything from outside: another page may have written it. */
function read(): Named[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.slice(0, most).flatMap(({ name, part }: Named) => {
      if (typeof name !== "string" || typeof part !== "object" || !part) return [];
      const known = { ...noFilter, sort: "", order: "" };
      for (const key of Object.keys(known) as (keyof typeof known)[])
        if (typeof part[key] === "string") known[key] = part[key];
      return [{ name, part: known }];
    });
  } catch {
    return []; // broken, or the browser keeps nothing
  }
}

export const saved = newStore<{ list: Named[] }>({ list: read() });

function keep(list: Named[]): void {
  saved.set({ list });
  try {
    localStorage.setItem(place, JSON.stringify(list));
  } catch {
    // it lives as long as this page
  }
}

/** Keeps the present filter and order; one of the same name is replaced. */
export function saveFilter(name: string): void {
  const part = { ...filterOf(route.get()), ...sortingOf(route.get()) };
  const others = saved.get().list.filter((one) => one.name !== name);
  keep([...others, { name, part }].sort((a, b) => a.name.localeCompare(b.name)).slice(0, most));
}

export function forgetFilter(name: string): void {
  keep(saved.get().list.filter((one) => one.name !== name));
}
