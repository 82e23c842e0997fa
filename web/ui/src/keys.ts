// SPDX-License-Identifier: Apache-2.0
// Keys that work anywhere but in a field. Those who speak to their computer may switch them off.
import { viewsFor } from "./office/views";
import { go, route } from "./route";
import { session } from "./session";
import { newStore } from "./store";

const place = "flowd.keys"; // where the browser keeps that they are off

interface Keys {
  on: boolean;
  help: boolean; // it is shown
}

function wereOff(): boolean {
  try {
    return localStorage.getItem(place) === "off";
  } catch {
    return false;
  }
}

export const keys = newStore<Keys>({ on: !wereOff(), help: false });

export function switchKeys(on: boolean): void {
  keys.patch({ on });
  try {
    if (on) localStorage.removeItem(place);
    else localStorage.setItem(place, "off");
  } catch {
    // until the page is closed
  }
}

export interface Shortcut {
  key: string;
  text: string;
  act?: () => void; // nothing: somebody else listens
}

const focusOn = (...selectors: string[]) => {
  for (const selector of selectors) {
    const found = [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.offsetParent);
    if (found) return found.focus();
  }
};

const home = { view: "", service: "", alert: "" };

export function shortcutsFor(role: string): Shortcut[] {
  return [
    { key: "?", text: "This help", act: () => keys.patch({ help: true }) },
    { key: "/", text: "Search, or filter services", act: () => focusOn(".detail .search input", ".filters .filter-filter input") },
    { key: "a", text: "The newest alert", act: () => focusOn(".alert a", ".alert-group summary") },
    { key: "s", text: "Services", act: () => go(home) },
    ...viewsFor(role).filter(({ key }) => key).map(({ key = "", title, name }) => ({ key, text: title, act: () => go({ view: name }) })),
    { key: "Esc", text: "Back to services" },
    { key: "\u2191 \u2193 PgUp PgDn Home End", text: "From row to row of services" },
  ];
}

function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || keys.get().help) return;
    if (!keys.get().on || takesText(event.target)) return;
    const found = shortcutsFor(session.get().role).find(({ key, act }) => act && key === event.key);
    if (!found?.act) return;
    event.preventDefault();
    found.act();
  });
  route.watch(() => keys.get().help && keys.patch({ help: false }));
}
