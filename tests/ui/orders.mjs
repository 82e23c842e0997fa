// SPDX-License-Identifier: Apache-2.0
// Orders given on the page: approving of a service, ordering a sweep; and what explains a service.
import { strict as assert } from "node:assert";
import { check, until } from "./check.mjs";
import { services } from "./data.mjs";

const redis = services.find((s) => s.app === "redis" && s.state === "open");

export async function testOrders(page, mock, origin) {
  await page.goto("about:blank");
  await page.goto(`${origin}#service=${encodeURIComponent(redis.id)}`);
  await page.waitForSelector(".expected form");
  await check("a service is approved for some days, with a reason", async () => {
    await page.getByLabel("Reason").fill("migration");
    await page.getByLabel("Owner").fill("db team");
    await page.getByLabel("How long").selectOption("7");
    await page.getByRole("button", { name: "Ignore for that long" }).click();
    await page.waitForSelector("[data-approval='bound']");
    const text = await page.textContent(".expected");
    assert.match(text, /Approved as what it is\..*migration.*by Ada, owner db team, .*until/s);
    const [entry] = mock.baseline;
    assert.deepEqual([entry.id, entry.reason, entry.owner, entry.ticket], [redis.id, "migration", "db team", null]);
    assert.ok(Math.abs(Date.parse(entry.expires) - Date.now() - 7 * 86400e3) < 60e3);
  });
  await check("an approval is taken back, and one for good has no end", async () => {
    await page.getByRole("button", { name: "Approve no longer" }).click();
    await until(async () => /Nobody has approved/.test(await page.textContent(".expected")));
    assert.equal(mock.baseline.length, 0);
    await page.getByLabel("How long").selectOption("0");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.waitForSelector("[data-approval='bound']");
    assert.equal(mock.baseline[0].expires, null);
  });
  await check("a viewer sees the approval and no form", async () => {
    mock.session = { role: "viewer", name: "Eve", csrf: "c" };
    await page.reload();
    await page.waitForSelector("[data-approval='bound']");
    assert.equal(await page.locator(".expected form, .expected button, .order").count(), 0);
    mock.session = { role: "admin", name: null, csrf: null };
    mock.baseline = [];
  });
  await check("what is wrong with an order is said", async () => {
    await page.reload();
    await page.waitForSelector(".expected form");
    mock.fail.set("/api/v1/baseline", 400);
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await until(async () => /made to fail/.test(await page.textContent(".expected")));
    mock.fail.clear();
  });
  await check("which rule decides, and why those before it do not", async () => {
    await page.getByText("Which rule decides?").click();
    await until(async () => /line 3: alert high app redis.*ignore app ssh does not: app ssh/s.test(await page.textContent(".explain")));
  });
  await check("the states are drawn over time", async () => {
    const rects = await page.locator(".states rect").evaluateAll((all) => all.map((r) => [r.className.baseVal, r.width.baseVal.value]));
    const names = await page.locator(".stays .state").allTextContents();
    assert.equal(rects.length, names.length);
    assert.ok(names.length >= 2 && names.includes("open"));
    assert.ok(Math.abs(rects.reduce((sum, [, width]) => sum + width, 0) - 1000) < 4 * rects.length);
  });
  await check("a sweep is ordered on the page, and why it may not be", async () => {
    await page.goto(`${origin}#`);
    await page.getByText("Sweep a network").click();
    await page.getByLabel("Addresses or networks").fill("8.8.8.0/24");
    await page.getByRole("button", { name: "Sweep", exact: true }).click();
    await until(async () => /outside the targets/.test(await page.textContent(".sweeps")));
    await page.getByLabel("Addresses or networks").fill("10.77.0.0/28, 10.77.1.9");
    await page.getByRole("textbox", { name: "Ports" }).fill("22,80");
    await page.getByLabel("Packets a second").fill("500");
    await page.getByRole("button", { name: "Sweep", exact: true }).click();
    await page.waitForSelector(".sweeps progress");
    const [made] = mock.sweeps;
    assert.deepEqual([made.prefixes, made.ports, made.rate_now], [["10.77.0.0/28", "10.77.1.9"], "22,80", 500]);
    mock.sweeps = [];
  });
}
