// SPDX-License-Identifier: Apache-2.0
// The stream of what happens. When it breaks the page says so and tries until it is back; what was
// missed meanwhile is read then.
import { addAlert, loadAlerts, touchAlert } from "./alerts";
import { getHealth, getSession, isOfService, streamPath, type Alert, type AlertEntry, type Event, type Health } from "./api";
import { loadDetail, touchDetail } from "./detail";
import { touchHandover } from "./handover";
import { addHealth } from "./health";
import { loadHosts } from "./hosts";
import { loadServices, touchServices } from "./services";
import { tellNews } from "./news";
import { loadOverview, touchOverview } from "./overview";
import { newStore } from "./store";
import { session } from "./session";
import { loadSweeps, touchSweep } from "./sweeps";
import type { Sweep } from "./sweep_api";
import { touchTriage } from "./triage";

export interface Live {
  state: "connecting" | "connected" | "reconnecting";
  since: number; // ms
}

const firstWait = 500; // ms
const longestWait = 10000;

export const live = newStore<Live>({ state: "connecting", since: Date.now() });

let wait = firstWait;
let wasOpen = false;

/** Calls `take` with each `name` that is one: it has text or a number at `key`. */
function listen<T>(source: EventSource, name: string, key: keyof T, take: (thing: T) => void): void {
  source.addEventListener(name, (message) => {
    let thing;
    try {
      thing = JSON.parse((message as MessageEvent<string>).data);
    } catch {
      return; // not for this page
    }
    if (["string", "number"].includes(typeof thing?.[key])) take(thing);
  });
}

function readAll(): void {
  getSession().then((who) => session.set(who), () => undefined);
  void loadAlerts();
  void loadServices();
  void loadHosts();
  void loadOverview();
  void loadSweeps();
  void loadDetail();
  for (const kind of ["event", "alert", "handover"] as const) tellNews(kind);
  getHealth().then(addHealth, () => undefined); // the stream brings the next one
}

function connect(): void {
  const source = new EventSource(streamPath);
  source.onopen = () => {
    wait = firstWait;
    live.set({ state: "connected", since: Date.now() });
    if (wasOpen) readAll();
    wasOpen = true;
  };
  source.onerror = () => {
    source.close();
    if (live.get().state !== "reconnecting")
      live.set({ state: "reconnecting", since: Date.now() });
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, longestWait);
  };
  listen<Alert>(source, "alert", "number", (alert) => {
    addAlert(alert);
    tellNews("alert");
  });
  listen<Health>(source, "health", "type", addHealth);
  listen<AlertEntry & { alert: number }>(source, "triage", "alert", (entry) => {
    touchTriage(entry);
    void touchAlert(entry);
  });
  listen<{ service: string }>(source, "handover", "service", (run) => {
    touchHandover(run);
    tellNews("handover");
  });
  listen<Sweep>(source, "sweep", "id", touchSweep);
  source.addEventListener("gap", readAll); // it could not say all it had
  listen<Event>(source, "event", "number", (event) => {
    tellNews("event");
    if (!isOfService(event)) return; // the next health says it
    if (event.event === "deceptive") void loadHosts();
    touchDetail(event);
    touchServices();
    touchOverview();
  });
}

export function startLive(): void {
  readAll();
  connect();
}
