// SPDX-License-Identifier: Apache-2.0
// The services that match a filter, in the order flowd gives: a window into them is loaded, a page
// around what is in sight.
import { getServices, isEarly, type Filter, type Service, type Sorting } from "./api";
import { filterOf, route, sortingOf } from "./route";
import { newStore } from "./store";

const page = 100; // rows
const mostPages = 20; // kept
const refreshDelay = 1000; // ms; many events come as one refresh
const earlyDelay = 500; // ms until flowd is asked again when it still reads

interface Services {
  pages: Map<number, Service[]>; // by their number
  total: number;
  loading: boolean; // nothing is known yet of what was asked for
  error: string;
}

const none = (): Services => ({ pages: new Map(), total: 0, loading: true, error: "" });

export const services = newStore<Services>(none());

const wish = (): Filter & Sorting => ({ ...filterOf(route.get()), ...sortingOf(route.get()) });

let asked = wish();
let turn = 0; // answers of an earlier turn are too late
let timer = 0;
let sight = { first: 0, last: 0 }; // pages
let under = new Set<number>(); // pages on their way
// Where pages begin when flowd does not count: only what probes have found tells which rows pass, and
// one page leads to the next.
let cursors = new Map<number, string>();

async function load(number: number): Promise<void> {
  const mine = turn;
  under.add(number);
  try {
    const cursor = cursors.get(number);
    const got = await getServices(asked, page, cursor ? { cursor } : { skip: number * page });
    if (mine !== turn) return;
    if (got.total === undefined && got.next) cursors.set(number + 1, got.next);
    const pages = new Map(services.get().pages);
    pages.delete(number);
    pages.set(number, got.services);
    for (const old of [...pages.keys()])
      if (pages.size > mostPages && (old < sight.first || old > sight.last)) pages.delete(old);
    const end = number * page + got.services.length;
    const total = got.total ?? (got.next ? Math.max(end + 1, services.get().total) : end);
    services.set({ pages, total, loading: false, error: "" });
  } catch (error) {
    if (mine !== turn) return;
    if (isEarly(error)) setTimeout(() => mine === turn && void loadServices(), earlyDelay);
    else services.patch({ loading: false, error: (error as Error).message });
  }
  if (mine === turn) under.delete(number);
}

/** The rows from `first` up to `last` are in sight: what is missing of them is read. */
export function showServices(first: number, last: number): void {
  sight = { first: Math.floor(first / page), last: Math.floor(Math.max(first, last - 1) / page) };
  for (let i = sight.first; i <= sight.last; i++)
    if (!services.get().pages.has(i) && !under.has(i)) void load(i);
}

export function serviceAt(pages: Map<number, Service[]>, row: number): Service | undefined {
  return pages.get(Math.floor(row / page))?.[row % page];
}

/** Reads again what is in sight; the rest when it comes into sight. */
export async function loadServices(): Promise<void> {
  turn++;
  under = new Set();
  const pages = new Map([...services.get().pages].filter(([i]) => i >= sight.first && i <= sight.last));
  services.patch({ pages });
  const all = [];
  for (let i = sight.first; i <= sight.last; i++) all.push(load(i));
  await Promise.all(all);
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
  sight = { first: 0, last: 0 };
  cursors = new Map();
  services.set(none());
  void loadServices();
});
