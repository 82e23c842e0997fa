// SPDX-License-Identifier: Apache-2.0
// Rules that somebody writes: checked while they are written, tried on what was recorded.
import { checkRules, getRules, testRules, type RulesTrial } from "./api";
import { newStore } from "./store";

interface Rules {
  file: string | null; // where they are; null: built in
  text: string; // as it is edited
  saved: string; // as it is in the file
  fault: string; // "line:column: what is wrong"; "" nothing
  line: number; // of the fault; 0 none
  checking: boolean;
  trial: RulesTrial | null;
  trying: boolean;
  error: string;
}

const checkDelay = 400; // ms after the last key

export const rules = newStore<Rules>({
  file: null, text: "", saved: "", fault: "", line: 0, checking: false, trial: null, trying: false, error: "",
});

let timer = 0;
let turn = 0; // answers of an earlier turn are too late

export async function loadRules(): Promise<void> {
  try {
    const got = await getRules();
    rules.patch({ file: got.file, text: got.text, saved: got.text, fault: got.error ?? "", error: "" });
  } catch (error) {
    rules.patch({ error: (error as Error).message });
  }
}

async function check(): Promise<void> {
  const mine = ++turn;
  rules.patch({ checking: true });
  try {
    const { fault, line } = await checkRules(rules.get().text);
    if (mine === turn) rules.patch({ fault, line, checking: false, error: "" });
  } catch (error) {
    if (mine === turn) rules.patch({ checking: false, error: (error as Error).message });
  }
}

export function editRules(text: string): void {
  rules.patch({ text, trial: null });
  clearTimeout(timer);
  timer = window.setTimeout(() => void check(), checkDelay);
}

export async function tryRules(since: string): Promise<void> {
  rules.patch({ trying: true, trial: null, error: "" });
  try {
    rules.patch({ trial: await testRules(rules.get().text, since), trying: false });
  } catch (error) {
    rules.patch({ trying: false, error: (error as Error).message });
  }
}
