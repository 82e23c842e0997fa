// SPDX-License-Identifier: Apache-2.0
// The page as a flowd serves it: what is true whatever that flowd has seen so far.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { testRealOffice } from "./real_office.mjs";

const serviceKeys = ["id", "ip", "proto", "port", "app", "evidence", "state", "first_seen", "last_seen",
  "handshakes", "peers"];

async function testApi(origin) {
  await check("flowd: the policy forbids what is not its own", async () => {
    const answer = await fetch(origin);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /connect-src 'self'(;|$)/);
  });
  await check("flowd: services, alerts, health as the page reads them", async () => {
    const { services, next } = await (await fetch(`${origin}api/v1/services?limit=5`)).json();
    assert.ok(Array.isArray(services) && (next === null || typeof next === "string"));
    for (const service of services)
      for (const key of serviceKeys) assert.ok(key in service, `a service has no "${key}"`);
    assert.ok(Array.isArray((await (await fetch(`${origin}api/v1/hosts?limit=5`)).json()).hosts));
    assert.ok(Array.isArray((await (await fetch(`${origin}api/v1/alerts?limit=5`)).json()).alerts));
    const health = await (await fetch(`${origin}api/v1/health`)).json();
    for (const key of ["state", "time", "packets_per_second", "counters", "texts", "troubles"])
      assert.ok(key in health, `health has no "${key}"`);
  });
  await check("flowd: an unknown path is a problem in JSON", async () => {
    const answer = await fetch(`${origin}api/v1/nothing`);
    assert.equal(answer.status, 404);
    assert.match(answer.headers.get("content-type") ?? "", /application\/problem\+json/);
  });
}

/** Services are being met: their alerts come, and a probe can be asked for. */
async function testBusy(page, origin, shots) {
  await check("flowd: an alert comes by itself", async () => {
    const newest = async () => Number(/alert=(\d+)/.exec(await page.locator(".alert a").first().getAttribute("href"))[1]);
    await page.goto(`${origin}#`);
    await page.waitForSelector(".alert");
    const before = await newest();
    await until(async () => (await newest()) > before, 20000);
    await page.screenshot({ path: `${shots}/flowd-alerts.png` });
  });
  await check("flowd: \"verify now\" brings a new probe", async () => {
    await page.goto(`${origin}#port=2323`);
    await until(async () => (await page.locator("tbody tr").count()) === 1);
    await page.locator("tbody a").click();
    await page.waitForSelector(".half pre");
    assert.match(await page.textContent(".half pre"), /<script>alert\(1\)/);
    await page.getByRole("button", { name: "Verify now" }).click();
    await until(async () => /The probe is back/.test(await page.textContent(".verify")), 20000);
    await page.screenshot({ path: `${shots}/flowd-verified.png` });
    await page.goto(`${origin}#port=443`);
    await until(async () => (await page.locator("tbody tr").count()) === 1);
    await page.locator("tbody a").click();
    await page.waitForSelector(".half:has-text('Certificate')");
    await page.screenshot({ path: `${shots}/flowd-tls.png` });
  });
  await check("flowd: a service is approved, explained, and approved no longer", async () => {
    await page.getByLabel("Reason").fill("the public site");
    await page.getByLabel("How long").selectOption("30");
    await page.getByRole("button", { name: "Ignore for that long" }).click();
    await page.waitForSelector("[data-approval='bound']");
    assert.match(await page.textContent(".expected"), /the public site.*until/s);
    await page.getByText("Which rule decides?").click();
    await page.waitForSelector(".explain .level");
    await page.screenshot({ path: `${shots}/flowd-approved.png`, fullPage: true });
    await page.getByRole("button", { name: "Approve no longer" }).click();
    await until(async () => /Nobody has approved/.test(await page.textContent(".expected")), 10000);
  });
}

export async function testReal(url, shots, busy) {
  const origin = new URL("/", url).href;
  await testApi(origin);
  const { page, sins, close } = await openBrowser(origin);
  await check("flowd: the page is live", async () => {
    await page.goto(origin);
    await page.waitForSelector('[data-live="connected"]');
    await until(async () => /\d/.test(await page.textContent(".rate strong")), 15000);
    await page.screenshot({ path: `${shots}/flowd.png` });
  });
  await check("flowd: a service opens with both halves", async () => {
    await until(() => page.evaluate(() => document.querySelector('.services[aria-busy="false"]')));
    if (!(await page.locator("tbody tr").count())) return console.log("      no service yet");
    await page.locator("tbody a").first().click();
    await page.waitForSelector(".halves");
    await page.screenshot({ path: `${shots}/flowd-detail.png` });
    await page.reload();
    await page.waitForSelector(".halves");
    assert.equal(await page.locator(".half").count(), 2);
  });
  if (busy) {
    await testBusy(page, origin, shots);
    await testRealOffice(page, origin, shots);
  }
  await check("flowd: nothing forbidden happened", () => // what is wrong on purpose is answered with 400 or 422
    assert.deepEqual(sins.filter((s) => !/status of 4(00|22)/.test(s)), []));
  await close();
}
