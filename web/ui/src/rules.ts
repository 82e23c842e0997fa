// SPDX-License-Identifier: Apache-2.0
// Rules that somebody writes: checked while they are written, tried on what was recorded.
import { checkRules, getRules, reloadRules, testRules, type Fault, type RulesText, type RulesTrial } from "./api";
import { newStore } from "./store";

interface Rules {
  file: string | null; // where they are; null: built in
  text: string; // as it is edited
  saved: string; // as it is in the file
  faults: Fault[]; // that keep flowd from loading the text
  warnings: Fault[]; // what is right and of no use
  checking: boolean;
  trial: RulesTrial | null;
  trying: boolean;
  loaded: string; // what became of loading them anew, in words; "" nothing was asked
  error: string;
}

const checkDelay = 400; // ms after the last key
const place = "flowd.rules"; // of what is being written, until the tab is closed

export const rules = newStore<Rules>({
  file: null, text: "", saved: "", faults: [], warnings: [], checking: false, trial: null, trying: false, loaded: "",
  error: "",
});

let timer = 0;
let turn = 0; // answers of an earlier turn are too late

function keepDraft(text: string, saved: string): void {
  try {
    if (text === saved) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // too much for the browser: it is lost with the page
  }
}

function draft(): string | null {
  try {
    return sessionStorage.getItem(place);
  } catch {
    return null;
  }
}

/** "line:column: what is wrong", as flowd says it of the file. */
function faultOf(error: string | null): Fault[] {
  if (!error) return [];
  const [, line, column, detail] = /^(\d+):(\d+): (.*)$/s.exec(error) ?? [];
  return [line ? { detail, line: Number(line), column: Number(column) } : { detail: error, line: 0, column: 0 }];
}

async function check(): Promise<void> {
  const mine = ++turn;
  rules.patch({ checking: true });
  try {
    const { faults, warnings } = await checkRules(rules.get().text);
    if (mine === turn) rules.patch({ faults, warnings, checking: false, error: "" });
  } catch (error) {
    if (mine === turn) rules.patch({ checking: false, error: (error as Error).message });
  }
}

function take({ file, text: saved, error }: RulesText, text: string, mayCheck: boolean): void {
  rules.patch({ file, text, saved, faults: faultOf(error), warnings: [], error: "" });
  keepDraft(text, saved);
  if (mayCheck) void check();
}

/** `mayCheck`: who looks may ask flowd what it thinks of a text. */
export async function loadRules(mayCheck: boolean): Promise<void> {
  try {
    const got = await getRules();
    take(got, (mayCheck && draft()) || got.text, mayCheck);
  } catch (error) {
    rules.patch({ error: (error as Error).message });
  }
}

export function editRules(text: string): void {
  rules.patch({ text, trial: null, loaded: "" });
  keepDraft(text, rules.get().saved);
  clearTimeout(timer);
  timer = window.setTimeout(() => void check(), checkDelay);
}

export const discardRules = () => editRules(rules.get().saved);

/** flowd reads the file anew; what is being written stays. */
export async function loadAnew(): Promise<void> {
  rules.patch({ loaded: "", error: "" });
  try {
    const got = await reloadRules();
    const { text, saved } = rules.get();
    take(got, text === saved ? got.text : text, true);
    rules.patch({ loaded: "flowd judges by the file as it is now." });
  } catch (error) {
    rules.patch({ error: `Not loaded, the rules of before hold: ${(error as Error).message}` });
  }
}

export async function tryRules(since: string): Promise<void> {
  rules.patch({ trying: true, trial: null, error: "" });
  try {
    rules.patch({ trial: await testRules(rules.get().text, since), trying: false });
  } catch (error) {
    rules.patch({ trying: false, error: (error as Error).message });
  }
}
