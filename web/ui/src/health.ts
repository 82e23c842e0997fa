// SPDX-License-Identifier: Apache-2.0
// How the sensor is: the latest counters, the rate over the last minutes, what is being lost.
import type { Health } from "./api";
import { newStore } from "./store";

const span = 300; // seconds of rate that are kept

export interface Vitals {
  latest: Health | null;
  at: number; // when it came, ms; 0 never
  times: number[]; // seconds
  rates: (number | null)[]; // packets per second
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

export function counterOf(health: Health | null, name: string): number {
  const value = health?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function secondsOf(health: Health): number {
  const ms = Date.parse(health.time);
  return (Number.isNaN(ms) ? Date.now() : ms) / 1000;
}

/** As flowd says, else from two counters; null when neither tells. */
function rateOf(health: Health, before: Health | null): number | null {
  if (typeof health.packets_per_second === "number") return health.packets_per_second;
  const seconds = before ? secondsOf(health) - secondsOf(before) : 0;
  const packets = counterOf(health, "packets") - counterOf(before, "packets");
  return seconds > 0 && packets >= 0 ? packets / seconds : null;
}

export function addHealth(health: Health): void {
  const { latest, times, rates } = vitals.get();
  const now = secondsOf(health);
  const losing: Record<string, number> = {};
  for (const name of losses) {
    const grown = counterOf(health, name) - counterOf(latest, name);
    if (latest && grown > 0) losing[name] = grown;
  }
  // A clock that was set back starts the chart again.
  const keep = times.findIndex((t) => t > now - span && t < now);
  const from = keep < 0 || times[times.length - 1] >= now ? times.length : keep;
  vitals.set({
    latest: health,
    at: Date.now(),
    times: [...times.slice(from), now],
    rates: [...rates.slice(from), rateOf(health, latest)],
    losing,
  });
}
