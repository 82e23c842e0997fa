// SPDX-License-Identifier: Apache-2.0
// What leaves a flowd that runs: alerts to a receiver that refuses at first, a service to a tool.
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { check, until } from "./check.mjs";

const detail = (page) => page.textContent(".detail");
const says = (page, pattern) => until(async () => (await page.locator(".detail").count()) && pattern.test(await detail(page)));

async function testReceiver(page, origin, hook) {
  const seen = () => readFileSync(`${hook}/seen`, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  await check("flowd: what a receiver refused is listed with its reason, sent once more, and taken", async () => {
    await page.goto(`${origin}#view=receivers`);
    await says(page, /chat.*webhook/s);
    await page.getByRole("link", { name: /dead letters of chat/ }).click();
    const letter = page.locator(".sub .listing tbody tr").last(); // the first that was refused
    await letter.waitFor();
    assert.match(await letter.textContent(), /422/);
    const number = Number(await letter.locator("a").textContent());
    writeFileSync(`${hook}/mode.new`, "");
    renameSync(`${hook}/mode.new`, `${hook}/mode`);
    const before = seen().length;
    await page.getByRole("button", { name: `Send once more alert ${number}`, exact: true }).click();
    await until(() => seen().slice(before).some(({ body }) => new RegExp(`"number":\\s*${number}\\b`).test(body)));
    await until(async () => !(await page.getByRole("button", { name: `Send once more alert ${number}`, exact: true }).count()));
    await page.reload();
    await says(page, /takes alerts/);
    await until(async () => Number((await page.locator(".listing tbody tr").first().locator("td").nth(3).textContent()).replace(/\D/g, "")) > 0);
  });
}

async function testTool(page, origin) {
  await check("flowd: a service is handed to a tool; what it said is text, at the service and in the list", async () => {
    const { id, ip } = await page.evaluate(async () => (await (await fetch("api/v1/services?port=6379")).json()).services[0]);
    await page.goto(`${origin}#service=${encodeURIComponent(id)}`);
    await page.getByRole("button", { name: "To what it is told" }).click();
    await page.waitForSelector("[data-run='finished']");
    await page.getByRole("button", { name: /Show what it said/ }).click();
    await page.waitForSelector(".runs pre");
    assert.equal((await page.textContent(".runs pre")).trim(), `<i>${ip}</i> 6379`);
    assert.equal(await page.locator(".runs pre i").count(), 0);
    await page.goto(`${origin}#view=runs`);
    await says(page, /6379.*say.*finished/s);
    await page.goto(`${origin}#`);
  });
}

export async function testReceivers(page, origin) {
  await testReceiver(page, origin, process.env.FLOWD_HOOK);
  await testTool(page, origin);
}
