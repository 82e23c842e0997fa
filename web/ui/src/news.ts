// SPDX-License-Identifier: Apache-2.0
// That something has happened: a view that lists such things reads them again.
import { useEffect, useRef } from "preact/hooks";
import { newStore, useStore } from "./store";

const settle = 1000; // ms; many come as one

export const news = newStore({ event: 0, alert: 0, handover: 0 });

export function tellNews(kind: keyof ReturnType<typeof news.get>): void {
  news.patch({ [kind]: news.get()[kind] + 1 });
}

/** Calls `again` soon after such news. */
export function useNews(kind: keyof ReturnType<typeof news.get> | undefined, again: () => void): void {
  const now = useStore(news);
  const seen = kind ? now[kind] : 0;
  const timer = useRef(0);
  const first = useRef(seen);
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (seen === first.current || timer.current) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      latest.current();
    }, settle);
  }, [seen]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
