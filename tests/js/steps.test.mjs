// Where the steps go, without a browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  followKey, goTo, keepTime, nextSpeed, REST, setPlaying, stepAfterKey,
} from "../../backprop_lab/widgets/static/steps.js";
import { arrivedBy } from "../../backprop_lab/widgets/static/tip.js";
import { Model } from "./model.mjs";

const model = (traits = {}) =>
  new Model({ step: 1, steps: [{}, {}, {}, {}], playing: false, speed: 1, ...traits });

test("keys step to and fro and stop at the ends", () => {
  const after = (key, step) => stepAfterKey(key, step, 9);
  assert.equal(after("ArrowRight", 4), 5);
  assert.equal(after("ArrowLeft", 4), 3);
  assert.equal(after("ArrowRight", 9), 9);
  assert.equal(after("ArrowLeft", 0), 0);
  assert.equal(after("PageDown", 7), 9);
  assert.equal(after("PageUp", 7), 2);
  assert.equal(after("Home", 4), 0);
  assert.equal(after("End", 4), 9);
  assert.equal(after("d", 4), null);
});

test("a key that leads somewhere ends the playing", () => {
  const playing = model({ playing: true });
  assert.equal(followKey(playing, "d"), false);
  assert.equal(playing.get("playing"), true);
  assert.equal(followKey(playing, "End"), true);
  assert.deepEqual([playing.get("step"), playing.get("playing")], [3, false]);
});

test("Python is told of a step once, when the hand rests", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const moved = model();
  for (const step of [2, 3, 2]) goTo(moved, step);
  goTo(moved, 2);
  context.mock.timers.tick(REST - 1);
  assert.equal(moved.saved, 0);
  context.mock.timers.tick(1);
  assert.equal(moved.saved, 1);
});

test("it plays to the end and stops there; from the end it starts again", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const played = model({ speed: 2 });
  keepTime(played);
  setPlaying(played, true);
  context.mock.timers.tick(500);
  assert.deepEqual([played.get("step"), played.get("playing")], [2, true]);
  context.mock.timers.tick(500);
  assert.deepEqual([played.get("step"), played.get("playing")], [3, false]);
  setPlaying(played, true);
  assert.equal(played.get("step"), 0);
});

test("nothing plays on when the model is gone", (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const played = model({ playing: true });
  keepTime(played)();
  context.mock.timers.tick(5000);
  assert.equal(played.get("step"), 1);
});

test("speeds go round", () => {
  assert.deepEqual([0.5, 1, 2, 4, 8].map(nextSpeed), [1, 2, 4, 8, 0.5]);
});

test("only contributions up to the step have arrived", () => {
  assert.deepEqual(arrivedBy([5, 8], 7), [5]);
  assert.deepEqual(arrivedBy([5, 8], 4), []);
});
