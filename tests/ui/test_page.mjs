#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The page in a browser: against a mock that says ordinary and hostile things, and, when a URL is
// given, against a flowd that runs there.
//
// usage: node test_page.mjs [--shots DIR] [--only-flowd] [URL]
// --only-flowd: no mock; new services are met at that flowd while the test runs (test_live.py).
// With FLOWD_TOKEN, an admin's, people log in at that flowd.
// Needs the built page (FLOWD_PAGE: its folder, default web/ui/dist) and Chromium. Ends with "N passed, N failed".
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import assert from "node:assert/strict";
import { testAccess } from "./access.mjs";
import { testAlerts } from "./alerts.mjs";
import { check, finish } from "./check.mjs";
import { testHostile } from "./hostile.mjs";
import { testKeyboard, testLooks } from "./looks.mjs";
import { dist } from "./mock.mjs";
import { testOffice } from "./office.mjs";
import { testOrdinary } from "./ordinary.mjs";
import { testLogin } from "./real_login.mjs";
import { testReal } from "./real.mjs";
import { testRules } from "./rules.mjs";

const most = 150 * 1024; // bytes of the page, compressed

const args = process.argv.slice(2);
const at = args.indexOf("--shots");
const shots = at >= 0 ? args.splice(at, 2)[1] : mkdtempSync(join(tmpdir(), "flowd-shots-"));
const onlyAt = args.indexOf("--only-flowd");
const busy = onlyAt >= 0 && Boolean(args.splice(onlyAt, 1));

await check("the bundle is small and stands alone", () => {
  const text = ["index.html", "app.js", "app.css"].map((name) => readFileSync(join(dist, name)));
  const size = text.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0);
  console.log(`      ${size} bytes compressed`);
  assert.ok(size < most, `${size} bytes`);
  const page = text[0].toString();
  assert.ok(!/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i.test(page), "something is inline");
  assert.ok(!/(src|href)="(https?:)?\/\//i.test(page), "something is elsewhere");
  assert.ok(!/@import|url\((?!["']?data:)/i.test(text[2].toString()), "the style loads something");
});

if (!busy) {
  await testOrdinary(shots);
  await testAlerts();
  await testHostile(shots);
  await testOffice(shots);
  await testRules();
  await testAccess(shots);
  await testKeyboard();
  await testLooks(shots);
}
if (process.env.FLOWD_TOKEN) await testLogin(args[0], process.env.FLOWD_TOKEN, shots);
else if (args[0]) await testReal(args[0], shots, busy);
console.log(`screenshots: ${shots}`);
process.exitCode = finish();
