// The report in the browser, by keyboard and by mouse.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { test } from "node:test";
import { browse, examples, folder, hostile, inkOfTexts, kpi, open, overlaps } from "./lib.mjs";

const [training] = examples;
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A page of the report of `design`, in a window of its own, and what it did that it may not. */
async function opened(t, design, { args = [], ...options } = {}) {
  const file = join(await folder(t), "report.html");
  await kpi("report", design, ...args, "-o", file);
  const context = await browse({ viewport: { width: 1400, height: 900 }, ...options });
  return open(context, file);
}

/** title → what the table of `kpi eval` says of it: the cells of its row. */
async function evaluated(design, ...args) {
  const rows = (await kpi("eval", design, "--format", "markdown", ...args)).split("\n").filter((line) => line.startsWith("| "));
  const cells = (line) => line.slice(2, -2).split(/ ?\| ?/).map((cell) =>
    cell.replaceAll("&emsp;", "").replaceAll("**", "").replaceAll("&gt;", ">").replaceAll("&lt;", "<").trim());
  return rows.slice(2).map(cells).map(([title, status, actual]) => ({ title, status, actual }));
}

/** What the scoreboard of the page says: of each indicator its name, status, actual value. */
const board = (page) => page.$$eval("#scoreboard tbody tr[data-name]:not(.f)", (rows) => rows.map((row) => ({
  title: row.querySelector("th bdi").textContent.trim(),
  status: row.dataset.status ?? null,
  actual: row.querySelector("[data-t=actual]").textContent.trim(),
})));

const focused = (page) => page.evaluate(() => document.activeElement.dataset.subject ?? document.activeElement.id);

test("nothing leaves the page, nothing is complained of, and no rule of accessibility is broken", async (t) => {
  for (const design of [...examples, hostile]) {
    for (const scheme of ["light", "dark"]) {
      for (const width of [1400, 400]) {
        const { page, wrong } = await opened(t, design, {
          args: design === hostile ? ["--by-dimension", "region"] : [],
          colorScheme: scheme,
          viewport: { width, height: 900 },
        });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${basename(design)} at ${width}: ${wide} pixels beyond the window`);
        // A script by the driver, whom the page's policy does not bind.
        await page.evaluate(await readFile(axe, "utf8"));
        const { violations, passes } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target + " " + n.failureSummary).join("; ")}`), [],
          `${basename(design)} ${scheme} ${width}`);
        assert.ok(passes.length > 15, `${passes.length} rules of axe applied`);
        assert.deepEqual(wrong, [], `${basename(design)} ${scheme} ${width}`);
        await page.context().close();
      }
    }
  }
});

test("arrows walk the fishbone, Enter opens an indicator, Esc returns", async (t) => {
  const { page, wrong } = await opened(t, training);
  const stops = await page.$$eval("#fishbone [tabindex='0']", (found) => found.length);
  assert.equal(stops, 1, "the fishbone is one stop of the Tab key");
  await page.focus("#fishbone [tabindex='0']");
  const seen = new Set([await focused(page)]);
  for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"]) {
    await page.keyboard.press(key);
    seen.add(await focused(page));
  }
  assert.ok(seen.size >= 4, `walked over ${[...seen]}`);
  await page.keyboard.press("Home");
  const first = await focused(page);
  await page.keyboard.press("End");
  assert.notEqual(await focused(page), first);
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  const section = await focused(page);
  assert.match(section, /^i-/);
  assert.ok(await page.$eval(`[id="${section}"]`, (at) => {
    const { top } = at.getBoundingClientRect();
    return top >= -1 && top < innerHeight;
  }), "the section of the indicator is in view");
  await page.keyboard.press("Escape");
  assert.equal(await focused(page), first);
  assert.deepEqual(wrong, []);
});

test("the slash filters, by words and by status", async (t) => {
  const { page, wrong } = await opened(t, training);
  const visible = () => page.$$eval("#scoreboard tbody tr:not(.f)", (rows) => rows.filter((r) => r.checkVisibility()).length);
  const whole = await visible();
  await page.keyboard.press("/");
  await page.keyboard.type("满意");
  const some = await visible();
  assert.ok(some > 0 && some < whole, `${some} of ${whole}`);
  await page.keyboard.press("Escape");
  assert.equal(await visible(), whole);
  const missed = await page.$$eval("#scoreboard tbody tr:not(.f)", (rows) => rows.filter((r) => r.dataset.status === "off_target").length);
  await page.selectOption("#status", "off_target");
  assert.equal(await visible(), missed);
  assert.deepEqual(wrong, []);
});

test("a member of a dimension shows what kpi eval says of it", async (t) => {
  const { page, wrong } = await opened(t, training, { args: ["--by-dimension", "region"] });
  const options = await page.$$eval("#slice option", (found) => found.map((o) => [o.value, o.textContent.trim()]));
  assert.ok(options.length >= 4, `${options}`);
  const before = await board(page);
  for (const [value, title] of options) {
    await page.selectOption("#slice", value);
    const member = title.split(/[=:：]/).at(-1).trim();
    const slice = value === "0" ? [] : ["--slice", `region=${member}`];
    const told = (await evaluated(training, ...slice)).filter((row) => row.status !== "" && !row.title.includes("*"));
    const shown = await board(page);
    let compared = 0;
    for (const row of shown) {
      const same = told.find((r) => r.title === row.title);
      assert.ok(same, `${row.title} is in the table of kpi eval`);
      assert.equal(row.actual.replace("—", ""), same.actual, `${row.title} ${title}`);
      compared += 1;
    }
    assert.equal(compared, before.length);
    if (slice.length > 0) assert.notDeepEqual(shown, before);
  }
  await page.selectOption("#slice", "0");
  assert.deepEqual(await board(page), before);
  assert.deepEqual(wrong, []);
});

test("without JavaScript every number is there", async (t) => {
  const args = ["--by-dimension", "region"];
  const { page } = await opened(t, training, { args, javaScriptEnabled: false });
  const text = await page.locator("body").evaluate((body) => body.textContent);
  const told = await evaluated(training);
  assert.ok(told.length > 10);
  for (const { title, actual } of told) {
    assert.ok(text.includes(title.replace(/ \*.*\*$/, "")), title);
    assert.ok(text.includes(actual), `${title} ${actual}`);
  }
  const { results } = JSON.parse(await kpi("eval", training, "--format", "json", ...args));
  const members = new Set(results.flatMap((r) => Object.values(r.slice)));
  assert.ok(members.size > 2);
  for (const member of members) {
    for (const { title, actual } of await evaluated(training, "--slice", `region=${member ?? ""}`)) {
      assert.ok(text.includes(actual), `${title} ${member} ${actual}`);
    }
  }
  for (const control of ["#controls"]) assert.equal(await page.locator(control).isVisible(), false, "a control that does nothing is not shown");
});

test("dark by system, by argument and by toggle; print is light", async (t) => {
  const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await opened(t, training, { colorScheme: "dark" });
  const light = await opened(t, training, { colorScheme: "light" });
  const chosen = await opened(t, training, { args: ["--theme", "dark"], colorScheme: "light" });
  const [a, b] = [await background(dark.page), await background(light.page)];
  assert.notEqual(a, b);
  assert.equal(await background(chosen.page), a);
  await light.page.click("#theme");
  const toggled = [await background(light.page)];
  await light.page.click("#theme");
  toggled.push(await background(light.page));
  assert.ok(toggled.includes(a), `${toggled}`);
  await dark.page.emulateMedia({ media: "print" });
  assert.equal(await background(dark.page), b);
  const pdf = await chosen.page.pdf({ preferCSSPageSize: true });
  const [, width, height] = /\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/.exec(pdf.toString("latin1"));
  assert.ok(Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `A4 landscape, not ${width} × ${height}`);
});

test("texts of the pictures of a report do not lie on each other", async (t) => {
  for (const design of examples) {
    const { page } = await opened(t, design);
    const inks = await page.evaluate(inkOfTexts);
    // Pictures lie one below the other, each in coordinates of its own: they are compared each by itself.
    for (const picture of new Set(inks.map((ink) => ink.picture))) {
      const boxes = inks.filter((ink) => ink.picture === picture);
      assert.deepEqual(overlaps(boxes).map(([x, y]) => `${x.text} / ${y.text}`), [], basename(design));
    }
  }
});

test("a hostile design is nothing but text", async (t) => {
  const { page, wrong } = await opened(t, hostile, { args: ["--by-dimension", "region"] });
  const found = await page.evaluate(() => ({
    images: document.querySelectorAll("img, iframe, object, embed").length,
    scripts: [...document.scripts].map((s) => s.type || "script"),
    text: document.body.textContent,
  }));
  assert.equal(found.images, 0);
  assert.deepEqual(found.scripts.filter((type) => type === "script").length, 1, `${found.scripts}`);
  for (const label of ['</script><img src=x onerror=alert(1)>', "]]><![CDATA[ x ]]> <!-- comment --> <?xml?>", "مؤشر رضا العملاء"]) {
    assert.ok(found.text.includes(label), label);
  }
  const options = await page.$$eval("#slice option", (all) => all.map((o) => o.value));
  for (const value of options) await page.selectOption("#slice", value);
  assert.deepEqual(wrong, []);
});
