// SPDX-License-Identifier: Apache-2.0
// People log in, with a flowd on an address of its own: over TLS, with a token, as who they are.
import assert from "node:assert/strict";
import { faultsOf } from "./access.mjs";
import { openBrowser } from "./browser.mjs";
import { check, until } from "./check.mjs";

const atLogin = (page) => until(() => new URL(page.url()).pathname === "/login", 15000);

async function logIn(page, origin, token) {
  await page.goto(`${origin}login`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function testDoor(page, origin, token, shots) {
  await check("login: who is nobody is asked for a token; the page is for everybody", async () => {
    await page.goto(`${origin}#view=events`);
    await atLogin(page);
    assert.ok(await page.evaluate(() => document.activeElement.id === "token"));
    await page.screenshot({ path: `${shots}/login.png` });
    const found = await faultsOf(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: `${shots}/login-dark.png` });
    assert.deepEqual([...found, ...(await faultsOf(page, ["color-contrast"]))], []);
    await page.emulateMedia({ colorScheme: "light" });
  });
  await check("login: a wrong token is told, the right one opens the page", async () => {
    await logIn(page, origin, "flowd_wrong");
    await page.getByText("This token is not known").waitFor();
    await logIn(page, origin, token);
    await page.waitForSelector('[data-live="connected"]');
    assert.match(await page.textContent(".who"), /first \(admin\)/);
    const cookies = await page.context().cookies();
    assert.ok(cookies.length && cookies.every(({ httpOnly, secure, sameSite }) => httpOnly && secure && sameSite === "Strict"),
      JSON.stringify(cookies.map(({ value, ...rest }) => rest)));
  });
}

/** A token that the admin makes on the page. */
async function makeToken(page, origin, role) {
  await page.goto(`${origin}#view=tokens`);
  await page.getByText("Make a token").click();
  await page.getByLabel("Name").fill(`a ${role}`);
  await page.getByLabel("Role").selectOption(role);
  await page.getByRole("button", { name: "Make", exact: true }).click();
  const token = await page.locator(".fresh-token code").textContent();
  await page.locator(".listing tbody tr", { hasText: `a ${role}` }).waitFor({ timeout: 30000 });
  await page.getByRole("button", { name: "Hide it" }).click();
  return token;
}

async function testRoles(page, origin, admin) {
  let viewer;
  await check("login: an admin makes a token for a viewer and leaves", async () => {
    viewer = await makeToken(page, origin, "viewer");
    await page.getByRole("button", { name: "Log out" }).click();
    await atLogin(page);
    await page.goto(origin);
    await atLogin(page);
  });
  await check("login: a viewer sees services and nothing to order with", async () => {
    await logIn(page, origin, viewer);
    await page.waitForSelector(".services tbody tr a");
    assert.match(await page.textContent(".who"), /a viewer \(viewer\)/);
    assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Tokens" }).count(), 0);
    await page.goto(`${origin}#view=tokens`);
    await page.getByText("Only an admin may see this").waitFor();
    await page.goto(`${origin}#`);
    await page.locator(".services tbody tr a").first().click();
    await page.waitForSelector(".halves");
    assert.equal(await page.locator(".order, .verify button, .expected form, .triage form").count(), 0);
    const answer = await page.evaluate(async () => (await fetch("api/v1/tokens")).status);
    assert.equal(answer, 403);
  });
  await check("login: who is revoked is out at the next step", async () => {
    const other = await openBrowser(origin, { ignoreHTTPSErrors: true });
    await logIn(other.page, origin, admin);
    await other.page.waitForSelector('[data-live="connected"]');
    await other.page.goto(`${origin}#view=tokens`);
    const row = other.page.locator(".listing tbody tr", { hasText: "a viewer" });
    await row.getByRole("button", { name: /^Revoke/ }).click();
    await row.getByRole("button", { name: /^Really revoke/ }).click();
    await until(async () => !(await row.count()), 15000);
    await other.close();
    await page.goto(`${origin}#view=audit`);
    await atLogin(page);
  });
}

export async function testLogin(url, token, shots) {
  const origin = new URL("/", url).href;
  const { page, sins, close } = await openBrowser(origin, { ignoreHTTPSErrors: true });
  await testDoor(page, origin, token, shots);
  await testRoles(page, origin, token);
  await check("login: nothing forbidden happened", () => // what is refused on purpose is answered with 401 or 403
    assert.deepEqual(sins.filter((s) => !/status of 40[13]/.test(s)), []));
  await close();
}
