// SPDX-License-Identifier: Apache-2.0
// The views beside services and alerts, by their word in the URL.

export interface View {
  name: string; // in the URL
  title: string;
  admin?: boolean; // of no use to others
  key?: string; // goes there from anywhere
}

export const views: View[] = [
  { name: "rules", title: "Rules", key: "r" },
  { name: "events", title: "Events", key: "e" },
  { name: "waiting", title: "Waiting" },
  { name: "baseline", title: "Expected", key: "x" },
  { name: "assets", title: "Assets" },
  { name: "sweeps", title: "Sweeps", key: "w" },
  { name: "runs", title: "Handed over" },
  { name: "receivers", title: "Receivers", key: "c" },
  { name: "sensor", title: "Sensor", key: "h" },
  { name: "audit", title: "Probes sent" },
  { name: "trail", title: "Orders given", admin: true },
  { name: "tokens", title: "Tokens", admin: true },
  { name: "backups", title: "Backups", admin: true },
];

export const viewOf = (name: string) => views.find((view) => view.name === name);

/** Those that somebody may see. */
export const viewsFor = (role: string) => views.filter(({ admin }) => !admin || role === "admin");
