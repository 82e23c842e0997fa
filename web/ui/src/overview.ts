// SPDX-License-Identifier: Apache-2.0
// Figures about all services, and whence their clients come.
import { getCountries, getOverview, type Overview } from "./api";
import { newStore } from "./store";

interface State {
  now: Overview | null;
  countries: { country: string | null; handshakes: number }[];
}

const refreshDelay = 2000; // ms; many events come as one refresh

export const overview = newStore<State>({ now: null, countries: [] });

let timer = 0;

/** What can't be read is left as it was: the table below says that flowd is away. */
export async function loadOverview(): Promise<void> {
  try {
    const [now, { countries }] = await Promise.all([getOverview(), getCountries()]);
    overview.set({ now, countries });
  } catch {
    // it is asked for again at the next event
  }
}

export function touchOverview(): void {
  if (timer) return;
  timer = window.setTimeout(() => {
    timer = 0;
    void loadOverview();
  }, refreshDelay);
}
