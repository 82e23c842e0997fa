// SPDX-License-Identifier: Apache-2.0
// A fresh Chromium that notes whatever a page must not do.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-domain-reliability", "--disable-client-side-phishing-detection", "--disable-dev-shm-usage",
];

/** Opens a browser; `sins` collects what happens that must not. */
export async function openBrowser(origin, options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "flowd-ui-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true, args, viewport: { width: 1440, height: 900 }, timezoneId: "UTC", ...options,
  });
  context.setDefaultTimeout(30000);
  const sins = [];
  await context.exposeBinding("tellViolation", (_, text) => { sins.push(`CSP: ${text}`); });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (e) =>
      window.tellViolation(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
  });
  const page = context.pages()[0] ?? await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) sins.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => sins.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { sins.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  page.on("popup", (popup) => sins.push(`popup: ${popup.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:,")) sins.push(`request: ${url.slice(0, 200)}`);
  });
  page.on("framenavigated", (frame) => {
    if (!frame.url().startsWith(origin) && frame.url() !== "about:blank")
      sins.push(`navigation: ${frame.url().slice(0, 200)}`);
  });
  return {
    page, sins,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
