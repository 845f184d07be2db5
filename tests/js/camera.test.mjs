// Where the camera looks, without a browser: `node --test tests/js`.
import assert from "node:assert/strict";
import { test } from "node:test";

import { lookAt, lookAtAll } from "../../backprop_lab/widgets/static/camera.js";

const view = { from: 100, to: 500 };

test("what is in view already moves nothing", () => {
  assert.equal(lookAt(view, { from: 200, to: 300 }), 100);
});

test("the view moves as little as it can, and leaves room around", () => {
  assert.equal(lookAt(view, { from: 600, to: 700 }), 700 + 12 - 400);
  assert.equal(lookAt(view, { from: 50, to: 90 }), 50 - 12);
});

test("what is larger than the view is seen from its beginning", () => {
  assert.equal(lookAt(view, { from: 600, to: 1700 }), 600 - 12);
});

test("parts that fit are seen together", () => {
  assert.equal(lookAtAll(view, [{ from: 600, to: 700 }, { from: 400, to: 610 }]), 700 + 12 - 400);
});

test("of parts that do not fit, the first is seen, and the next as far as it goes", () => {
  const card = { from: 600, to: 700 };
  assert.equal(lookAtAll(view, [card, { from: 690, to: 1200 }]), 600 - 12);
  assert.equal(lookAtAll(view, [card, { from: 100, to: 610 }]), 700 + 12 - 400);
});
