// SPDX-License-Identifier: Apache-2.0
// Checks that are counted, in the order they are written; one that fails does not stop the others.
import assert from "node:assert/strict";

let passed = 0;
let failed = 0;

export async function check(name, fn) {
  try {
    await fn();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${String(error.message).split("\n").slice(0, 12).join("\n      ")}`);
  }
}

/** Waits until `fn` gives something true, and gives it back. */
export async function until(fn, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await fn();
    if (value) return value;
    if (Date.now() > end) assert.fail(`not within ${ms} ms: ${fn}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}
