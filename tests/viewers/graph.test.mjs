// The fishbone and the lineage in Chromium and in librsvg.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { large } from "./designs.mjs";
import { difference } from "./images.mjs";
import { browse, examples, folder, hostile, inkOfTexts, kpi, open, overlaps, run } from "./lib.mjs";

/** Wide Latin with one Chinese font, and narrow Latin with another. */
const stacks = ["'DejaVu Sans', 'WenQuanYi Zen Hei'", "'Liberation Sans', 'Noto Sans CJK SC'"];

async function setFonts(page, families) {
  await page.evaluate((families) => {
    const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
    style.textContent = `text { font-family: ${families} !important }`;
    document.documentElement.append(style);
  }, families);
}

test("no glyph lies on another, in two font stacks", async (t) => {
  const out = await folder(t);
  const context = await browse();
  const designs = [...examples, hostile, await large(join(out, "large"))];
  for (const design of designs) {
    for (const lang of ["en", "zh"]) {
      for (const how of ["--density=full", "--density=compact", "--density=mini", "--view=lineage"]) {
        const file = join(out, "picture.svg");
        await kpi("graph", design, "--lang", lang, how, "-o", file);
        const { page, wrong } = await open(context, file);
        for (const families of [null, ...stacks]) {
          if (families) await setFonts(page, families);
          const boxes = await page.evaluate(inkOfTexts);
          assert.ok(boxes.length > 10, `${boxes.length} texts`);
          const found = overlaps(boxes).map(([a, b]) => `${a.text} / ${b.text}`);
          assert.deepEqual(found, [], `${basename(design)} ${lang} ${how} ${families}`);
        }
        assert.deepEqual(wrong, []);
        await page.close();
      }
    }
  }
});

test("librsvg draws what Chromium draws", async (t) => {
  const out = await folder(t);
  const context = await browse();
  const pictures = [];
  for (const design of [...examples, hostile]) {
    for (const view of ["fishbone", "lineage"]) {
      const [svg, png] = [join(out, "picture.svg"), join(out, "picture.png")];
      await kpi("graph", design, "--view", view, "--theme", "light", "-o", svg);
      await run("rsvg-convert", ["--output", png, svg]);
      const drawn = await readFile(png);
      const { page, wrong } = await open(context, svg);
      const [width, height] = [drawn.readUInt32BE(16), drawn.readUInt32BE(20)];
      await page.setViewportSize({ width, height });
      const shown = await page.screenshot();
      const far = difference(drawn, shown);
      assert.ok(far < 0.01, `${basename(design)} ${view}: ${(far * 100).toFixed(2)} % of the picture differs`);
      assert.deepEqual(wrong, []);
      pictures.push({ drawn, width, height });
      await page.close();
    }
  }
  // What compares is able to tell pictures apart.
  for (const [i, a] of pictures.entries()) {
    for (const b of pictures.slice(i + 1)) assert.ok(difference(a.drawn, b.drawn) > 0.02);
  }
});
