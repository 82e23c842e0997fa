// SPDX-License-Identifier: Apache-2.0
// The views of the office: each is gone to, survives a reload, shows what flowd says, takes orders; and
// hides what somebody may not do.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { hostile } from "./data.mjs";
import { isHarmless } from "./hostile.mjs";
import { Mock } from "./mock.mjs";
import { hostileRows, ordinaryRows } from "./mock_office.mjs";

/** By the word in the URL: the link's text, whether only an admin sees it, and what stands in it. */
export const views = {
  rules: ["Rules", false, /As in the file/],
  events: ["Events", false, /Packets are dropped.*was probed.*10\.77\.0\.0:22/s],
  waiting: ["Waiting", false, /until a probe is back.*until quiet hours are over.*until its rule may speak again/s],
  baseline: ["Expected", false, /\d+ approvals.*10\.77\.0\.0:22.*holds.*anything.*for good/s],
  assets: ["Assets", false, /file: 210 rows.*fails since.*10\.77\.0\.0\/16, port 443.*198\.51\.100\.7/s],
  sweeps: ["Sweeps", false, /192\.0\.2\.0\/28.*ports 1-65535.*paused.*41\.5 %.*435,000.*6 may not be asked/s],
  runs: ["Handed over", false, /10\.77\.0\.0-tcp-22.*finished after 2 seconds.*failed/s],
  receivers: ["Receivers", false, /webhook.*takes alerts.*chat.*away since/s],
  sensor: ["Sensor", false, /packets the kernel dropped.*Probes may be sent.*verify.*does not run.*signal 11.*about 240/s],
  audit: ["Probes sent", false, /10\.77\.0\.0:22.*10\.77\.255\.1.*syn-ack.*given up/s],
  trail: ["Orders given", true, /flowd, or nobody had to say.*approve/s],
  tokens: ["Tokens", true, /www.*admin.*Ada.*operator/s],
  backups: ["Backups", true, /\/var\/lib\/flowd\/backups\/www.*48M/s],
};

export async function openOffice(options = {}, rows) {
  const mock = new Mock(true);
  mock.office = rows ?? mock.office;
  mock.office.deep = true;
  mock.sweeps = mock.office.sweeps;
  const origin = await mock.listen();
  const browser = await openBrowser(origin, options);
  await browser.page.goto(origin);
  await browser.page.waitForSelector('[data-live="connected"]');
  const end = async () => { await browser.close(); mock.close(); };
  return { ...browser, mock, origin, end };
}

const detail = (page) => page.textContent(".detail");
const says = (page, pattern) => until(async () => (await page.locator(".detail").count()) && pattern.test(await detail(page)));
const order = (mock) => mock.orders[mock.orders.length - 1];

/** Presses a button that asks first, in the first row that has it. */
async function sure(page, text) {
  await page.getByRole("button", { name: new RegExp(`^${text}`) }).first().click();
  await page.getByRole("button", { name: new RegExp(`^Really ${text}`, "i") }).click();
}

async function testWalk(page) {
  for (const [name, [title, , pattern]] of Object.entries(views)) {
    await check(`view ${name}: its link leads there, a reload stays, Escape leaves`, async () => {
      await page.getByRole("navigation").getByRole("link", { name: title, exact: true }).click();
      await until(() => page.url().includes(`view=${name}`));
      await says(page, pattern);
      await until(async () => (await page.title()).startsWith(title));
      assert.equal(await page.locator('nav [aria-current="page"]').textContent(), title);
      await page.reload();
      await says(page, pattern);
      await page.keyboard.press("Escape");
      await until(() => !page.url().includes("view="));
      await page.waitForSelector("tbody tr");
    });
  }
}

async function testLists(page, mock, origin) {
  await check("a list is read page by page, and keeps what is there when news come", async () => {
    await page.goto(`${origin}#view=events`);
    await page.waitForSelector(".listing tbody tr:nth-child(100)");
    await page.getByRole("button", { name: "More" }).click();
    await page.waitForSelector(".listing tbody tr:nth-child(200)");
    mock.office.events.unshift({ ...mock.office.events[1], number: 950, event: "gone" });
    mock.push("event", mock.office.events[0]);
    await until(async () => /not there any more|gone/i.test(await page.textContent(".listing tbody tr:first-child")));
    assert.ok((await page.locator(".listing tbody tr").count()) >= 200);
    const ends = { what: "certificate", before: undefined, after: "2031-12-23T15:44:21.000000Z" };
    mock.office.events.unshift({ ...mock.office.events[0], number: 951, event: "certificate", ...ends });
    mock.push("event", mock.office.events[0]);
    await until(async () => /ends.*23 Dec 2031 15:44:21 UTC/.test(await page.textContent(".listing tbody tr:first-child")));
    await page.getByRole("button", { name: "More" }).click();
    await until(async () => (await page.locator(".listing tbody tr").count()) === 243);
    assert.equal(await page.getByRole("button", { name: "More" }).count(), 0);
  });
  await check("what is searched for stands in the URL and survives a reload", async () => {
    await page.goto(`${origin}#view=baseline`);
    await page.locator(".search input").fill("10.77.0.1");
    await page.locator(".search input").press("Enter");
    await until(() => page.url().includes("view=baseline&of=10.77.0.1"));
    await until(async () => (await page.locator(".listing tbody tr").count()) === 1);
    await page.reload();
    await until(async () => (await page.locator(".listing tbody tr").count()) === 1);
    assert.equal(await page.locator(".search input").inputValue(), "10.77.0.1");
    await page.getByRole("navigation").getByRole("link", { name: "Assets" }).click();
    await until(() => /view=assets$/.test(page.url()));
  });
  await check("a list that cannot be read says why, and is read again", async () => {
    mock.fail.set("/api/v1/audit", 503);
    await page.goto(`${origin}#view=audit`);
    await says(page, /Could not be read: made to fail/);
    mock.fail.clear();
    await page.getByRole("button", { name: "Try again" }).click();
    await says(page, views.audit[2]);
  });
}

async function testOrders(page, mock, origin) {
  await check("services are approved by an expression, and approved of no longer", async () => {
    await page.goto(`${origin}#view=baseline`);
    await page.getByText("Approve of all that an expression finds").click();
    const form = page.locator(".order[open]");
    await form.getByLabel("Expression").fill("app ssh");
    await form.getByLabel("Reason").fill("known");
    await form.getByLabel("Days").fill("30");
    await form.getByRole("button", { name: "Approve" }).click();
    await until(() => mock.orders.length);
    assert.deepEqual(order(mock), ["POST", "baseline", { filter: "app ssh", reason: "known", days: 30 }]);
    const { id } = mock.office.baseline[0];
    await sure(page, "Approve no longer");
    await until(() => order(mock)[0] === "DELETE");
    assert.equal(decodeURIComponent(order(mock)[1]), `baseline/${id}`);
    await until(async () => /129 approvals/.test(await detail(page)));
  });
  await check("learning goes on until what was seen is accepted", async () => {
    assert.match(await detail(page), /being learnt, until .*only what is high or critical/s);
    await page.getByText("Learn for longer").click();
    await page.getByRole("button", { name: "Learn", exact: true }).click();
    await until(() => order(mock)[1] === "learning");
    assert.deepEqual(order(mock), ["POST", "learning", { days: null }]);
    await until(async () => /until somebody accepts what has been seen/.test(await detail(page)));
    await sure(page, "Accept what has been seen");
    await until(async () => /The border is known.*Accepted last/s.test(await detail(page)));
    assert.deepEqual(order(mock), ["POST", "learning", { accept: true }]);
  });
  await check("a file is taken as what it is", async () => {
    for (const [body, format] of [["[{\"ip\": 1}]", "masscan"], ["<?xml?>", "nmap"], [" {\"type\":1}", "export"], ["ip,port\n", "csv"]]) {
      await page.locator('input[type="file"]').setInputFiles({ name: "f", mimeType: "text/plain", buffer: Buffer.from(body) });
      await until(() => order(mock)[1] === `baseline/import?format=${format}`);
      assert.equal(order(mock)[2], body);
    }
  });
  await check("something is said of an address, and taken back", async () => {
    await page.goto(`${origin}#view=assets`);
    await page.getByText("Say something of an address").click();
    await page.locator(".order").getByLabel("Address or network").fill("10.77.9.0/24");
    await page.locator(".order").getByLabel("Owner").fill("shop");
    await page.getByLabel("May be probed").selectOption("no");
    await page.getByRole("button", { name: "Say it" }).click();
    await until(() => order(mock)[1] === "assets");
    assert.deepEqual(order(mock)[2], { address: "10.77.9.0/24", owner: "shop", probe: false });
    await sure(page, "Take back");
    await until(() => order(mock)[2].remove);
    assert.deepEqual(order(mock)[2], { address: "10.77.0.0/16", port: 443, remove: true });
  });
  await check("dead letters are sent once more, one or all; they can be linked to", async () => {
    await page.goto(`${origin}#view=receivers`);
    await page.getByRole("link", { name: /dead letters of chat/ }).click();
    await until(() => page.url().includes("of=chat"));
    await page.reload();
    await page.getByRole("button", { name: "Send once more alert 90" }).click();
    await until(() => order(mock)[1] === "sinks/chat/retry");
    assert.deepEqual(order(mock)[2], { number: 90 });
    await page.getByRole("button", { name: "Send all once more" }).click();
    await until(() => order(mock)[2].number === undefined);
  });
  await check("all probes are stopped, and allowed again", async () => {
    await page.goto(`${origin}#view=sensor`);
    await sure(page, "Stop all probes");
    await page.waitForSelector('[data-probing="false"]');
    assert.deepEqual(order(mock), ["POST", "probing", { enabled: false }]);
    await page.getByRole("button", { name: "Allow probes" }).click();
    await page.waitForSelector('[data-probing="true"]');
  });
  await check("a token is made, shown once, and revoked", async () => {
    await page.goto(`${origin}#view=tokens`);
    await page.getByText("Make a token").click();
    await page.getByLabel("Name").fill("grafana");
    await page.getByLabel("Role").selectOption("viewer");
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await until(async () => /flowd_5f1d/.test(await page.textContent(".fresh-token")));
    assert.deepEqual(order(mock), ["POST", "tokens", { name: "grafana", role: "viewer" }]);
    await page.getByRole("button", { name: "Hide it" }).click();
    await until(async () => !/flowd_5f1d/.test(await detail(page)));
    await sure(page, "Revoke");
    await until(() => order(mock)[0] === "DELETE" && order(mock)[1] === "tokens/1");
  });
  await check("a copy of the store is made, and removed", async () => {
    await page.goto(`${origin}#view=backups`);
    await page.getByText("Make a copy").click();
    await page.getByRole("button", { name: "Make", exact: true }).click();
    await until(() => order(mock)[1] === "backups");
    await sure(page, "Remove");
    await until(() => order(mock)[0] === "DELETE" && order(mock)[1] === "backups/www");
  });
  await check("what a sweep sent in each second is drawn, as many bars as there is room for", async () => {
    const at = (i) => new Date(Date.parse("2026-01-02T03:04:05Z") + i * 1000).toISOString();
    mock.seconds = Array.from({ length: 1000 }, (_, i) => ({ time: at(i), from: i * 100, to: i * 100 + 100, sent: i === 500 ? 990 : 100 }));
    await page.goto(`${origin}#view=sweeps`);
    await page.getByText("By second").first().click();
    await page.waitForSelector(".seconds rect");
    assert.match(await detail(page), /1,000 seconds, at most 990 packets in one/);
    const heights = await page.locator(".seconds rect").evaluateAll((all) => all.map((r) => r.height.baseVal.value));
    assert.equal(heights.length, 250);
    assert.equal(heights.filter((h) => h === 40).length, 1, "the highest second is lost");
    assert.ok(Math.abs(heights[0] - 40 * 100 / 990) < 0.01);
  });
  await check("a sweep is ended after a second question only", async () => {
    await page.goto(`${origin}#view=sweeps`);
    await page.getByRole("button", { name: /^Cancel 192/ }).first().click();
    const cancels = () => mock.requests.filter((r) => /sweeps\/\d+\/cancel/.test(r)).length;
    assert.equal(cancels(), 0);
    await page.getByRole("button", { name: /^Really cancel/ }).click();
    await until(() => cancels() === 1);
  });
}

async function testRoles(page, mock, origin) {
  await check("a viewer sees the lists and nothing to order with", async () => {
    mock.session = { role: "viewer", name: "Eve", csrf: "c" };
    mock.office = { ...ordinaryRows(), deep: true };
    await page.goto(origin);
    await page.reload();
    await page.waitForSelector(".who");
    for (const [name, [title, admin, pattern]] of Object.entries(views)) {
      const links = page.getByRole("navigation").getByRole("link", { name: title, exact: true });
      assert.equal(await links.count(), admin ? 0 : 1, name);
      const before = mock.requests.length;
      await page.goto(`${origin}#view=${name}`);
      await says(page, admin ? /Only an admin may see this/ : pattern);
      if (admin) assert.ok(!mock.requests.slice(before).some((r) => r.includes(name)), `${name} is asked for`);
      assert.equal(await page.locator(".order, .detail button:not(.more, .unseen)").count(), 0, `something to press in ${name}`);
      assert.equal(await page.locator(".detail textarea:not([readonly])").count(), 0, name);
    }
  });
  await check("an operator orders, but what is an admin's is not shown", async () => {
    mock.session = { role: "operator", name: "Ada", csrf: "c" };
    await page.reload();
    await page.goto(`${origin}#view=sensor`);
    await says(page, views.sensor[2]);
    assert.equal(await page.getByRole("button", { name: "Stop all probes" }).count(), 0);
    await page.goto(`${origin}#view=baseline`);
    await page.waitForSelector(".order");
    assert.equal(await page.getByText("Import a file").count(), 0);
    await page.goto(`${origin}#view=rules`);
    await page.waitForSelector("textarea:not([readonly])");
    assert.equal(await page.getByRole("button", { name: "Load the file anew" }).count(), 0);
    mock.session = { role: "admin", name: null, csrf: null };
    await page.reload();
  });
}

async function testHostile(shots) {
  const { page, sins, mock, origin, end } = await openOffice({}, hostileRows());
  await check("hostile names of assets, receivers, tools, rules and people are text in every view", async () => {
    for (const name of Object.keys(views)) {
      await page.goto(`${origin}#view=${name}${name === "receivers" ? `&of=${encodeURIComponent(hostile[1])}` : ""}`);
      await page.waitForSelector(".detail");
      if (name !== "rules") await page.waitForSelector(".listing tbody tr");
      if (!["rules", "sensor"].includes(name)) await until(async () => (await detail(page)).includes("<script>window.pwned"));
      await isHarmless(page);
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${name} is too wide`);
      await page.screenshot({ path: `${shots}/hostile-${name}.png` });
    }
    assert.ok(mock.requests.some((r) => r.includes("sinks/%3Cimg")), "a name was not quoted");
  });
  await check("nothing forbidden happened among hostile names", () => assert.deepEqual(sins, []));
  await end();
}

export async function testOffice(shots) {
  const { page, sins, mock, origin, end } = await openOffice();
  await testWalk(page);
  await testLists(page, mock, origin);
  await testOrders(page, mock, origin);
  await testRoles(page, mock, origin);
  await check("nothing forbidden happened in the office", () =>
    assert.deepEqual(sins.filter((s) => !/status of 503/.test(s)), []));
  await end();
  await testHostile(shots);
}
