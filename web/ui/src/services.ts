// SPDX-License-Identifier: Apache-2.0
// The services that are loaded: pages of one filter, in the order flowd gives.
import { getServices, type Filter, type Service } from "./api";
import { filterOf, route } from "./route";
import { newStore } from "./store";

const page = 100;
const mostPages = 50; // read in a row in search of the first that matches
const refreshDelay = 1000; // ms; many events come as one refresh

interface Services {
  list: Service[];
  next: string | null;
  loading: boolean;
  error: string;
}

export const services = newStore<Services>({ list: [], next: null, loading: true, error: "" });

let filter: Filter = filterOf(route.get());
let turn = 0; // answers of an earlier turn are too late
let timer = 0;

function same(a: Filter, b: Filter): boolean {
  return a.ip === b.ip && a.port === b.port && a.app === b.app && a.state === b.state;
}

/** Reads pages until `count` services are there, then shows them all at once. */
async function load(have: Service[], cursor: string, count: number): Promise<void> {
  const mine = ++turn;
  services.patch({ loading: true });
  try {
    let list = have;
    let next: string | null = cursor;
    let pages = 0;
    do {
      pages++;
      const got = await getServices(filter, page, next ?? "");
      if (mine !== turn) return;
      list = [...list, ...got.services];
      next = got.next;
    } while (next && list.length < count && (list.length || pages < mostPages));
    services.set({ list, next, loading: false, error: "" });
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
  const wanted = filterOf(route.get());
  if (same(wanted, filter)) return;
  filter = wanted;
  services.set({ list: [], next: null, loading: true, error: "" });
  void loadServices();
});
