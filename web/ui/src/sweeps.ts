// SPDX-License-Identifier: Apache-2.0
// Sweeps: asked for often while one is under way, else seldom.
import { getSweeps, postSweep, postSweepOrder, type Sweep } from "./sweep_api";
import { newStore } from "./store";

interface Sweeps {
  list: Sweep[]; // the newest first
  read: boolean; // at least once
  error: string;
}

const often = 2000; // ms
const seldom = 30000;
const settles = [300, 1500, 4000, 10000]; // ms after an order, which is accepted before it is carried out

export const sweeps = newStore<Sweeps>({ list: [], read: false, error: "" });

export const isOver = (sweep: Sweep) => ["done", "cancelled", "failed"].includes(sweep.state);

let timer = 0;

export async function loadSweeps(): Promise<void> {
  clearTimeout(timer);
  try {
    const got = await getSweeps();
    sweeps.set({ list: got.sweeps.reverse(), read: true, error: "" });
  } catch (error) {
    sweeps.patch({ error: (error as Error).message });
  }
  const busy = sweeps.get().list.some((sweep) => !isOver(sweep));
  timer = window.setTimeout(() => void loadSweeps(), busy ? often : seldom);
}

/** The stream says how far one is, and of new ones that they are there. */
export function touchSweep(news: Sweep): void {
  const { list } = sweeps.get();
  if (!list.some(({ id }) => id === news.id)) return void loadSweeps();
  sweeps.patch({ list: list.map((one) => (one.id === news.id ? news : one)) });
}

function readSoon(): void {
  for (const ms of settles) setTimeout(() => void loadSweeps(), ms);
}

/** Orders a sweep; what is wrong with the order, "" nothing. */
export async function orderSweep(prefixes: string, ports: string, rate: string): Promise<string> {
  try {
    await postSweepOrder({
      prefixes: prefixes.split(/[\s,]+/).filter(Boolean),
      ...(ports.trim() && { ports: ports.trim() }), ...(rate.trim() && { rate: Number(rate) }),
    });
  } catch (error) {
    return (error as Error).message;
  }
  readSoon();
  return "";
}

export async function changeSweep(id: string, word: string): Promise<void> {
  try {
    await postSweep(id, word);
  } catch (error) {
    sweeps.patch({ error: (error as Error).message });
  }
  readSoon();
}
