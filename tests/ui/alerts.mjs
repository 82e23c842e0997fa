// SPDX-License-Identifier: Apache-2.0
// Which alerts are listed, what they are put together by, and what a rule has put together.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { alertOf, hostile, services } from "./data.mjs";
import { isHarmless } from "./hostile.mjs";
import { Mock } from "./mock.mjs";

const [one, other] = services.filter((s) => s.state === "open" && s.ip !== "10.66.6.6");

/** What somebody makes of an alert elsewhere. */
function make(mock, alert, change) {
  const entry = { alert, number: mock.entries.length + 1, time: new Date().toISOString(), by: "Grace", was: "new",
    status: "new", assignee: null, comment: null, reopened_by: null, ...change };
  mock.entries.push(entry);
  mock.push("triage", entry);
}

const numbers = (page) => page.locator(".alert a").evaluateAll((all) => all.map((a) => Number(/alert=(\d+)/.exec(a.hash)[1])));
const listed = (page, number, yes = true) => until(async () => (await numbers(page)).includes(number) === yes);

async function testChoice(page, mock) {
  const top = mock.alerts[0].number;
  await check("alerts of a status: who changes it elsewhere makes it come and go, live", async () => {
    await page.getByLabel("Status").selectOption("acknowledged");
    await until(() => page.url().includes("status=acknowledged"));
    await until(async () => /No such alert/.test(await page.textContent(".alerts")));
    make(mock, top, { status: "acknowledged", assignee: "Grace" });
    await listed(page, top);
    assert.match(await page.textContent(".alert-made"), /acknowledged.*for Grace/);
    mock.push("alert", alertOf(5000, one, "high", { status: "new" }));
    make(mock, top, { status: "resolved", was: "acknowledged", assignee: "Grace" });
    await listed(page, top, false);
    assert.deepEqual(await numbers(page), []);
    await page.getByLabel("Status").selectOption("resolved");
    await listed(page, top);
    assert.deepEqual(await numbers(page), [top]);
  });
  await check("alerts of somebody, and of nobody; the choice survives a reload", async () => {
    await page.getByLabel("Status").selectOption("");
    await listed(page, 5000);
    await page.getByLabel("Assigned to").selectOption("Grace");
    await until(async () => (await numbers(page)).length === 1);
    await page.reload();
    await listed(page, top);
    assert.deepEqual(await numbers(page), [top]);
    assert.equal(await page.getByLabel("Assigned to").inputValue(), "Grace");
    await page.getByLabel("Assigned to").selectOption("nobody");
    await listed(page, 5000);
    assert.ok(!(await numbers(page)).includes(top));
    assert.ok(mock.requests.some((r) => /alerts\?assignee=&/.test(r)));
    await page.getByRole("button", { name: "Older alerts" }).click();
    await until(async () => (await numbers(page)).length > 50);
    assert.ok(!(await numbers(page)).includes(top));
    await page.getByLabel("Assigned to").selectOption("anybody");
    await listed(page, top);
  });
}

async function testExpression(page, mock, origin) {
  await check("alerts that an expression finds; one that comes is asked about; what is wrong is said", async () => {
    const field = page.getByLabel("Alerts by expression");
    await field.fill("port x");
    await field.press("Enter");
    await until(async () => /x is no port \(column 6\)/.test(await page.textContent(".alerts")));
    await field.fill("app flute");
    await field.press("Enter");
    await until(() => page.url().includes("alerts=app+flute"));
    await until(async () => /No such alert/.test(await page.textContent(".alerts")));
    mock.push("alert", { ...alertOf(7000, one, "high"), app: "harp" });
    mock.push("alert", { ...alertOf(7001, one, "high"), app: "flute" });
    await listed(page, 7001);
    assert.deepEqual(await numbers(page), [7001]);
    await page.reload();
    await listed(page, 7001);
    assert.equal(await field.inputValue(), "app flute");
    assert.deepEqual(await numbers(page), [7001]);
    await field.fill("");
    await field.press("Enter");
    await listed(page, 7000);
  });
}

async function testGroups(page, mock) {
  await check("alerts are put together by host, and a new one joins its group, live", async () => {
    mock.push("alert", alertOf(5001, one, "low"));
    mock.push("alert", alertOf(5002, { ...one, port: 9999 }, "critical"));
    mock.push("alert", alertOf(5003, other, "low"));
    await page.getByLabel("Group by").selectOption("host");
    await until(() => page.url().includes("group=host"));
    const first = page.locator(".alert-group").first();
    await until(async () => (await first.locator("summary").textContent()).includes(other.ip));
    const group = page.locator(".alert-group").filter({ has: page.locator("summary", { hasText: one.ip }) }).first();
    assert.match(await group.locator("summary").textContent(), /critical.*3 alerts/s);
    await group.locator("summary").click();
    assert.ok(await group.locator('a[href*="alert=5002"]').isVisible());
    mock.push("alert", alertOf(5004, { ...one, port: 9998 }, "high"));
    await until(async () => (await first.locator("summary").textContent()).includes(`${one.ip} 4 alerts`));
    assert.ok(await first.locator('a[href*="alert=5004"]').isVisible(), "the open group has closed");
    await page.reload();
    await until(async () => (await page.locator(".alert-group").first().textContent()).includes(one.ip));
  });
  await check("and by rule", async () => {
    await page.getByLabel("Group by").selectOption("rule");
    await until(async () => /event health/.test(await page.locator(".alert-groups").textContent()));
    assert.equal(await page.locator(".alert-group").count(), 2);
    await page.getByLabel("Group by").selectOption("");
    await until(async () => !(await page.locator(".alert-group").count()));
  });
}

async function testDrift(page, mock, origin) {
  await check("an alert says what has changed, and what was expected then", async () => {
    mock.push("alert", alertOf(4999, { ...one, port: 9997 }, "high", { event: "drift", what: "host-key", before: "ed25519 1", after: "ed25519 2",
      asset: { name: "till", owner: "shop team", zone: null, tags: ["pci"] },
      expected: { state: "void", owner: "ann", reason: "jump host", ticket: "OPS-7" } }));
    const said = /host key ed25519 1 \u2192 ed25519 2/;
    await until(async () => said.test(await page.textContent(".alerts")));
    await page.goto(`${origin}#alert=4999`);
    await until(async () => (await page.textContent(".detail h2")).includes("Alert 4999"));
    assert.match(await page.textContent(".detail .summary"), said);
    assert.match(await page.textContent(".detail .summary"), /till, owner shop team, tags pci/);
    assert.match(await page.textContent(".detail .expected"), /void.*jump host.*owner ann, ticket OPS-7/);
    await page.goto(`${origin}#`);
  });
}

async function testMembers(page, mock, origin) {
  await check("an alert that stands for several services lists them, each a link; others join, live", async () => {
    mock.members = [one, other].map(({ id, ip, proto, port }) => ({ service: id, ip, proto, port, app: "ssh", event: "new",
      state: "open", first: new Date().toISOString(), last: new Date().toISOString(), findings: 3 }));
    mock.push("alert", alertOf(5005, one, "high", { group: { by: "host", of: one.ip }, triage: { assignee: null, findings: 6, members: 2 } }));
    await listed(page, 5005);
    assert.match(await page.locator(".alert").first().textContent(), /6 findings of 2 services/);
    await page.goto(`${origin}#alert=5005`);
    await page.waitForSelector(".members li:nth-child(2)");
    assert.match(await page.textContent(".members"), /One alert for 2 services, by host .*3 findings/s);
    mock.members.push({ ...mock.members[0], port: 4711, service: "x" });
    mock.push("event", { type: "event", number: 99, event: "new", ip: "10.1.1.1", proto: "tcp", port: 1 });
    await page.waitForSelector(".members li:nth-child(3)");
    await page.locator(".members a").first().click();
    await page.waitForSelector(".halves");
  });
  await check("hostile groups, members and names of people are text", async () => {
    mock.members = hostile.map((text) => ({ ...mock.members[0], service: text, ip: text, proto: text, app: text, state: text, last: text }));
    for (const [i, text] of hostile.entries()) {
      mock.push("alert", alertOf(6000 + i, one, "high", { rule: text, group: { by: text, of: text }, triage: { assignee: null } }));
      make(mock, 6000 + i, { status: text, assignee: text });
    }
    await page.goto(`${origin}#alert=6000`);
    await page.waitForSelector(".members li:nth-child(8)");
    for (const by of ["host", "rule"]) {
      await page.goto(`${origin}#group=${by}&assignee=${encodeURIComponent(hostile[4])}`);
      await page.waitForSelector(".alert-group summary");
      await isHarmless(page);
    }
    await page.goto(`${origin}#group=rule&status=${encodeURIComponent(hostile[1])}`);
    await page.waitForSelector(".alert-group summary");
    await isHarmless(page);
  });
}

export async function testAlerts() {
  const mock = new Mock(true);
  const origin = await mock.listen();
  const { page, sins, close } = await openBrowser(origin);
  await page.goto(origin);
  await page.waitForSelector(".alert");
  await page.waitForSelector('[data-live="connected"]');
  await until(() => mock.streams.size);
  await testChoice(page, mock);
  await testGroups(page, mock);
  await testDrift(page, mock, origin);
  await testMembers(page, mock, origin);
  await page.goto(`${origin}#`);
  await testExpression(page, mock, origin);
  await check("nothing forbidden happened among alerts", () => // a wrong expression is an answer of 400
    assert.deepEqual(sins.filter((s) => !/status of 400/.test(s)), []));
  await close();
  mock.close();
}
