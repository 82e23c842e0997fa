// SPDX-License-Identifier: Apache-2.0
// How the sensor is: the latest counters, the rate over the last minutes, what is being lost.
import type { Health } from "./api";
import { newStore } from "./store";

const span = 300; // seconds of rate that are kept

export interface Vitals {
  latest: Health | null;
  at: number; // when it came, ms; 0 never
  times: number[]; // seconds
  rates: number[]; // packets per second
  losing: Record<string, number>; // what each counter of a loss grew by since the one before
}

/** The counters that mean that something was not seen. */
export const losses = [
  "kernel_drops",
  "interface_drops",
  "records_dropped",
  "flows_evicted",
  "known_evicted",
  "names_refused",
] as const;

export const vitals = newStore<Vitals>({ latest: null, at: 0, times: [], rates: [], losing: {} });

export const counterOf = (health: Health | null, name: string) => health?.counters[name] ?? 0;

export const counterText = (health: Health | null, name: string) =>
  health?.texts[name] ?? name.replace(/_/g, " ");

/** The rate over time with one more; the same counters again add nothing. */
function grow({ times, rates }: Vitals, health: Health): Pick<Vitals, "times" | "rates"> {
  const now = Date.parse(health.time ?? "") / 1000;
  const last = times[times.length - 1];
  if (Number.isNaN(now) || now === last) return { times, rates };
  const keep = times.findIndex((t) => t > now - span);
  const from = now < last || keep < 0 ? times.length : keep; // a clock set back starts anew
  return {
    times: [...times.slice(from), now],
    rates: [...rates.slice(from), health.packets_per_second],
  };
}

export function addHealth(health: Health): void {
  const before = vitals.get();
  const losing: Record<string, number> = {};
  for (const name of losses) {
    const grown = counterOf(health, name) - counterOf(before.latest, name);
    if (before.latest && grown > 0) losing[name] = grown;
  }
  vitals.set({ latest: health, at: Date.now(), losing, ...grow(before, health) });
}
