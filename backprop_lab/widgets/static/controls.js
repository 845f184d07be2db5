// @ts-check
// What a hand moves: the inputs of an explored function, and the steps.

import { element, icon, iconButton, OWN_KEYS, relabel, textButton, write } from "./elements.js";
import { followKey, goTo, lastStep, nextSpeed, save, setPlaying } from "./steps.js";
import { readout } from "./texts.js";

/** What the controls of inputs do when a hand takes, moves and leaves them.
 * @typedef {{grasp: (input: Input) => void, release: () => void,
 *   move: (input: Input, value: number|boolean) => void}} Hand */

/** Sliders, lists and switches for the inputs of an `Explorer`. */
export class InputControls {
  /** @param {Input[]} inputs @param {Hand} hand */
  constructor(inputs, hand) {
    this.hand = hand;
    /** @type {Map<string, {input: Input, control: HTMLInputElement|HTMLSelectElement, output?: HTMLElement}>} */
    this.controls = new Map();
    const rows = inputs.map((input) => this.row(input));
    this.problem = element("div", { class: "problem", role: "alert" });
    this.parts = rows.length
      ? [element("div", { class: "inputs", role: "group", "aria-label": "Inputs" }, rows), this.problem]
      : [];
  }

  /** @param {Input} input */
  row(input) {
    const control = controlFor(input);
    control.classList.add("control");
    control.addEventListener("input", () => this.hand.move(input, valueOf(control)));
    const label = element("label", { class: "input" }, [
      element("span", { class: "input-name" }, [input.name]), control,
    ]);
    if (input.kind !== "range") {
      this.controls.set(input.name, { input, control });
      return label;
    }
    control.addEventListener("pointerdown", () => this.hand.grasp(input));
    control.addEventListener("focus", () => this.hand.grasp(input));
    control.addEventListener("change", () => this.hand.release());
    const output = element("span", { class: "readout" });
    label.append(output);
    this.controls.set(input.name, { input, control, output });
    return label;
  }

  /** @param {Values} values */
  paint(values) {
    for (const { input, control, output } of this.controls.values()) {
      const value = values[input.name];
      if (typeof value === "boolean") /** @type {HTMLInputElement} */ (control).checked = value;
      // A slider in the hand is not pulled back by an older answer.
      else if (Number(control.value) !== value) control.value = String(value);
      if (output) write(output, readout(Number(value), input.step));
    }
  }
}

/** @param {Input} input */
function controlFor(input) {
  if (input.kind === "range") {
    return element("input", {
      type: "range", min: String(input.low), max: String(input.high),
      step: String(input.step), ...OWN_KEYS,
    });
  }
  if (input.kind === "switch") return element("input", { type: "checkbox", ...OWN_KEYS });
  const options = input.options.map((text, index) => element("option", { value: String(index) }, [text]));
  return element("select", OWN_KEYS, options);
}

/** @param {HTMLInputElement|HTMLSelectElement} control */
function valueOf(control) {
  return control instanceof HTMLInputElement && control.type === "checkbox"
    ? control.checked
    : Number(control.value);
}

/** Buttons and a slider for the steps, and buttons for the size of the picture. */
export class StepControls {
  /** @param {Model} model @param {{by: (factor: number) => void, fit: () => void}} zoom */
  constructor(model, zoom) {
    this.model = model;
    const move = (/** @type {string} */ key) => () => { followKey(model, key); };
    this.play = iconButton("play", "Play", () => setPlaying(model, !model.get("playing")));
    this.slider = element("input", {
      type: "range", class: "step-slider", min: "0", step: "1", "aria-label": "Step", ...OWN_KEYS,
    });
    this.slider.addEventListener("input", () => {
      setPlaying(model, false);
      goTo(model, Number(this.slider.value));
    });
    this.position = element("span", { class: "position" });
    this.speed = textButton("1×", "Speed: 1 step a second", () => {
      model.set("speed", nextSpeed(model.get("speed")));
      save(model);
    });
    this.whole = textButton("Fit", "Fit the picture to the width", () => zoom.fit());
    this.paintSize(false);
    this.part = element("div", { class: "controls", role: "group", "aria-label": "Steps" }, [
      iconButton("first", "First step", move("Home")),
      iconButton("back", "Step back", move("ArrowLeft")),
      this.play,
      iconButton("forward", "Step forward", move("ArrowRight")),
      iconButton("last", "Last step", move("End")),
      this.slider,
      this.position,
      this.speed,
      textButton("−", "Zoom out", () => zoom.by(1 / 1.25)),
      this.whole,
      textButton("+", "Zoom in", () => zoom.by(1.25)),
    ]);
  }

  /** @param {boolean} isWhole Whether the whole width is shown, however small. */
  paintSize(isWhole) {
    this.whole.setAttribute("aria-pressed", String(isWhole));
  }

  /** @param {Moment} moment */
  paint(moment) {
    this.slider.max = String(lastStep(this.model));
    this.slider.value = String(this.model.get("step"));
    this.slider.setAttribute("aria-valuetext", `${moment.position}: ${moment.title}`);
    this.position.textContent = moment.position;
    const playing = this.model.get("playing");
    const label = playing ? "Pause" : "Play";
    if (this.play.title !== label) {
      this.play.replaceChildren(icon(playing ? "pause" : "play"));
      relabel(this.play, label);
    }
    const speed = this.model.get("speed");
    this.speed.textContent = `${speed}×`;
    relabel(this.speed, `Speed: ${speed} steps a second`);
  }
}
