// SPDX-License-Identifier: Apache-2.0
// axe-core finds nothing serious in any view, light, dark and on a telephone; the keys, the order of the
// focus, the way past the header.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check, until } from "./check.mjs";
import { services } from "./data.mjs";
import { openOffice, views } from "./office.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const open = services.find((s) => s.app === "redis" && s.state === "open");

/** What is serious, with the elements it is about. */
export async function faultsOf(page, rules) {
  if (!(await page.evaluate("Boolean(window.axe)"))) await page.evaluate(`${axe};0`);
  const found = await page.evaluate((only) => window.axe.run(document, {
    resultTypes: ["violations"], ...(only && { runOnly: { type: "rule", values: only } }),
  }), rules);
  for (const rule of rules ? ["color-contrast"] : ["color-contrast", "button-name"])
    assert.ok(found.passes.some(({ id }) => id === rule), `axe has not looked: ${rule}`);
  return found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, any }) => `${html.slice(0, 140)} ${any[0]?.message ?? ""}`).join(" | ")}`);
}

/** Everything that can be looked at: what the URL says, and what to do there. */
const places = [
  ["", async (page) => { await page.waitForSelector("tbody tr a"); await page.getByText("Sweep a network").click(); }],
  ["group=host", async (page) => page.locator(".alert-group summary").first().click()],
  [`service=${encodeURIComponent(open.id)}`, (page) => page.waitForSelector(".halves .probe")],
  ["alert=110", (page) => page.waitForSelector(".detail .rule")],
  ["alert=119", (page) => page.waitForSelector(".detail .rule")],
  ["view=nothing", (page) => page.waitForSelector(".detail .empty")],
  ["view=receivers&of=chat", (page) => page.waitForSelector(".sub .listing tbody tr")],
  ...Object.entries(views).map(([name, [, , pattern]]) => [`view=${name}`, async (page) => {
    await until(async () => pattern.test(await page.textContent(".detail")));
    await page.evaluate(() => document.querySelectorAll(".detail details").forEach((one) => { one.open = true; }));
  }]),
  ["view=rules&at=1", async (page) => {
    await page.getByLabel("Text of the rules").fill("odd\nwrong");
    await page.waitForSelector(".faults.wrong");
    await page.getByLabel("Text of the rules").fill("odd");
    await page.waitForSelector(".faults.warned");
    await page.getByRole("button", { name: "Try on history" }).click();
    await page.waitForSelector(".trial");
  }],
  ["help=1", async (page) => { await page.getByRole("button", { name: "Keys" }).click(); await page.waitForSelector("dialog[open]"); }],
];

/** Looks at each place; `look` says what is wrong there. */
async function visit(name, options, look) {
  const { page, sins, origin, mock, end } = await openOffice(options);
  await until(() => mock.streams.size);
  for (let i = 0; i < 240; i++) mock.health();
  for (const list of Object.values(mock.office)) if (Array.isArray(list)) list.splice(10); // a long list is looked at for long
  mock.alerts = mock.alerts.slice(0, 12);
  for (const [hash, act] of places) await check(`${name} at #${hash}`, async () => {
    await page.goto("about:blank");
    await page.goto(`${origin}#${hash}`);
    await page.waitForSelector('[data-live="connected"]');
    await act(page);
    await look(page, hash.replace(/\W+/g, "_").slice(0, 40) || "home");
    const { scrollWidth, innerWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, innerWidth }));
    const { width } = page.viewportSize(); // a telephone makes room where there is none
    assert.ok(Math.max(scrollWidth, innerWidth) <= width, `the page scrolls sideways: ${scrollWidth}, ${innerWidth}`);
  });
  await check(`${name}: nothing forbidden happened`, () => // rules that are wrong are an answer of 400
    assert.deepEqual(sins.filter((s) => !/status of 400/.test(s)), []));
  await end();
}

const visitWide = (shots) => visit("nothing serious, light and dark", {}, async (page, name) => {
  await page.screenshot({ path: `${shots}/light-${name}.png` });
  const found = await faultsOf(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: `${shots}/dark-${name}.png` });
  found.push(...await faultsOf(page, ["color-contrast", "link-in-text-block"]));
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(found, []);
});

const narrowToo = /home|service|baseline|at_1|help/; // of a telephone's views those that axe looks at, too

const visitNarrow = (shots) => {
  const options = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
  return visit("a telephone has room for it", options, async (page, name) => {
    await page.screenshot({ path: `${shots}/phone-${name}.png`, fullPage: true });
    if (narrowToo.test(name)) assert.deepEqual(await faultsOf(page), []);
  });
};

async function testFinds() {
  const { page, end } = await openOffice();
  await check("axe finds what is wrong when something is", async () => {
    await page.evaluate(() => document.querySelector("header").append(document.createElement("button")));
    assert.match((await faultsOf(page)).join(), /button-name/);
  });
  await end();
}

const focused = (page, selector) => until(() => page.evaluate((s) => document.activeElement?.matches(s), selector));

async function testKeys() {
  const { page, origin, end } = await openOffice();
  await check("the first Tab leads past the header", async () => {
    await page.goto("about:blank");
    await page.goto(`${origin}#port=22`);
    await page.waitForSelector("tbody tr a");
    await page.keyboard.press("Tab");
    await focused(page, ".skip");
    assert.ok(await page.locator(".skip").evaluate((e) => e.getBoundingClientRect().top >= 0), "it is not seen");
    await page.keyboard.press("Enter");
    await focused(page, ".work");
    assert.ok(page.url().endsWith("#port=22"));
    await page.keyboard.press("Tab");
    await focused(page, ".work .overview a");
  });
  await check("the focus goes through the page in the order it is read", async () => {
    await page.goto(`${origin}#`);
    await page.waitForSelector("tbody tr a");
    await page.evaluate(() => { document.activeElement.blur(); });
    const seen = [];
    const parts = ["header", "nav", ".alerts", ".overview", ".sweeps", ".services"];
    for (let i = 0; i < 200 && seen[seen.length - 1] !== ".services"; i++) {
      await page.keyboard.press("Tab");
      const part = await page.evaluate((all) => all.filter((s) => document.activeElement.closest(s)).pop(), parts);
      if (part && part !== seen[seen.length - 1]) seen.push(part);
    }
    assert.deepEqual(seen, parts);
  });
  await check("? tells the keys, Escape closes it and the focus is back where it was", async () => {
    await page.goto(`${origin}#view=events`);
    await page.waitForSelector(".listing tbody tr");
    await page.locator(".search input").focus();
    await page.keyboard.type("?");
    assert.equal(await page.locator("dialog").count(), 0, "it is typed, not asked");
    await page.locator(".search input").fill("");
    await page.locator(".detail a.button").focus();
    await page.keyboard.press("?");
    await page.waitForSelector("dialog[open]");
    assert.match(await page.textContent("dialog"), /This help.*Services.*Rules.*Events.*Back to services/s);
    await page.keyboard.press("r");
    assert.ok(page.url().includes("view=events"), "keys act under the help");
    await page.keyboard.press("Escape");
    await until(async () => !(await page.locator("dialog").count()));
    await focused(page, ".detail a.button");
    assert.ok(page.url().includes("view=events"), "Escape left the view, too");
  });
  await check("each key leads where it says; in a field it is a letter", async () => {
    for (const [key, url] of [["r", "view=rules"], ["e", "view=events"], ["x", "view=baseline"], ["w", "view=sweeps"],
      ["c", "view=receivers"], ["h", "view=sensor"], ["s", ""]]) {
      await page.keyboard.press(key);
      await until(() => (new URL(page.url()).hash.slice(1)) === url);
      if (url) await focused(page, "#detail-title");
    }
    await page.waitForSelector('input[name="filter"]');
    await page.keyboard.press("/");
    await focused(page, 'input[name="filter"]');
    await page.keyboard.type("re");
    assert.equal(await page.locator('input[name="filter"]').inputValue(), "re");
    await page.locator('input[name="filter"]').fill("");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("a");
    await focused(page, ".alert:first-child a");
    await page.keyboard.press("Control+r").catch(() => undefined);
    assert.ok(!page.url().includes("view=rules"));
    await page.waitForSelector("tbody tr a");
  });
  await check("keys can be switched off, and stay so", async () => {
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByLabel("Single keys do something").click();
    await page.getByRole("button", { name: "Close" }).click();
    await page.reload();
    await page.waitForSelector("tbody tr a");
    await page.keyboard.press("e");
    await page.keyboard.press("?");
    await new Promise((done) => setTimeout(done, 200));
    assert.ok(!page.url().includes("view="));
    assert.equal(await page.locator("dialog").count(), 0);
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByLabel("Single keys do something").click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await until(() => page.url().includes("view=events"));
  });
  await end();
}

async function testMenu() {
  const { page, origin, end } = await openOffice({ viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true });
  await check("a telephone has the views behind a button", async () => {
    await page.goto(`${origin}#`);
    const menu = page.getByRole("button", { name: /^Views: Services/ });
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
    assert.equal(await page.getByRole("link", { name: "Assets" }).isVisible(), false);
    await menu.tap();
    await until(async () => (await menu.getAttribute("aria-expanded")) === "true");
    await page.getByRole("link", { name: "Assets" }).tap();
    await until(() => page.url().includes("view=assets"));
    await until(async () => !(await page.getByRole("link", { name: "Assets" }).isVisible()));
    assert.match(await page.locator("nav .menu").textContent(), /Assets/);
    const small = await page.locator(".detail button, nav .menu").evaluateAll((all) =>
      all.filter((e) => e.offsetParent && !e.classList.contains("unseen") && e.getBoundingClientRect().height < 30).length);
    assert.equal(small, 0, "buttons too small for a finger");
  });
  await end();
}

export async function testAccess(shots) {
  await testKeys();
  await testMenu();
  await testFinds();
  await visitWide(shots);
  await visitNarrow(shots);
}
