// What a text of the picture shows, without a browser: `node --test tests/js`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fillIn, numberText, readout, textAt } from "../../backprop_lab/widgets/static/texts.js";

test("a timeline shows the last text that has come", () => {
  const timeline = [[0, "not yet"], [3, "2"], [5, "6"]];
  assert.deepEqual([0, 2, 3, 4, 5, 9].map((step) => textAt(timeline, step)),
    ["not yet", "not yet", "2", "2", "6", "6"]);
});

test("a timeline shows nothing before its first text", () => {
  assert.equal(textAt([[2, "x = 1"]], 1), "");
  assert.equal(textAt([], 1), "");
});

test("a readout has the decimals of its slider's step", () => {
  assert.equal(readout(0.5, 0.01), "0.50");
  assert.equal(readout(-3, 1), "−3");
  assert.equal(readout(0.125, 0.001), "0.125");
});

// The table is written by a Python test from `words.numbers.number`, which has the say.
test("numbers read as Python writes them", () => {
  const file = new URL("numbers.json", import.meta.url);
  const pairs = JSON.parse(readFileSync(file, "utf8"));
  assert.ok(pairs.length > 100);
  for (const [hex, text] of pairs) {
    const bytes = Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
    assert.equal(numberText(new DataView(bytes.buffer).getFloat64(0)), text, hex);
  }
});

test("a row of a sweep is written into the timelines", () => {
  const slots = [[[0, ""], [1, "9"]], [[0, "not yet"], [4, "9"]], [[1, "x = 9"]], [[0, ""], [2, "8 … 9"]]];
  fillIn(slots, [[0, 1, "", [0]], [1, 1, "", [2]], [2, 0, "x = ", [1]], [3, 1, "", [1, 0]]],
    Float64Array.of(0.5, -1, Number.NaN));
  assert.deepEqual(slots, [
    [[0, ""], [1, "0.5000"]], [[0, "not yet"], [4, "NaN"]], [[1, "x = −1"]], [[0, ""], [2, "−1 … 0.5000"]],
  ]);
});
