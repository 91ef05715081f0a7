// How the tests run kpi and open what it writes.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const examples = ["customer-training", "saas", "support"].map((name) => join(root, "examples", name));
export const hostile = join(root, "tests/workspaces/hostile");

/** Runs a program to its end: what it printed, or an error with what it said. */
export async function run(program, args, options = {}) {
  return promisify(execFile)(program, args, { maxBuffer: 1 << 28, ...options });
}

export async function kpi(...args) {
  const { stdout } = await run(process.env.KPI, args);
  return stdout;
}

/** A folder that is gone after `test`. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "fishbone-viewers-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

let shared;
after(() => shared?.close());

/** A window of its own in the one browser of a file of tests. */
export async function browse(options = {}) {
  // The sandbox of Chromium does not start as root, as containers of CI are.
  shared ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  return shared.newContext(options);
}

export const url = (path) => pathToFileURL(path).href;

/**
 * Opens a file and notes what a page of ours never does: a request beside its own, an error in the console (a violation
 * of its Content-Security-Policy is one), an exception, a dialog.
 */
export async function open(context, path) {
  const page = await context.newPage();
  const wrong = [];
  page.on("request", (request) => {
    if (request.url() !== url(path) && !request.url().startsWith(url(path) + "#")) wrong.push(`requested ${request.url()}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`threw ${error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(url(path));
  return { page, wrong };
}

/** The ink of every text of the pictures of a page, in pixels of the page: not the line's box, but what is black. */
export function inkOfTexts() {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  // What is drawn of a text: its tooltip, a `<title>` inside it, is not.
  const drawn = (text) => [...text.childNodes].filter((n) => n.nodeName !== "title").map((n) => n.textContent).join("").trim();
  return [...document.querySelectorAll("svg text")]
    .filter((text) => drawn(text) !== "" && text.checkVisibility())
    .map((text) => {
      const style = getComputedStyle(text);
      pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      pen.direction = style.direction;
      pen.textAlign = "left";
      const ink = pen.measureText(drawn(text));
      const box = text.getBBox();
      const baseline = text.getStartPositionOfChar(0).y;
      const place = text.getCTM();
      const corner = (x, y) => new DOMPoint(x, y).matrixTransform(place);
      const least = corner(box.x - ink.actualBoundingBoxLeft, baseline - ink.actualBoundingBoxAscent);
      const most = corner(box.x + ink.actualBoundingBoxRight, baseline + ink.actualBoundingBoxDescent);
      const picture = [...document.querySelectorAll("svg")].indexOf(text.ownerSVGElement);
      return { picture, text: drawn(text), left: least.x, top: least.y, right: most.x, bottom: most.y };
    });
}

/** Pairs of boxes that share more than `slack` pixels in both directions. */
export function overlaps(boxes, slack = 0.5) {
  const pairs = [];
  const sorted = [...boxes].sort((a, b) => a.top - b.top);
  sorted.forEach((a, i) => {
    for (const b of sorted.slice(i + 1)) {
      if (b.top >= a.bottom - slack) break;
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack) pairs.push([a, b]);
    }
  });
  return pairs;
}
