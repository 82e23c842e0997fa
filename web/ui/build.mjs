// SPDX-License-Identifier: Apache-2.0
// Bundles the page into dist/: index.html, app.js, app.css and the licences of what is inside.
// "node build.mjs [FOLDER]" puts them elsewhere, "node build.mjs --watch" builds again at every change.
import { build, context } from "esbuild";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const watch = process.argv[2] === "--watch";
const out = resolve(here, (!watch && process.argv[2]) || "dist");
const options = {
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome109", "firefox102", "safari15"],
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
};

/** The licences of the libraries in the bundle, which ask to travel with it. */
async function licences() {
  const { dependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const texts = Object.entries(dependencies).map(async ([name, version]) => {
    const text = await readFile(join(here, "node_modules", name, "LICENSE"), "utf8");
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(72)}\n\n`);
}

await mkdir(out, { recursive: true });
await copyFile(join(here, "src/index.html"), join(out, "index.html"));
await writeFile(join(out, "licences.txt"), await licences());
if (watch) {
  await (await context(options)).watch();
} else {
  await build(options);
}
