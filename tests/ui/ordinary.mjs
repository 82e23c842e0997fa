// SPDX-License-Identifier: Apache-2.0
// An ordinary day: what is shown, live, filtered, linked, verified.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { alertOf, captureAlertOf, captureEventOf, heldOf, hostOf, services } from "./data.mjs";
import { Mock } from "./mock.mjs";
import { testOrders, testSaved } from "./orders.mjs";

const redis = services.find((s) => s.app === "redis" && s.state === "open");

/** What is about the capture has neither address nor port. */
async function testTrouble(page, mock) {
  await check("trouble of the capture is told, since when, and goes", async () => {
    mock.health({}, { troubles: [heldOf(), heldOf({ trouble: "silence", source: "<b>eth1", value: 42.5, threshold: 30 })] });
    await page.waitForSelector(".troubles li:nth-child(2)");
    const text = await page.textContent(".troubles");
    assert.match(text, /Packets are dropped on eth0: 0\.42 %, since .*\d/);
    assert.match(text, /No packets come on <b>eth1: 42 seconds, since .*\d/);
    mock.health({}, { troubles: [heldOf({ trouble: "newer", source: null })] });
    await until(async () => /^newer: 0\.42 %/.test(await page.textContent(".troubles")));
    mock.health();
    await until(async () => !(await page.locator(".troubles").count()));
    mock.health({}, { troubles: undefined }); // an older flowd
    await until(async () => !(await page.locator(".troubles").count()));
  });
  await check("an alert about the capture stands in the list", async () => {
    mock.push("alert", captureAlertOf(999));
    await page.waitForSelector('.alert:first-child a[href*="alert=999"]');
    const text = await page.textContent(".alert:first-child");
    assert.match(text, /medium.*Packets are dropped on eth0.*trouble of the capture.*0\.42 %/s);
    assert.doesNotMatch(text, /verified|undefined|met by/);
    assert.match(await page.textContent('.alerts [role="status"]'), /medium alert: Packets are dropped on eth0/);
  });
  await check("an event about the capture reads no service again", async () => {
    await page.waitForSelector("tbody tr a");
    await page.waitForSelector(".tiles");
    const before = mock.requests.length;
    mock.push("event", captureEventOf(98));
    mock.push("event", captureEventOf(99, { over: true }));
    await new Promise((done) => setTimeout(done, 1500));
    assert.deepEqual(mock.requests.slice(before).filter((r) => r.includes("services")), []);
  });
}

async function testLive(page, mock) {
  await check("the page is live and tells packets per second", async () => {
    await page.waitForSelector('[data-live="connected"]');
    await until(() => mock.streams.size);
    for (let i = 0; i < 240; i++) mock.health();
    await until(async () => /\d\d\.?\d*K/.test(await page.textContent(".rate strong")));
    assert.match(await page.textContent(".losses"), /Nothing has been lost/);
    assert.ok(await page.locator(".chart canvas").count(), "no chart");
  });
  await check("losses are told in plain words", async () => {
    mock.health({ kernel_drops: 1204 });
    await until(async () => /1,204 packets the kernel dropped/.test(await page.textContent(".losses")));
    assert.match(await page.textContent(".losses"), /just now/);
    mock.health({}, { state: "the sensor is silent" });
    await until(async () => /Not well: the sensor is silent/.test(await page.textContent(".health-words")));
  });
  await testTrouble(page, mock);
  await check("a gap in the stream is filled", async () => {
    const before = mock.requests.length;
    mock.push("gap", {});
    await until(() => mock.requests.slice(before).filter((r) => /alerts|services/.test(r)).length >= 2);
  });
  await check("an alert appears", async () => {
    const started = Date.now();
    mock.push("alert", alertOf(1000, redis, "critical"));
    await page.waitForSelector('.alert:first-child a[href*="alert=1000"]');
    console.log(`      ${Date.now() - started} ms`);
    const text = await page.textContent(".alert:first-child");
    assert.match(text, /critical.*verified.*redis.*on.*:6379.*first seen.*Redis 7\.0\.15/s);
  });
  await check("a stream that breaks is told, and comes back with what was missed", async () => {
    mock.fail.set("/api/v1/stream", 503);
    mock.drop();
    await page.waitForSelector('[data-live="reconnecting"]');
    mock.alerts.unshift(alertOf(1001, redis, "high"));
    mock.fail.clear();
    await page.waitForSelector('[data-live="connected"]');
    await page.waitForSelector('a[href*="alert=1001"]');
  });
}

async function testOverview(page, mock) {
  await check("the overview tells what is exposed, and each figure leads to its services", async () => {
    await page.waitForSelector(".tiles");
    const tiles = await page.textContent(".tiles");
    assert.match(tiles, /answering of 240 services/);
    assert.match(tiles, /\d+ critical.*\d+ high.*\d+ medium.*\d+ low.*7 new today/s);
    assert.equal(await page.locator(".timeline rect").count(), 48);
    await page.getByLabel("Time shown").selectOption("days");
    await until(async () => (await page.locator(".timeline rect").count()) === 30);
    await page.getByLabel("Applications").getByRole("link", { name: "redis" }).click();
    await until(async () => /app=redis/.test(page.url()));
    await until(async () => (await page.locator("td.app").allTextContents()).every((app) => app === "redis"));
    await page.locator(".tile-critical a").click();
    await until(async () => /level=critical/.test(page.url()) && !/app=/.test(page.url()));
    await until(async () => (await page.textContent("tbody tr")).includes("critical"));
    await page.getByRole("button", { name: "Clear" }).click();
  });
  await check("columns sort, and the URL says how", async () => {
    await page.getByRole("button", { name: "Port", exact: true }).click();
    await until(async () => (await page.locator("tbody tr td").first().textContent()) === "22/tcp");
    assert.equal(await page.locator('th[aria-sort="ascending"]').textContent(), "Port \u2191");
    await page.getByRole("button", { name: "Port", exact: true }).click();
    await until(async () => (await page.locator("tbody tr td").first().textContent()) === "51472/tcp");
    assert.match(page.url(), /sort=port&order=desc/);
    assert.ok(mock.requests.some((r) => /sort=port&order=desc/.test(r)));
    await page.goto(page.url().split("#")[0] + "#");
    await until(async () => (await page.locator('th[aria-sort="ascending"]').textContent()) === "Address \u2191");
  });
}

/** What people make of an alert, and of the rules. */
async function testWork(page, mock) {
  const top = page.url().split("#")[0];
  await check("an alert is acknowledged, commented and assigned, and says who did", async () => {
    await page.goto(`${top}#alert=${mock.alerts[0].number}`);
    await page.waitForSelector('[data-status="new"]');
    await page.getByLabel("Comment", { exact: true }).fill("<b>looked at</b>");
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.waitForSelector('[data-status="acknowledged"]');
    assert.match(await page.textContent(".entries"), /Ada: new → acknowledged.*<b>looked at<\/b>/s);
    await page.getByLabel("Assign to").fill("Grace");
    await page.getByRole("button", { name: "Assign", exact: true }).click();
    await until(async () => /Grace/.test(await page.textContent("#triage-title")));
    await page.getByRole("button", { name: "Resolve" }).click();
    await page.waitForSelector('[data-status="resolved"]');
    await page.getByRole("button", { name: "Open again" }).click();
    await page.waitForSelector('[data-status="new"]');
  });
  await check("rules are checked while they are written, and tried on history", async () => {
    await page.getByRole("link", { name: "Rules" }).click();
    await until(async () => /view=rules/.test(page.url()));
    const text = page.getByLabel("Text of the rules");
    await until(async () => (await text.inputValue()) === "alert low\n");
    await text.fill("alert low\nalert wrong");
    await until(async () => /line 2, column 7: there is no "wrong"/.test(await page.textContent(".detail")));
    assert.ok(await page.getByRole("button", { name: "Try on history" }).isDisabled());
    await text.fill("ignore app ssh\n");
    await until(async () => /These rules are right/.test(await page.textContent("#rules-fault")));
    await page.getByRole("button", { name: "Try on history" }).click();
    await page.waitForSelector(".trial");
    assert.match(await page.textContent(".trial"), /Tried on 12 findings.*10 findings would be silent now.*line 1/s);
    await page.keyboard.press("Escape");
    await until(async () => !/view=/.test(page.url()));
  });
}

/** Where people have to log in. */
async function testSession(page, mock) {
  await check("who has logged in is told, says the session's word, and can leave", async () => {
    mock.session = { role: "operator", name: "Ada", csrf: "c5f" };
    await page.reload();
    await page.waitForSelector(".who");
    assert.match(await page.textContent(".who"), /Ada \(operator\)/);
    await page.goto(`${page.url().split("#")[0]}#service=${encodeURIComponent(redis.id)}`);
    await page.getByRole("button", { name: /verify/i }).click();
    await until(() => mock.posts.some(({ headers }) => headers["x-csrf-token"] === "c5f"));
    mock.session = { role: "admin", name: null, csrf: null };
    await page.goto(page.url().split("#")[0] + "#");
    await page.reload();
    await page.waitForSelector("tbody tr");
    assert.equal(await page.locator(".who").count(), 0);
  });
}

/** Rows in sight, by their numbers. */
async function inSight(page) {
  return page.locator(".scroll").evaluate((box) => {
    const { top, bottom } = box.getBoundingClientRect();
    return [...box.querySelectorAll("[data-row]")]
      .filter((row) => row.getBoundingClientRect().top >= top && row.getBoundingClientRect().bottom <= bottom + 1)
      .map((row) => [Number(row.dataset.row), row.querySelector("a")?.textContent ?? ""]);
  });
}

const addressOf = (row) => `10.${row >> 16 & 255}.${row >> 8 & 255}.${row & 255}`;

async function testScrolling(page, mock) {
  const rows = 1_000_000;
  mock.many = rows;
  await page.reload();
  await page.waitForSelector("[data-row='0'] a");
  await check("of a million rows those in sight are in the page", async () => {
    assert.match(await page.textContent("#services-title"), /1,000,000/);
    assert.equal(await page.locator(".scroll table").getAttribute("aria-rowcount"), String(rows + 1));
    assert.ok((await page.locator("tbody tr").count()) < 100);
  });
  await check("the middle and the end are a jump away, and each row is its own", async () => {
    for (const part of [0.5, 0.123, 1]) {
      await page.locator(".scroll").evaluate((box, to) => { box.scrollTop = box.scrollHeight * to; }, part);
      await until(async () => {
        const seen = await inSight(page);
        return seen.length > 4 && seen.every(([row, text]) => text === addressOf(row)) &&
          Math.abs(seen[0][0] / rows - part) < 0.01;
      });
    }
    const seen = await inSight(page);
    assert.equal(seen[seen.length - 1][0], rows - 1);
    assert.deepEqual(seen.map(([row]) => row), seen.map((_, i) => seen[0][0] + i));
  });
  await check("the place survives a reload", async () => {
    await page.locator(".scroll").evaluate((box) => { box.scrollTop = box.scrollHeight * 0.3; });
    await until(() => /at=(29|30)\d{4}\b/.test(page.url()));
    const at = Number(new URL(page.url()).hash.match(/at=(\d+)/)[1]);
    await page.reload();
    await until(async () => {
      const seen = await inSight(page);
      return seen.length > 4 && Math.abs(seen[0][0] - at) <= 1 && seen[0][1] === addressOf(seen[0][0]);
    });
  });
  await check("keys go from row to row", async () => {
    await page.locator(".scroll").evaluate((box) => { box.scrollTop = 0; });
    await page.waitForSelector("[data-row='0'] a");
    await page.locator("[data-row='0'] a").focus();
    const focused = () => page.evaluate(() => Number(document.activeElement?.closest("[data-row]")?.dataset.row));
    for (const [key, to] of [["ArrowDown", 1], ["ArrowDown", 2], ["ArrowUp", 1], ["End", rows - 1], ["ArrowUp", rows - 2],
      ["Home", 0]]) {
      await page.keyboard.press(key);
      await until(async () => (await focused()) === to);
    }
    await page.keyboard.press("PageDown");
    await until(async () => (await focused()) > 3);
    const to = await focused();
    assert.ok((await inSight(page)).some(([row]) => row === to));
  });
  await check("news read again only what is in sight", async () => {
    const before = mock.requests.filter((r) => r.includes("/services?")).length;
    mock.push("event", { type: "event", number: 99, event: "new", ip: "10.1.1.1", proto: "tcp", port: 1 });
    await until(() => mock.requests.filter((r) => r.includes("/services?")).length > before);
    assert.ok(mock.requests.filter((r) => r.includes("/services?")).length <= before + 2);
  });
  mock.many = 0;
  await page.goto(page.url().split("#")[0] + "#");
  await page.reload();
  await page.waitForSelector("tbody tr a");
}

async function testTable(page, mock, origin) {
  await testScrolling(page, mock);
  await check("older alerts come in pages", async () => {
    const before = await page.locator(".alert").count();
    await page.getByRole("button", { name: "Older alerts" }).click();
    await until(async () => (await page.locator(".alert").count()) > before);
  });
  await check("the filter stands in the URL and survives a reload", async () => {
    await page.getByLabel("Application", { exact: true }).fill("redis");
    await page.getByLabel("Application", { exact: true }).press("Enter");
    await page.getByLabel("State").selectOption("open");
    await until(() => page.url().includes("app=redis&state=open"));
    const rows = async () => (await page.locator("tbody tr").allTextContents()).join("\n");
    await until(async () => { const t = await rows(); return t && !/ssh|candidate/.test(t); });
    const before = await rows();
    await page.reload();
    await page.waitForSelector("tbody tr");
    assert.equal(await rows(), before);
    assert.equal(await page.getByLabel("Application", { exact: true }).inputValue(), "redis");
    assert.equal(await page.getByLabel("State").inputValue(), "open");
    assert.equal(await page.getByRole("link", { name: "CSV" }).getAttribute("href"), "api/v1/services.csv?app=redis&state=open");
    await page.getByRole("button", { name: "Clear" }).click();
    await until(async () => (await page.locator("tbody tr").count()) > 20);
    assert.match(await rows(), /host-\d+ shop team/, "whose a service is");
  });
  await check("what flowd says of a wrong filter is shown", async () => {
    await page.goto(`${origin}#port=http`);
    await until(async () => /"http" is no port/.test(await page.textContent(".services")));
    await page.goto(`${origin}#`);
    await page.waitForSelector("tbody tr");
  });
}

async function testHosts(page, mock, origin) {
  const event = { type: "event", number: 500, event: "deceptive", ip: "10.77.0.99", proto: "tcp", port: 0 };
  await check("a host that answers everything appears when it is found, and its alert says so", async () => {
    await page.goto(`${origin}#`);
    await page.waitForSelector("tbody tr");
    assert.equal(await page.locator(".hosts").count(), 0);
    mock.hosts = [hostOf(), hostOf({ ip: "2001:db8:2::9", options: null, folded: 0, ports: 80, answers: 1 })];
    mock.push("event", event);
    await page.waitForSelector(".hosts li:nth-child(2)");
    const text = await page.textContent(".hosts");
    assert.match(text, /answer everything 2.*10\.77\.0\.99\/tcp: 1,987 ports in 2,000 answers, 64 of them taken/s);
    assert.match(text, /TTL 62, window 0, mss 1460,nop.*last met by 192\.0\.2\.7/s);
    assert.match(text, /2001:db8:2::9\/tcp: 80 ports in 1 answer .*no options/s);
    mock.push("alert", { ...alertOf(1002, redis, "low"), ...event, number: 1002, app: "unknown" });
    await page.waitForSelector('.alert:first-child a[href*="alert=1002"]');
    const alert = await page.textContent(".alert:first-child");
    assert.match(alert, /10\.77\.0\.99\/tcp.*answers on every port/s);
    assert.doesNotMatch(alert, /unknown|:0(?!\d)|on 10/);
  });
  await check("the filter by address is for hosts too; what is over goes", async () => {
    await page.goto(`${origin}#ip=10.77.0.99`);
    await until(async () => (await page.locator(".hosts li").count()) === 1);
    mock.hosts = [];
    await page.goto(`${origin}#`);
    await until(async () => !(await page.locator(".hosts").count()));
  });
}

async function testSweeps(page, mock, origin) {
  await check("a sweep says how far it is, and is paused by a button", async () => {
    mock.sweeps = [{ id: "17", state: "running", prefixes: ["192.0.2.0/28"], ports: "1-65535", rate_now: 980,
      percent: 41.5, seconds_left: 600, sent: 435000, found: 12, made: "2026-01-02T03:04:05.000000Z" }];
    await page.goto("about:blank");
    await page.goto(`${origin}#`);
    await page.waitForSelector(".sweeps progress");
    const text = await page.textContent(".sweeps");
    assert.match(text, /192\.0\.2\.0\/28, ports 1-65535 running.*41\.5 %, 980 packets a second, .* left/s);
    assert.match(text, /12 answers to 435,000 packets/);
    mock.push("sweep", { ...mock.sweeps[0], percent: 77.5 });
    await until(async () => /77\.5 %/.test(await page.textContent(".sweeps")));
    await page.click(".sweeps button:has-text('Pause')");
    await until(async () => mock.requests.includes("POST /api/v1/sweeps/17/pause"));
    mock.sweeps = [];
    await until(async () => !(await page.locator(".sweeps progress").count()));
  });
}

async function testDetail(page, mock, origin, shots) {
  await check("a service shows both halves side by side", async () => {
    await page.goto(`${origin}#service=${encodeURIComponent(redis.id)}`);
    await page.waitForSelector(".halves .probe");
    const [wire, probe] = await page.locator(".half").all();
    assert.match(await wire.textContent(), /What the wire said.*First seen.*Last seen.*Handshakes.*peers/s);
    assert.match(await wire.textContent(), /From.*CN 75%, unknown at most 25%.*192\.0\.2\.2 CN AS64496.*FR/s);
    assert.match(await wire.textContent(), /TLS name asked for.*www\.example, a\.example.*JA3S.*eb1d94/s);
    assert.match(await probe.textContent(), /What the probe saw.*SYN-ACK.*Redis 7\.0\.15.*Round trip.*TTL/s);
    const [a, b] = [await wire.boundingBox(), await probe.boundingBox()];
    assert.ok(Math.abs(a.y - b.y) < 2 && b.x >= a.x + a.width - 2, "not side by side");
    assert.match(await page.textContent(".history"), /was probed.*first seen/s);
    await page.screenshot({ path: `${shots}/detail.png` });
  });
  await check("\"verify now\" posts with the header, and the answer appears", async () => {
    await page.getByRole("button", { name: "Verify now" }).click();
    await until(() => mock.posts.length);
    const [post] = mock.posts;
    assert.equal(post.method, "POST");
    assert.equal(post.headers["x-flowd-request"], "1");
    assert.equal(post.id, redis.id);
    await until(async () => /Asked/.test(await page.textContent(".verify")));
    mock.push("event", { type: "event", number: 13, event: "verdict", ip: redis.ip, proto: "tcp", port: redis.port });
    await until(async () => /The probe is back/.test(await page.textContent(".verify")));
    assert.match(await page.locator(".half").nth(1).textContent(), /TTL57/);
  });
  await check("a verification that is refused says why", async () => {
    mock.fail.set(`/api/v1/services/${redis.id}/verify`, 429);
    await page.getByRole("button", { name: "Verify now" }).click();
    await until(async () => /Not asked: made to fail/.test(await page.textContent(".verify")));
    mock.fail.clear();
  });
  await check("an alert opens with its rule and proof, and leads to the service", async () => {
    await page.goto(`${origin}#`);
    await page.locator(".alert a").first().click();
    await until(() => page.url().includes("alert="));
    await page.waitForSelector(".detail .rule");
    assert.match(await page.textContent(".detail"), /Alert \d+.*line 198.*What the wire said.*What the probe saw/s);
    await page.screenshot({ path: `${shots}/alert.png` });
    await page.reload();
    await page.getByRole("link", { name: "This service now" }).click();
    await page.waitForSelector(".detail .history");
  });
  await check("an alert about the capture opens without a service", async () => {
    await page.goto(`${origin}#alert=999`);
    await page.waitForSelector(".detail .rule");
    const text = await page.textContent(".detail");
    assert.match(text, /Alert 999: Packets are dropped on eth0.*What the capture lacked.*Measured0\.42 %Threshold0\.10 %/s);
    assert.doesNotMatch(text, /undefined|What the probe saw|This service now/);
  });
  await check("what is not there is said", async () => {
    await page.goto(`${origin}#service=nothing`);
    await until(async () => /no such service/.test(await page.textContent(".detail")));
    await page.goto(`${origin}#alert=77777`);
    await until(async () => /There is no alert 77777/.test(await page.textContent(".detail")));
  });
}

export async function testOrdinary(shots) {
  const mock = new Mock(true);
  const origin = await mock.listen();
  const { page, sins, close } = await openBrowser(origin);
  await page.goto(origin);
  await testLive(page, mock);
  await testOverview(page, mock);
  await testTable(page, mock, origin);
  await testWork(page, mock);
  await testSession(page, mock);
  await testDetail(page, mock, origin, shots);
  await testHosts(page, mock, origin);
  await testSweeps(page, mock, origin);
  await testOrders(page, mock, origin);
  await testSaved(page, mock, origin);
  await check("nothing forbidden happened on an ordinary day", () => {
    // An answer of 4xx or 5xx, made on purpose above, is an error to the console.
    assert.deepEqual(sins.filter((s) => !/status of (400|404|429|503)|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION/.test(s)), []);
  });
  await close();
  mock.close();
}
