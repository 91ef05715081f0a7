// Pictures compared as a person sees them: by the mean colour of small squares, so that the way a program smooths the
// edges of a glyph says nothing.

import { PNG } from "pngjs";

const SIDE = 8;

/** Means over squares of 8 × 8 pixels: `[r, g, b]` from 0 to 255, row by row. */
function squares(png, columns, rows) {
  const means = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const sum = [0, 0, 0];
      for (let y = row * SIDE; y < (row + 1) * SIDE; y += 1) {
        for (let x = column * SIDE; x < (column + 1) * SIDE; x += 1) {
          const at = (y * png.width + x) * 4;
          const alpha = png.data[at + 3] / 255;
          for (let c = 0; c < 3; c += 1) sum[c] += png.data[at + c] * alpha + 255 * (1 - alpha);
        }
      }
      means.push(sum.map((s) => s / SIDE ** 2));
    }
  }
  return means;
}

/** The share of squares whose colour differs by more than `least` of 255 in one channel. */
export function difference(a, b, least = 40) {
  const [one, two] = [PNG.sync.read(a), PNG.sync.read(b)];
  if (Math.abs(one.width - two.width) > 1 || Math.abs(one.height - two.height) > 1) return 1;
  const columns = Math.floor(Math.min(one.width, two.width) / SIDE);
  const rows = Math.floor(Math.min(one.height, two.height) / SIDE);
  const [first, second] = [squares(one, columns, rows), squares(two, columns, rows)];
  const far = first.filter((mean, i) => mean.some((c, channel) => Math.abs(c - second[i][channel]) > least));
  return far.length / first.length;
}
