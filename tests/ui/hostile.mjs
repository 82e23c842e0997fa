// SPDX-License-Identifier: Apache-2.0
// Strangers choose banners, names and certificates: whatever they write stays text.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { captureAlertOf, heldOf, hostile, hostileProbe, services } from "./data.mjs";
import { Mock } from "./mock.mjs";

/** Elements that only hostile text could have made. */
const foreign = "#app :is(script, img, iframe, svg:not(.bar, .columns, .band), object, embed, i, b > b, [onerror], [onload])";
// What would reorder or hide: it must not reach the page as it is.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export async function isHarmless(page) {
  assert.equal(await page.evaluate("window.pwned"), undefined);
  assert.equal(await page.locator(foreign).count(), 0, "hostile text became elements");
  assert.equal(await page.locator('a[href^="javascript:" i]').count(), 0);
  const found = unseen.exec(await page.textContent("#app"));
  assert.ok(!found, `U+${found?.[0].codePointAt(0).toString(16)} is on the page`);
}

export async function testHostile(shots) {
  const mock = new Mock();
  const origin = await mock.listen();
  const { page, sins, close } = await openBrowser(origin);
  await page.goto(origin);
  await check("hostile names are text in the table and in alerts", async () => {
    await page.waitForSelector("tbody tr");
    await page.waitForSelector(".alert");
    assert.match(await page.textContent("table"), /<script>window\.pwned/);
    assert.match(await page.textContent(".alerts"), /<img src=x onerror=/);
    await isHarmless(page);
  });
  await check("hostile details are text", async () => {
    for (const service of services.slice(0, hostile.length)) {
      await page.goto(`${origin}#service=${encodeURIComponent(service.id)}`);
      await until(async () => (await page.locator(".detail h2").textContent()).includes(`:${service.port}`));
      await page.waitForSelector(".half pre");
      await isHarmless(page);
      const wire = await page.locator(".half").first().textContent();
      for (const part of hostile.slice(0, 4)) assert.ok(wire.includes(part), `not in the hints: ${part}`);
    }
    const banner = await page.textContent(".half pre");
    for (const part of [hostile[0], hostile[1], hostile[2], hostile[3], "\\x00", "\\x1b[2J", "\\u{202e}", "\\x07 tail"])
      assert.ok(banner.includes(part), `not in the banner: ${part}`);
    await page.screenshot({ path: `${shots}/hostile.png` });
  });
  await check("64 KB in a certificate are cut, and all there on request", async () => {
    const half = page.locator(".half").nth(1);
    assert.ok((await half.textContent()).length < 10000);
    await half.getByRole("button", { name: /more characters/ }).first().click();
    await until(async () => (await half.textContent()).includes(hostileProbe.certificate.subject));
    await isHarmless(page);
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "too wide");
  });
  await check("hostile alerts, live and opened, are text", async () => {
    for (const [i, text] of hostile.entries()) {
      const alert = { ...mock.alerts.find((a) => a.number === 111 + i), number: 2000 + i, level: text,
        ip: text, proto: text, state: text, peer: text, evidence: text, event: text, time: text, rule_line: 1, rule_file: text,
        what: text, before: text, after: text, expected: { state: text, owner: text, reason: text, ticket: text },
        asset: { name: text, owner: text, zone: text, tags: [text] } };
      mock.push("alert", alert);
      await page.goto(`${origin}#alert=${alert.number}`);
      await page.waitForSelector(".detail .rule");
      await until(async () => (await page.textContent(".detail h2")).includes(`Alert ${alert.number}`));
      await isHarmless(page);
    }
  });
  await check("hostile trouble is text", async () => {
    for (const [i, text] of hostile.entries()) {
      mock.health({}, { troubles: [heldOf({ trouble: text, source: text })] });
      mock.push("alert", captureAlertOf(3000 + i, { trouble: text, source: text, event: text }));
      await page.goto(`${origin}#alert=${3000 + i}`);
      await page.waitForSelector(".detail .rule");
      await page.waitForSelector(".troubles li");
      await isHarmless(page);
    }
  });
  await check("broken messages of the stream are passed over", async () => {
    for (const stream of mock.streams)
      stream.write("event: alert\ndata: {]\n\nevent: health\ndata: 7\n\nevent: event\ndata: null\n\nevent: alert\ndata: []\n\n");
    mock.health();
    await until(async () => /\d/.test(await page.textContent(".rate strong")));
    assert.equal(await page.locator('[data-live="connected"]').count(), 1);
  });
  await check("a hostile URL is only a filter", async () => {
    await page.goto(`${origin}#app=${encodeURIComponent(hostile[1])}&service=..%2F..%2Falerts`);
    await page.waitForSelector(".detail .problem");
    assert.ok(mock.requests.some((r) => r.includes("services/..%2F..%2Falerts")), "the id was not quoted");
    await isHarmless(page);
  });
  await check("nothing forbidden happened on a hostile day", () => {
    assert.deepEqual(sins.filter((s) => !/status of 404/.test(s)), []);
  });
  await close();
  mock.close();
}
