// SPDX-License-Identifier: Apache-2.0
// What flowd says over HTTP of sweeps, and what it is told to do with them.
import { act, get } from "./api";

/** An order to ask every port of some networks, and how far it is. */
export interface Sweep {
  id: string;
  state: string;
  prefixes: string[];
  ports: string;
  rate_now: number;
  percent: number;
  seconds_left: number | null;
  sent: number;
  found: number;
  skipped?: number;
  unreachable?: number;
  lost?: number;
  made: string | null;
}

export const getSweeps = () => get<{ sweeps: Sweep[] }>("sweeps");

export interface SweepSecond {
  time: string;
  sent: number;
}

export const getSweepSeconds = (id: string) =>
  get<{ seconds: SweepSecond[] }>(`sweeps/${encodeURIComponent(id)}/seconds`);

export interface SweepWish {
  prefixes: string[];
  ports?: string;
  rate?: number;
}

export async function postSweepOrder(wish: SweepWish): Promise<void> {
  await act("sweeps", "POST", wish);
}

/** "pause", "resume" or "cancel". */
export async function postSweep(id: string, word: string): Promise<void> {
  await act(`sweeps/${encodeURIComponent(id)}/${word}`);
}
