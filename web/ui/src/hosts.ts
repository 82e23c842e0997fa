// SPDX-License-Identifier: Apache-2.0
// Hosts that answer everything: a fact each, and not as many services as they have ports.
import { getHosts, type Host } from "./api";
import { route } from "./route";
import { newStore } from "./store";

interface Hosts {
  list: Host[];
  more: boolean; // there are further ones
  error: string;
}

const most = 100; // shown at once; the filter finds the others

export const hosts = newStore<Hosts>({ list: [], more: false, error: "" });

let turn = 0; // answers of an earlier turn are too late
let ip = route.get().ip;

export async function loadHosts(): Promise<void> {
  const mine = ++turn;
  try {
    const got = await getHosts(ip, most);
    if (mine === turn) hosts.set({ list: got.hosts, more: got.next !== null, error: "" });
  } catch (error) {
    if (mine === turn) hosts.patch({ error: (error as Error).message });
  }
}

route.watch(() => {
  if (route.get().ip === ip) return;
  ip = route.get().ip;
  void loadHosts();
});
