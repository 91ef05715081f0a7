// The workbook in LibreOffice.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { examples, folder, hostile, kpi, run } from "./lib.mjs";

/** Rows of cells of CSV with quotes. */
function cells(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") rows.push([]);
    if (end === "") break;
  }
  return rows;
}

/** Every sheet as LibreOffice reads it, values unformatted: name → rows. */
async function sheets(out, file) {
  // Comma, quote, UTF-8, from line 1, no formats by column, English, quote all text, detect numbers, raw values, no
  // formulas, no trimming, every sheet.
  const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,true,false,false,false,-1';
  await run("soffice", [`-env:UserInstallation=file://${out}/profile`, "--headless", "--convert-to", filter, "--outdir", out, file]);
  const name = basename(file, ".xlsx");
  const files = (await readdir(out)).filter((f) => f.startsWith(`${name}-`) && f.endsWith(".csv"));
  const read = async (f) => [f.slice(name.length + 1, -4), cells(await readFile(join(out, f), "utf8"))];
  return Object.fromEntries(await Promise.all(files.map(read)));
}

/** A cell holds the number of the JSON, or nothing where it has none. */
function close(cell, number, what) {
  if (number === null) return assert.equal(cell, "", what);
  const read = cell.endsWith("%") ? Number(cell.slice(0, -1)) / 100 : Number(cell);
  assert.ok(Math.abs(read - Number(number)) <= 1e-9 * Math.abs(Number(number)), `${what}: ${cell} is not ${number}`);
}

test("LibreOffice opens the scorecard, and its values equal the JSON's", async (t) => {
  for (const design of [...examples, hostile]) {
    const out = await folder(t);
    const file = join(out, "scorecard.xlsx");
    await kpi("report", design, "--lang", "en", "-o", file);
    const { Data: data, ...others } = await sheets(out, file);
    assert.deepEqual(Object.keys(others).sort(), ["Provenance", "Scoreboard", "Trace"]);
    const { results } = JSON.parse(await kpi("eval", design, "--format", "json"));
    assert.ok(results.length > 3);
    const [head, ...rows] = data;
    const cell = (row, column) => row[head.indexOf(column)];
    for (const { kind, name, period, value, status, score } of results) {
      const row = rows.find((row) => cell(row, "Kind") === kind && cell(row, "Name") === name && cell(row, "Period") === period);
      assert.ok(row, `${kind} ${name} is a row`);
      close(cell(row, "Value"), value, `${name}: value`);
      close(cell(row, "Score"), score, `${name}: score`);
      assert.equal(cell(row, "Status"), status.replaceAll("_", " "), name);
    }
  }
});
