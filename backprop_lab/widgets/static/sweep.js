// @ts-check
// A slider's positions, computed in advance, so that a drag need not wait for Python.

import { fillIn } from "./texts.js";

/** Which row of a sweep belongs to a slider's position.
 * @param {Input} input @param {number} value */
export function rowOf(input, value) {
  return Math.round((value - input.low) / input.step);
}

/** Whether two sets of input values are the same, apart from one input.
 * @param {Values} a @param {Values} b @param {string} [except] */
export function sameValues(a, b, except) {
  return Object.keys(a).every((name) => name === except || a[name] === b[name]);
}

/** Send a message to Python, if it is still there.
 * @param {Model} model @param {Question} question */
export function ask(model, question) {
  try {
    model.send(question);
  } catch {
    // The kernel is gone. Steps go on without it; a moved input says that it is silent.
  }
}

export class Sweep {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {(SweepMessage & {input: Input, table: Float64Array})|null} */
    this.received = null;
    /** What the texts show at the slider's position, while that is ahead of Python.
     * @type {Timeline[]|null} */
    this.slots = null;
  }

  /** A slider was grasped: ask for its positions, unless they are here.
   * @param {Input} input */
  askFor(input) {
    const step = this.model.get("step");
    const here = this.fitting();
    if (here?.name === input.name && here.step === step) return;
    ask(this.model, { sweep: input.name, step });
  }

  /** @param {SweepMessage} message @param {Input} input @param {DataView} numbers */
  take(message, input, { buffer, byteOffset, byteLength }) {
    const table = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
    this.received = { ...message, input, table };
  }

  /** What was received, if it was made for the values that the other inputs have. */
  fitting() {
    const { received } = this;
    const values = this.model.get("values") ?? {};
    return received && sameValues(received.values, values, received.name) ? received : null;
  }

  /** Fill in the numbers at the slider's position, if they are here; return the words
   * of the step that is shown, `undefined` where they were made for another. */
  fillIn() {
    const here = this.fitting();
    if (!here) return null;
    const { input, table, columns, plan, words } = here;
    const row = rowOf(input, Number(this.model.get("values")?.[input.name]));
    const slots = this.slots ??= structuredClone(this.model.get("slots"));
    fillIn(slots, plan, table.subarray(row * columns, (row + 1) * columns));
    return { words: here.step === this.model.get("step") ? words[row] : undefined };
  }

  /** The picture is another one. */
  forget() {
    this.received = this.slots = null;
  }
}
