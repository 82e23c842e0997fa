// SPDX-License-Identifier: Apache-2.0
// For every reader: keyboard alone, names for those who listen, light and dark, a telephone.
import assert from "node:assert/strict";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";
import { alertOf, services } from "./data.mjs";
import { Mock } from "./mock.mjs";

const redis = services.find((s) => s.app === "redis" && s.state === "open");

async function open(options, friendly = false) {
  const mock = new Mock(friendly);
  const origin = await mock.listen();
  const browser = await openBrowser(origin, options);
  await browser.page.goto(origin);
  await browser.page.waitForSelector('[data-live="connected"]');
  await until(() => mock.streams.size);
  for (let i = 0; i < 280; i++) mock.health();
  const end = async () => { await browser.close(); mock.close(); };
  return { ...browser, mock, origin, end };
}

/** Presses Tab until `selector` has the focus. */
async function tabTo(page, selector, most = 120) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
  }
  assert.fail(`Tab does not reach ${selector}`);
}

export async function testKeyboard() {
  const { page, end } = await open({ viewport: { width: 1440, height: 900 } });
  await check("keyboard alone: filter, open, verify, back", async () => {
    await page.waitForSelector("tbody tr");
    await tabTo(page, 'input[name="app"]');
    await page.keyboard.type("redis");
    await page.keyboard.press("Enter");
    await until(async () => (await page.locator("tbody tr").count()) < 50);
    await tabTo(page, "tbody a");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".halves");
    await until(() => page.evaluate(() => document.activeElement.id === "detail-title"));
    await tabTo(page, ".verify button", 3);
    await page.keyboard.press("Escape");
    await page.waitForSelector("tbody tr");
    await until(() => page.evaluate(() => document.activeElement.matches("tbody a")));
  });
  await check("everything that can be pressed has a name", async () => {
    await page.goto(page.url().replace(/#.*/, `#service=${redis.id}`));
    await page.waitForSelector(".halves");
    const nameless = await page.evaluate(() => [...document.querySelectorAll("a, button, input, select, summary")]
      .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
      .map((e) => e.outerHTML.slice(0, 100)));
    assert.deepEqual(nameless, []);
    assert.equal(await page.locator("h1").count(), 1);
  });
  await end();
}

/** Contrast (WCAG 2) of every text that shows, against the nearest ground that is painted. */
function poorContrasts() {
  const parse = (c) => { const v = c.match(/[\d.]+/g).map(Number); return [v[0], v[1], v[2], v[3] ?? 1]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    const layers = [];
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reverse().reduce((under, c) => c.map((v, i) => (i < 3 ? v * c[3] + under[i] * (1 - c[3]) : 1)), [255, 255, 255, 1]);
  };
  const poor = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest(".unseen, :disabled, noscript")) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.add(`${ratio.toFixed(2)} ${e.className || e.tagName}: ${node.data.slice(0, 30)}`);
  }
  return [...poor];
}

async function testScheme(colorScheme, shots) {
  const { page, sins, mock, origin, end } = await open({ colorScheme, viewport: { width: 1440, height: 900 } }, true);
  await check(`${colorScheme}: drawn, with enough contrast`, async () => {
    mock.push("alert", alertOf(1000, redis, "critical", { time: new Date().toISOString() }));
    await page.waitForSelector('a[href*="alert=1000"]');
    await page.screenshot({ path: `${shots}/${colorScheme}.png` });
    const poor = await page.evaluate(poorContrasts);
    await page.goto(`${origin}#service=0-10.77.0.2-tcp-443`);
    await page.waitForSelector(".halves");
    await page.screenshot({ path: `${shots}/${colorScheme}-detail.png` });
    assert.deepEqual([...poor, ...(await page.evaluate(poorContrasts))], []);
    assert.deepEqual(sins, []);
  });
  await end();
}

async function testPhone(shots) {
  const { page, sins, mock, origin, end } = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const fits = () => page.evaluate("document.documentElement.scrollWidth <= 390 && innerWidth <= 390");
  await check("a telephone's width is enough", async () => {
    mock.push("alert", alertOf(1000, redis, "critical", { time: new Date().toISOString() }));
    await page.waitForSelector('a[href*="alert=1000"]');
    await page.waitForSelector("tbody tr");
    assert.ok(await fits(), "the page scrolls sideways");
    await page.screenshot({ path: `${shots}/phone.png` });
    await page.screenshot({ path: `${shots}/phone-whole.png`, clip: { x: 0, y: 0, width: 390, height: 1700 }, fullPage: true });
    for (const id of ["0-10.77.0.2-tcp-443", services[1].id]) {
      await page.goto(`${origin}#service=${encodeURIComponent(id)}`);
      await page.waitForSelector(".halves");
      assert.ok(await fits(), `the detail of ${id} scrolls sideways`);
    }
    await page.goto(`${origin}#service=0-10.77.0.2-tcp-443`);
    await until(async () => /Certificate/.test(await page.textContent(".detail")));
    await page.screenshot({ path: `${shots}/phone-detail.png`, fullPage: true });
    await page.goto(`${origin}#alert=118`);
    await page.waitForSelector(".detail .rule");
    assert.ok(await fits(), "an alert scrolls sideways");
    assert.deepEqual(sins, []);
  });
  await end();
}

export async function testLooks(shots) {
  await testScheme("light", shots);
  await testScheme("dark", shots);
  await testPhone(shots);
}
