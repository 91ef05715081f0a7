// Mermaid, DOT and Markdown as the programs read them that they are written for.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { browse, examples, folder, hostile, kpi, run } from "./lib.mjs";

const designs = [...examples, hostile];

test("Mermaid draws what is written for it, and its labels stay text", async () => {
  const page = await (await browse()).newPage();
  const wrong = [];
  page.on("dialog", (dialog) => {
    wrong.push(dialog.message());
    return dialog.dismiss();
  });
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js") });
  for (const design of designs) {
    for (const view of ["fishbone", "lineage"]) {
      const source = await kpi("graph", design, "--view", view, "--format", "mermaid");
      const found = await page.evaluate(async (source) => {
        window.mermaid.initialize({ startOnLoad: false, securityLevel: "loose" });
        const { svg } = await window.mermaid.render("picture", source);
        const holder = document.createElement("div");
        holder.innerHTML = svg;
        document.body.append(holder);
        const inside = { scripts: holder.querySelectorAll("script, img, iframe").length, text: holder.textContent };
        holder.remove();
        return inside;
      }, source);
      assert.equal(found.scripts, 0, `${basename(design)} ${view}`);
      if (design === hostile) assert.match(found.text, /<\/script><img src=x/);
    }
  }
  assert.deepEqual(wrong, []);
});

test("Graphviz draws what is written for it", async (t) => {
  const out = await folder(t);
  for (const design of designs) {
    for (const view of ["fishbone", "lineage"]) {
      const [dot, svg] = [join(out, "picture.dot"), join(out, "picture.svg")];
      await kpi("graph", design, "--view", view, "-o", dot);
      const { stderr } = await run("dot", ["-Tsvg", "-o", svg, dot]);
      assert.equal(stderr, "", `${basename(design)} ${view}`);
      const drawn = await readFile(svg, "utf8");
      if (design === hostile) assert.match(drawn, /&lt;\/script&gt;&lt;img src=x/);
    }
  }
});

test("Markdown renders, and its labels stay text", async (t) => {
  const out = await folder(t);
  for (const design of designs) {
    const file = join(out, "summary.md");
    await kpi("report", design, "-o", file);
    const markdown = await readFile(file, "utf8");
    assert.ok(Buffer.byteLength(markdown) < 60_000);
    const html = new MarkdownIt({ html: true }).render(markdown);
    assert.match(html, /<table>/);
    assert.doesNotMatch(html, /<(script|img|a|iframe|b|i)\b/);
    if (design === hostile) assert.match(html, /&lt;\/script&gt;/);
  }
});
