// @ts-check
// The step that is shown: where keys lead, how it plays, and when Python is told.

const SPEEDS = [0.5, 1, 2, 4, 8];
export const REST = 100; // Milliseconds without a change until Python is told of the last.

/** The step that a key leads to, or null for a key that means nothing here.
 * @param {string} key @param {number} step @param {number} last */
export function stepAfterKey(key, step, last) {
  switch (key) {
    case "ArrowRight": case "ArrowUp": return Math.min(step + 1, last);
    case "ArrowLeft": case "ArrowDown": return Math.max(step - 1, 0);
    case "PageDown": return Math.min(step + 5, last);
    case "PageUp": return Math.max(step - 5, 0);
    case "Home": return 0;
    case "End": return last;
    default: return null;
  }
}

/** The next speed.
 * @param {number} speed */
export function nextSpeed(speed) {
  return SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
}

/** @param {Model} model */
export function lastStep(model) {
  return model.get("steps").length - 1;
}

/** @type {WeakMap<Model, any>} */
const saving = new WeakMap();

/** Tell Python of what changed, now and once.
 * @param {Model} model */
export function save(model) {
  clearTimeout(saving.get(model));
  model.save_changes();
}

/** Tell Python when the hand rests: the page needs no answer, and each one costs a frame.
 * @param {Model} model */
export function saveAtRest(model) {
  clearTimeout(saving.get(model));
  saving.set(model, setTimeout(() => model.save_changes(), REST));
}

/** @param {Model} model @param {number} step */
export function goTo(model, step) {
  if (step === model.get("step")) return;
  model.set("step", step);
  saveAtRest(model);
}

/** @param {Model} model @param {boolean} playing */
export function setPlaying(model, playing) {
  if (playing === model.get("playing")) return;
  if (playing && model.get("step") >= lastStep(model)) model.set("step", 0);
  model.set("playing", playing);
  save(model);
}

/** Follow a key; say whether it meant anything.
 * @param {Model} model @param {string} key */
export function followKey(model, key) {
  const step = stepAfterKey(key, model.get("step"), lastStep(model));
  if (step === null) return false;
  setPlaying(model, false);
  goTo(model, step);
  return true;
}

/** One timer for each model, not for each view: two views must not play twice as fast.
 * @param {Model} model */
export function keepTime(model) {
  /** @type {any} */
  let timer = null;
  const tick = () => {
    const step = model.get("step") + 1;
    goTo(model, Math.min(step, lastStep(model)));
    if (step >= lastStep(model)) setPlaying(model, false);
  };
  const restart = () => {
    clearInterval(timer);
    timer = model.get("playing") ? setInterval(tick, 1000 / model.get("speed")) : null;
  };
  model.on("change:playing", restart);
  model.on("change:speed", restart);
  restart();
  return () => clearInterval(timer);
}
