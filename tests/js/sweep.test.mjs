// The numbers of a drag, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ask, rowOf, sameValues, Sweep } from "../../backprop_lab/widgets/static/sweep.js";
import { Model } from "./model.mjs";

const input = { name: "w", kind: "range", low: -1, high: 1, step: 0.5, options: [] };

/** A sweep over five positions of w, in one column, as it arrives inside a message. */
function received(traits = {}) {
  const model = new Model({
    step: 2, values: { w: 0.5, b: 1 }, slots: [[[0, ""], [1, "9"]]], ...traits,
  });
  const sweep = new Sweep(model);
  const bytes = new Float64Array([99, -10, -5, 0, 5, 10]).buffer;
  sweep.take({
    name: "w", values: { w: 0, b: 1 }, columns: 1, plan: [[0, 1, "", [0]]], step: 2,
    words: [["−10", "A."], ["−5", "B."], ["0", "C."], ["5", "D."], ["10", "E."]],
  }, input, new DataView(bytes, 8));
  return { model, sweep };
}

test("a slider's position leads to its row", () => {
  const fine = { ...input, low: -3, high: 3, step: 0.01 };
  assert.deepEqual([-3, 0.51, 3].map((value) => rowOf(fine, value)), [0, 351, 600]);
});

test("values are compared, apart from the one that moves", () => {
  assert.ok(sameValues({ w: 1, b: 2 }, { w: 3, b: 2 }, "w"));
  assert.ok(!sameValues({ w: 1, b: 2 }, { w: 3, b: 2 }));
});

test("the texts and the words at the slider's position are filled in", () => {
  const { model, sweep } = received();
  assert.deepEqual(sweep.fillIn(), { words: ["5", "D."] });
  assert.deepEqual(sweep.slots, [[[0, ""], [1, "5"]]]);
  assert.deepEqual(model.get("slots"), [[[0, ""], [1, "9"]]]); // Python's own stay.
});

test("words that were made for another step are not shown", () => {
  assert.deepEqual(received({ step: 1 }).sweep.fillIn(), { words: undefined });
});

test("a sweep does not fit when another input has moved", () => {
  const { sweep } = received({ values: { w: 0.5, b: 2 } });
  assert.equal(sweep.fillIn(), null);
  assert.equal(sweep.slots, null);
});

test("a slider is asked for once at a step", () => {
  const { model, sweep } = received();
  sweep.askFor(input);
  assert.deepEqual(model.sent, []);
  model.set("step", 3);
  sweep.askFor(input);
  assert.deepEqual(model.sent, [{ sweep: "w", step: 3 }]);
});

test("a kernel that is gone is asked in vain", () => {
  ask({ send() { throw new Error("closed"); } }, { open: 0 });
});
