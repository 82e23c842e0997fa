// SPDX-License-Identifier: Apache-2.0
// The one service that is looked at, and asking for a probe of it.
import { getDetail, getServices, postVerify, type Detail, type ServiceEvent, type Where } from "./api";
import { noFilter, route } from "./route";
import { newStore } from "./store";

interface Shown {
  id: string;
  data: Detail | null;
  error: string;
  asking: boolean; // "verify now" is on its way or its answer is waited for
  asked: string; // what became of it, in words
}

const nothing: Shown = { id: "", data: null, error: "", asking: false, asked: "" };
const pollEvery = 2000; // ms, while a probe is waited for
const patience = 30000; // ms until nobody waits for it any more

export const detail = newStore<Shown>(nothing);

let timer = 0;

function settle(words: string): void {
  clearInterval(timer);
  detail.patch({ asking: false, asked: words });
}

function lastProbed(data: Detail | null): string {
  return (data?.probes ?? []).map((probe) => probe.finished).sort().pop() ?? "";
}

export async function loadDetail(): Promise<void> {
  const { id } = detail.get();
  if (!id) return;
  try {
    const data = await getDetail(id);
    if (detail.get().id !== id) return;
    const before = detail.get();
    detail.patch({ data, error: "" });
    if (before.asking && lastProbed(data) > lastProbed(before.data)) settle("The probe is back.");
  } catch (error) {
    if (detail.get().id === id) detail.patch({ error: (error as Error).message });
  }
}

/** Something happened to a service; if it is the one shown it is read again. */
export function touchDetail(event: ServiceEvent): void {
  const shown = detail.get().data?.service;
  if (!shown || event.ip !== shown.ip || event.port !== shown.port || event.proto !== shown.proto)
    return;
  void loadDetail();
}

export async function verifyNow(): Promise<void> {
  const { id } = detail.get();
  detail.patch({ asking: true, asked: "" });
  try {
    await postVerify(id);
    if (detail.get().id !== id) return;
    detail.patch({ asked: "Asked. What the probe sees appears here." });
    const until = Date.now() + patience;
    timer = window.setInterval(() => {
      if (Date.now() > until) settle("No probe has come back; perhaps it may not touch this service.");
      void loadDetail();
    }, pollEvery);
  } catch (error) {
    if (detail.get().id === id) settle(`Not asked: ${(error as Error).message}`);
  }
}

/** The id of a service, "" when flowd does not know it. */
export async function findService({ ip, proto, port }: Where): Promise<string> {
  const got = await getServices({ ...noFilter, ip, port: String(port), sort: "", order: "" }, 10);
  return got.services.find((s) => s.ip === ip && s.port === port && s.proto === proto)?.id ?? "";
}

export function followRoute(): void {
  const id = route.get().service;
  if (id === detail.get().id) return;
  clearInterval(timer);
  detail.set({ ...nothing, id });
  void loadDetail();
}

route.watch(followRoute);
