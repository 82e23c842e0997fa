// SPDX-License-Identifier: Apache-2.0
// The services that are loaded: pages of one filter, in the order flowd gives.
import { getServices, type Filter, type Service, type Sorting } from "./api";
import { filterOf, route, sortingOf } from "./route";
import { newStore } from "./store";

const page = 100;
const mostPages = 50; // read in a row in search of the first that matches
const refreshDelay = 1000; // ms; many events come as one refresh

interface Services {
  list: Service[];
  next: string | null;
  total: number; // 0 not known
  loading: boolean;
  error: string;
}

const none: Services = { list: [], next: null, total: 0, loading: true, error: "" };

export const services = newStore<Services>(none);

const wish = (): Filter & Sorting => ({ ...filterOf(route.get()), ...sortingOf(route.get()) });

let asked = wish();
let turn = 0; // answers of an earlier turn are too late
let timer = 0;

/** Reads pages until `count` services are there, then shows them all at once. */
async function load(have: Service[], cursor: string, count: number): Promise<void> {
  const mine = ++turn;
  services.patch({ loading: true });
  try {
    let list = have;
    let next: string | null = cursor;
    let pages = 0;
    let total = 0;
    do {
      pages++;
      const got = await getServices(asked, page, next ?? "");
      if (mine !== turn) return;
      list = [...list, ...got.services];
      next = got.next;
      total = got.total ?? 0;
    } while (next && list.length < count && (list.length || pages < mostPages));
    services.set({ list, next, total, loading: false, error: "" });
  } catch (error) {
    if (mine === turn) services.patch({ loading: false, error: (error as Error).message });
  }
}

/** Again, as many as are shown. */
export function loadServices(): Promise<void> {
  return load([], "", Math.max(1, services.get().list.length));
}

export function moreServices(): Promise<void> {
  const { list, next } = services.get();
  return next ? load(list, next, list.length + 1) : Promise.resolve();
}

/** Something happened to a service: the table is read again soon. */
export function touchServices(): void {
  if (!timer) {
    timer = window.setTimeout(() => {
      timer = 0;
      void loadServices();
    }, refreshDelay);
  }
}

route.watch(() => {
  const wanted = wish();
  if (JSON.stringify(wanted) === JSON.stringify(asked)) return;
  asked = wanted;
  services.set(none);
  void loadServices();
});
