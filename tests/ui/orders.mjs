// SPDX-License-Identifier: Apache-2.0
// Orders given on the page: approving of a service, ordering a sweep; and what explains a service.
import { strict as assert } from "node:assert";
import { check, until } from "./check.mjs";
import { hostile, services } from "./data.mjs";

const redis = services.find((s) => s.app === "redis" && s.state === "open");

/** Whatever a tool says is text, and its link is one only when it leads to a page. */
async function testHandover(page, mock) {
  await check("a service is handed over, and the run can be ended", async () => {
    await page.getByRole("button", { name: "To Nmap's scripts" }).click();
    await page.waitForSelector("[data-run='running']");
    assert.deepEqual([mock.runs[0].service, mock.runs[0].tool], [redis.id, "nmap"]);
    await page.locator(".handover").getByRole("button", { name: "Cancel" }).click();
    await page.waitForSelector("[data-run='cancelled']");
  });
  await check("what became of it comes by the stream, what it said on request", async () => {
    Object.assign(mock.runs[0], { state: "finished", exit_status: 0, duration_ms: 2100, output_bytes: 900, ticket: "SEC-1",
      link: "javascript:alert(1)" });
    mock.output = hostile.join("\n");
    mock.push("handover", mock.runs[0]);
    await page.waitForSelector("[data-run='finished']");
    assert.match(await page.textContent(".runs"), /nmap finished, exit status 0, .*by Ada.*SEC-1/s);
    assert.equal(await page.locator(".runs a").count(), 0);
    await page.getByRole("button", { name: /Show what it said/ }).click();
    await page.waitForSelector(".runs pre");
    assert.equal(await page.locator(".runs pre :is(script, img, svg, b, i)").count(), 0);
    mock.runs[0].link = "https://tickets.example/SEC-1";
    mock.push("handover", mock.runs[0]);
    await page.waitForSelector(".runs a[href='https://tickets.example/SEC-1'][rel~='noopener']");
    mock.runs = [];
  });
}

export async function testSaved(page, mock, origin) {
  await check("an expression picks, page by page where flowd does not count, and what is wrong is said", async () => {
    await page.goto("about:blank");
    await page.goto(`${origin}#`);
    await page.getByLabel(/Expression/).fill("port x");
    await page.getByLabel(/Expression/).press("Enter");
    await until(async () => /x is no port \(column 6\)/.test(await page.textContent(".services")));
    await page.getByLabel(/Expression/).fill("noauth");
    await page.getByLabel(/Expression/).press("Enter");
    await page.waitForSelector("[data-row='0'] a");
    await until(async () => {
      await page.locator(".scroll").evaluate((box) => { box.scrollTop = box.scrollHeight; });
      return (await page.locator(".scroll table").getAttribute("aria-rowcount")) === String(mock.all.length + 1);
    });
    await page.waitForSelector(`[data-row='${mock.all.length - 1}'] a`);
    assert.ok(page.url().includes("filter=noauth"));
  });
  await check("a filter gets a name, survives a reload, and is chosen again", async () => {
    await page.getByLabel("State").selectOption("open");
    await page.getByLabel("Save this filter as").fill("doors without a lock");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Clear" }).click();
    await until(() => !page.url().includes("filter="));
    await page.reload();
    await page.getByLabel("Saved filter").selectOption("doors without a lock");
    await until(() => page.url().includes("state=open") && page.url().includes("filter=noauth"));
    assert.equal(await page.getByLabel(/Expression/).inputValue(), "noauth");
    await page.getByRole("button", { name: "Forget it" }).click();
    await until(async () => !(await page.getByLabel("Saved filter").count()));
    await page.evaluate(() => localStorage.setItem("flowd.filters", '[{"name":5},{"name":"x","part":{"app":{"a":1},"ip":"10.0.0.1"}}]'));
    await page.reload();
    await page.getByLabel("Saved filter").selectOption("x");
    await until(() => page.url().includes("ip=10.0.0.1") && !page.url().includes("app="));
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${origin}#`);
    await page.reload();
  });
}

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
    assert.equal(await page.locator(".expected form, .expected button, .order, .verify").count(), 0);
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
  await testHandover(page, mock);
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
