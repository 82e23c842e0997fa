// SPDX-License-Identifier: Apache-2.0
// The editor of rules: all that is wrong or odd at its line, what is written is not lost, the file is
// loaded anew.
import assert from "node:assert/strict";
import { check, until } from "./check.mjs";
import { hostile } from "./data.mjs";
import { isHarmless } from "./hostile.mjs";
import { openOffice } from "./office.mjs";

const text = (page) => page.getByLabel("Text of the rules");
const says = (page, pattern) => until(async () => pattern.test(await page.textContent(".detail")));

async function testFaults(page, mock) {
  await check("all faults and warnings stand with line and column, and lead there", async () => {
    mock.faults = [{ detail: 'there is no "wrong"', line: 2, column: 7 }, { detail: "what follows is missing", line: 40, column: 3 },
      { detail: "no such file", line: 3, column: 9, file: "more.rules" }];
    await text(page).fill(`alert low\nalert wrong\n${"# filler\n".repeat(37)}alert`);
    await says(page, /3 faults\./);
    assert.deepEqual(await page.locator(".faults.wrong li").allTextContents(), [
      'line 2, column 7: there is no "wrong"', "line 40, column 3: what follows is missing", "more.rules, line 3, column 9: no such file"]);
    await page.getByRole("button", { name: "line 2, column 7" }).click();
    await until(async () => (await page.locator(".numbers .wrong").allTextContents()).join() === "2");
    await page.getByRole("button", { name: "line 40, column 3" }).click();
    const [at, line] = await text(page).evaluate((box) => [box.selectionStart, box.value.slice(0, box.selectionStart).split("\n").length]);
    assert.deepEqual([line, await text(page).evaluate((box, n) => box.value.slice(n), at)], [40, "ert"]);
    await until(async () => (await page.locator(".numbers .wrong").allTextContents()).join() === "40");
    assert.ok(await page.getByRole("button", { name: "Try on history" }).isDisabled());
    assert.equal(await text(page).getAttribute("aria-invalid"), "true");
  });
  await check("warnings do not keep rules from being tried", async () => {
    await text(page).fill("alert low\nodd");
    await says(page, /These rules are right, 1 warning\./);
    assert.deepEqual(await page.locator(".faults.warned li").allTextContents(), ["line 2, column 1: never decides: line 1 decides before it"]);
    assert.deepEqual(await page.locator(".numbers .warned").allTextContents(), ["2"]);
    await page.getByRole("button", { name: "Try on history" }).click();
    await page.waitForSelector(".trial");
  });
  await check("the numbers are those of the lines, however long the text is", async () => {
    await text(page).evaluate((box) => {
      box.value = Array.from({ length: 5000 }, (_, i) => `# ${i + 1}`).join("\n");
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.scrollTop = 3000 * 20;
    });
    await until(async () => (await page.locator(".numbers li").first().textContent()) === "3001");
    assert.ok((await page.locator(".numbers li").count()) < 60);
    const [a, b] = await page.evaluate(() => [document.querySelector(".numbers li").getBoundingClientRect().top,
      document.querySelector(".editor textarea").getBoundingClientRect().top]);
    assert.ok(Math.abs(a - b - 8) < 1.5, `line 3001 is ${a - b} px below the top`);
  });
}

async function testDraft(page, mock, origin) {
  await check("what is being written survives a reload and other views, until it is thrown away", async () => {
    await text(page).fill("ignore app ssh # mine");
    await page.reload();
    await until(async () => (await text(page).inputValue()) === "ignore app ssh # mine");
    await page.goto(`${origin}#view=events`);
    await page.goto(`${origin}#view=rules`);
    await until(async () => (await text(page).inputValue()) === "ignore app ssh # mine");
    await page.getByRole("button", { name: "Back to what holds" }).click();
    await until(async () => (await text(page).inputValue()) === "alert low\n");
    await says(page, /As in the file\./);
    await page.reload();
    await until(async () => (await text(page).inputValue()) === "alert low\n");
  });
  await check("the file is loaded anew, and what keeps flowd from it is said", async () => {
    await page.getByRole("button", { name: "Load the file anew" }).click();
    await says(page, /flowd judges by the file as it is now/);
    await until(async () => (await text(page).inputValue()) === "alert high\n");
    mock.fail.set("/api/v1/rules/reload", 422);
    await page.getByRole("button", { name: "Load the file anew" }).click();
    await says(page, /Not loaded, the rules of before hold: made to fail/);
    mock.fail.clear();
  });
  await check("hostile faults and warnings are text", async () => {
    mock.faults = hostile.map((detail, i) => ({ detail, line: i % 2, column: 1, file: i % 3 ? detail : undefined }));
    mock.oddities = mock.faults;
    await text(page).fill("wrong");
    await page.waitForSelector(".faults.wrong li:nth-child(8)");
    await isHarmless(page);
    await text(page).fill("odd");
    await page.waitForSelector(".faults.warned li:nth-child(8)");
    await isHarmless(page);
  });
}

export async function testRules() {
  const { page, sins, mock, origin, end } = await openOffice();
  await page.goto(`${origin}#view=rules`);
  await until(async () => (await text(page).inputValue()) === "alert low\n");
  await testFaults(page, mock);
  await testDraft(page, mock, origin);
  await check("nothing forbidden happened to rules", () => assert.deepEqual(sins.filter((s) => !/status of (400|422)/.test(s)), []));
  await end();
}
