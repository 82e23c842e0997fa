// SPDX-License-Identifier: Apache-2.0
// The description of the API as a public linter of OpenAPI reads it: usage: openapi.mjs FILE
import core from "@redocly/openapi-core";

// A form that was sent is answered by another page (303), which this rule does not count.
const forms = /^#\/paths\/~1(login|logout)\//;

async function lint(ref) {
	const config = await core.createConfig({ extends: ["recommended"] });
	return core.lint({ ref, config });
}

// It has to find what is wrong, else its silence means nothing.
async function checkLinter(file) {
	const { readFileSync, writeFileSync, mkdtempSync, rmSync } = await import("node:fs");
	const folder = mkdtempSync("/tmp/flowd-openapi-");
	const doc = JSON.parse(readFileSync(file, "utf8"));
	delete doc.info.title;
	doc.paths["/api/v1/services"].get.parameters[0].in = "nowhere";
	writeFileSync(folder + "/wrong.json", JSON.stringify(doc));
	const found = await lint(folder + "/wrong.json");
	rmSync(folder, { recursive: true });
	return found.filter((p) => p.severity === "error").length;
}

const file = process.argv[2];
const problems = (await lint(file)).filter(
	(p) => !(p.ruleId === "operation-2xx-response" && forms.test(p.location[0].pointer)));
for (const p of problems)
	console.log(`${p.severity} ${p.ruleId}: ${p.message} at ${p.location[0]?.pointer}`);
const finds = await checkLinter(file);
if (finds < 2)
	console.log(`of two mistakes the linter finds ${finds}`);
const failed = problems.length + (finds < 2);
console.log(`${failed ? 0 : 2} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
