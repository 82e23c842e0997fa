// SPDX-License-Identifier: Apache-2.0
// Checks that are counted, in the order they are written; one that fails does not stop the others.
import assert from "node:assert/strict";

let passed = 0;
const failed = [];

export async function check(name, fn) {
  try {
    await fn();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed.push(`FAIL  ${name}\n      ${String(error.message).split("\n").slice(0, 12).join("\n      ")}`);
    console.log(failed.at(-1));
  }
}

/** Waits until `fn` gives something true, and gives it back. */
export async function until(fn, ms = 30000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await fn();
    if (value) return value;
    if (Date.now() > end) assert.fail(`not within ${ms} ms: ${fn}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** What failed is said again at the end, where it is looked for. */
export function finish() {
  failed.forEach((one) => console.log(one));
  console.log(`${passed} passed, ${failed.length} failed`);
  return failed.length ? 1 : 0;
}
