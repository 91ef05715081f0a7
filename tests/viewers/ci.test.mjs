// The files of docs/ci.md as YAML: what a platform would run is what the suite runs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { root } from "./lib.mjs";

const page = await readFile(join(root, "docs/ci.md"), "utf8");
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => parse(text, { strict: true, uniqueKeys: true }));
/** What tests/it/ci.rs finds in the page line by line. */
const lines = page.split("\n").map((line) => line.trim().replace(/^- /, "").replace(/^run: /, ""));

function runs(commands) {
  assert.ok(commands.length > 0);
  for (const command of commands) {
    assert.match(command, /^kpi /);
    assert.ok(lines.includes(command), `${command} stands on a line of its own`);
  }
}

test("the GitHub workflow", () => {
  const workflow = blocks.find((block) => block.jobs);
  for (const job of Object.values(workflow.jobs)) {
    assert.ok(job["runs-on"]);
    assert.equal(job.permissions["security-events"], "write", "or the SARIF cannot be uploaded");
    for (const step of job.steps) assert.ok(Boolean(step.run) !== Boolean(step.uses), JSON.stringify(step));
    runs(job.steps.filter((step) => step.run).map((step) => step.run));
    const written = job.steps.filter((step) => step.run).map((step) => step.run).join("\n");
    const file = job.steps.find((step) => step.with?.sarif_file).with.sarif_file;
    assert.ok(written.includes(`-o ${file}`), `${file} is written`);
  }
});

test("the GitLab file", () => {
  const job = blocks.find((block) => block.kpi?.script).kpi;
  runs(job.script);
  for (const file of Object.values(job.artifacts.reports)) {
    assert.ok(job.script.some((command) => command.endsWith(` ${file}`)), `${file} is written`);
  }
});

test("the hooks", async () => {
  const hooks = parse(await readFile(join(root, ".pre-commit-hooks.yaml"), "utf8"), { strict: true, uniqueKeys: true });
  const known = hooks.map((hook) => hook.id);
  for (const hook of hooks) assert.ok(hook.name && hook.entry.startsWith("kpi") && hook.language, JSON.stringify(hook));
  const used = blocks.find((block) => block.repos).repos.flatMap((repo) => repo.hooks.map((hook) => hook.id));
  assert.ok(used.length > 0);
  for (const id of used) assert.ok(known.includes(id), `${id} is a hook`);
});
