// @ts-check
// The browser's half of the stepper: it shows what Python has computed, and computes
// nothing of its own. Pure functions first; they are tested without a browser.

/**
 * The door: the traits of `PictureWidget`, in the same order, then those of `Explorer`.
 * @typedef {{phase: string, position: string, title: string, symbols: string,
 *   numbers: string, sentence: string, card: number|null, arrow: number|null}} Moment
 * @typedef {[number, string][]} Timeline
 * @typedef {{svg: string, slots: Timeline[], states: Timeline[], steps: Moment[],
 *   received: number[][], code: string, lines: number[], still_id: string,
 *   step: number, playing: boolean, speed: number,
 *   answered: Record<string, any>, inputs: Input[], values: Record<string, any>, problem: string}} Traits
 * @typedef {{name: string, kind: "range"|"choice"|"switch", low: number, high: number,
 *   step: number, options: string[]}} Input
 */

/** @type {Record<string, string>} */
const PHASES = { start: "Start.", forward: "Forward.", backward: "Backward." };
const SPEEDS = [0.5, 1, 2, 4, 8];
const ANNOUNCE_AFTER = 350; // Milliseconds of rest before a screen reader is told.
const REST = 100; // Milliseconds without a change until Python is told of the last one.
const NO_ANSWER_AFTER = 4000; // Milliseconds until a silent kernel is mentioned.
const NO_ANSWER = "Python does not answer, so some of this may show the last values. Is the kernel busy, or has it stopped?";
const AROUND = 12; // Pixels around a card that is scrolled into view.
const SMALLEST_FIT = 0.6; // Below this share of its size the picture scrolls instead.

/** What a timeline shows after a number of steps.
 * @param {Timeline} timeline @param {number} step @returns {string} */
export function textAt(timeline, step) {
  let shown = "";
  for (const [since, text] of timeline) {
    if (since > step) break;
    shown = text;
  }
  return shown;
}

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

/** The contributions that a card has received by a step, as indices of steps.
 * @param {number[]} received @param {number} step */
export function arrivedBy(received, step) {
  return received.filter((index) => index <= step);
}

/** A number as it stands beside a slider: as many decimals as its step has.
 * @param {number} value @param {number} step */
export function readout(value, step) {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(decimals).replace("-", "−");
}

/** A number as text, digit for digit as `numerals.number` writes it in Python.
 * @param {number} value @returns {string} */
export function numberText(value) {
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (size === Infinity) return `${sign}∞`;
  if (size < 1e6 && Number.isInteger(size)) return size === 0 ? "0" : sign + size;
  if (size >= 1e-3 && size < 1e4) return sign + evenText(size, 4);
  const [mantissa, exponent] = size.toExponential(3).split("e");
  return `${sign}${mantissa}e${Number(exponent)}`.replace("-", "−");
}

/** A number with fixed decimals; exactly half-way it goes to the even digit, as Python
 * does and JavaScript does not.
 * @param {number} size @param {number} decimals */
function evenText(size, decimals) {
  const text = size.toFixed(decimals);
  // Only multiples of this power of 2 can be half-way, for 10 has 2 as a factor once.
  if (!Number.isInteger(size * 2 ** (decimals + 1))) return text;
  const full = size.toFixed(decimals + 20); // Enough to see whether it is half-way.
  const half = /^50*$/.test(full.slice(full.length - 20));
  if (!half || Number(text[text.length - 1]) % 2 === 0) return text;
  return full.slice(0, full.length - 20);
}

/** Write the numbers of one row of a sweep into the timelines that show them.
 * @param {Timeline[]} slots @param {[number, number, string, number[]][]} plan
 * @param {Float64Array} row */
export function fillIn(slots, plan, row) {
  for (const [slot, change, prefix, columns] of plan) {
    const numbers = columns.map((column) => numberText(row[column]));
    slots[slot][change][1] = prefix + numbers.join(" … "); // Two are the ends of a range.
  }
}

/** Which row of a sweep belongs to a slider's position.
 * @param {Input} input @param {number} value */
export function rowOf(input, value) {
  return Math.round((value - input.low) / input.step);
}

/** Whether two sets of input values are the same, apart from one input.
 * @param {Record<string, any>} a @param {Record<string, any>} b @param {string} [except] */
export function sameValues(a, b, except) {
  return Object.keys(a).every((name) => name === except || a[name] === b[name]);
}

/** The next speed.
 * @param {number} speed @returns {number} */
export function nextSpeed(speed) {
  return SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
}

// ------------------------------------------------------------------ small builders

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 3v10l9-5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M5 3v10l7-5z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
};

/** @param {string} tag @param {Record<string, string>} attributes
 * @param {(Node|string)[]} content @returns {any} */
function element(tag, attributes = {}, content = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** @param {string} shape */
function icon(shape) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", shape);
  svg.append(path);
  return svg;
}

// JupyterLab would take the keys; this attribute must stand on the control itself.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** @param {string} name @param {string} label @param {() => void} act */
function iconButton(name, label, act) {
  const button = element("button", {
    type: "button", class: `button ${name}`, title: label, "aria-label": label, ...OWN_KEYS,
  }, [icon(ICONS[/** @type {keyof ICONS} */ (name)])]);
  button.addEventListener("click", act);
  return button;
}

/** @param {string} text @param {string} label @param {() => void} act */
function textButton(text, label, act) {
  const button = element("button", {
    type: "button", class: "button", title: label, "aria-label": label, ...OWN_KEYS,
  }, [text]);
  button.addEventListener("click", act);
  return button;
}

// ------------------------------------------------------------------ the model's clock

/** @param {any} model */
function last(model) {
  return model.get("steps").length - 1;
}

/** @type {WeakMap<object, any>} */
const saving = new WeakMap();

/** Tell Python of what changed, now and once.
 * @param {any} model */
function save(model) {
  clearTimeout(saving.get(model));
  model.save_changes();
}

/** Tell Python when the hand rests: the page needs no answer, and each one costs a frame.
 * @param {any} model */
function saveAtRest(model) {
  clearTimeout(saving.get(model));
  saving.set(model, setTimeout(() => model.save_changes(), REST));
}

/** @param {any} model @param {number} step */
function goTo(model, step) {
  if (step === model.get("step")) return;
  model.set("step", step);
  saveAtRest(model);
}

/** @param {any} model @param {boolean} playing */
function setPlaying(model, playing) {
  if (playing === model.get("playing")) return;
  if (playing && model.get("step") >= last(model)) model.set("step", 0);
  model.set("playing", playing);
  save(model);
}

/** One timer for each model, not for each view: two views must not play twice as fast.
 * @param {{model: any}} context */
function initialize({ model }) {
  /** @type {any} */
  let timer = null;
  const tick = () => {
    const step = model.get("step") + 1;
    goTo(model, Math.min(step, last(model)));
    if (step >= last(model)) setPlaying(model, false);
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

// ------------------------------------------------------------------ one view

/** @param {{model: any, el: HTMLElement}} context */
function render({ model, el }) {
  const root = element("div", { class: "backprop-stepper" });
  const view = new View(model, root);
  el.append(root);
  // In JupyterLab a style in the still does so as well, and sees cells yet to be shown.
  const stills = `.backprop-still[data-widget="${model.get("still_id")}"]`;
  for (const still of document.querySelectorAll(stills)) {
    /** @type {HTMLElement} */ (still).style.display = "none";
  }
  return () => view.remove();
}

class View {
  /** @param {any} model @param {HTMLElement} root */
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.zoom = 0; // 0 fits the width.
    /** @type {[any, () => void][]} */
    this.listeners = [];
    this.stage = element("div", { class: "stage" });
    this.tip = element("div", { class: "tip", role: "tooltip", id: `backprop-tip-${View.count++}` });
    this.tip.hidden = true;
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    root.append(
      ...this.inputControls(),
      this.stepControls(),
      element("div", { class: "stage-frame" }, [this.stage, this.tip]),
      this.wordingPanel(),
      this.codeListing(),
      this.stepTable(),
      this.live,
    );
    this.listen();
    this.drawPicture();
    this.paint();
  }

  // ---- parts

  /** Sliders, lists and switches for the inputs of an `Explorer`. */
  inputControls() {
    this.readouts = new Map();
    this.controls = new Map();
    const inputs = this.model.get("inputs") ?? [];
    if (!inputs.length) return [];
    const rows = inputs.map((/** @type {Input} */ input) => this.inputRow(input));
    this.problem = element("div", { class: "problem", role: "alert" });
    return [element("div", { class: "inputs", role: "group", "aria-label": "Inputs" }, rows), this.problem];
  }

  /** @param {Input} input */
  inputRow(input) {
    const control = this.inputControl(input);
    control.classList.add("control");
    if (input.kind === "range") {
      control.addEventListener("pointerdown", () => this.askForSweep(input));
      control.addEventListener("focus", () => this.askForSweep(input));
      control.addEventListener("change", () => save(this.model)); // Let go of.
    }
    control.addEventListener("input", () => {
      this.setInput(input.name, valueOf(input, control));
    });
    this.controls.set(input.name, [input, control]);
    const name = element("span", { class: "input-name" }, [input.name]);
    if (input.kind !== "range") return element("label", { class: "input" }, [name, control]);
    const output = element("span", { class: "readout" });
    this.readouts.set(input.name, output);
    return element("label", { class: "input" }, [name, control, output]);
  }

  /** @param {Input} input */
  inputControl(input) {
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

  stepControls() {
    const model = this.model;
    const move = (/** @type {string} */ key) => () => {
      setPlaying(model, false);
      goTo(model, stepAfterKey(key, model.get("step"), last(model)) ?? 0);
    };
    this.playButton = iconButton("play", "Play", () => setPlaying(model, !model.get("playing")));
    this.slider = element("input", {
      type: "range", class: "step-slider", min: "0", step: "1", "aria-label": "Step", ...OWN_KEYS,
    });
    this.slider.addEventListener("input", () => {
      setPlaying(model, false);
      goTo(model, Number(this.slider.value));
    });
    this.position = element("span", { class: "position" });
    this.speedButton = textButton("1×", "Speed: 1 step a second", () => {
      model.set("speed", nextSpeed(model.get("speed")));
      save(model);
    });
    return element("div", { class: "controls", role: "group", "aria-label": "Steps" }, [
      iconButton("first", "First step", move("Home")),
      iconButton("back", "Step back", move("ArrowLeft")),
      this.playButton,
      iconButton("forward", "Step forward", move("ArrowRight")),
      iconButton("last", "Last step", move("End")),
      this.slider,
      this.position,
      this.speedButton,
      textButton("−", "Zoom out", () => this.zoomBy(1 / 1.25)),
      textButton("Fit", "Fit the picture to the width", () => this.setZoom(0)),
      textButton("+", "Zoom in", () => this.zoomBy(1.25)),
    ]);
  }

  wordingPanel() {
    this.phase = element("span", { class: "phase" });
    this.sentence = element("span", { class: "sentence" });
    this.symbols = element("div", { class: "symbols" });
    this.numbers = element("div", { class: "numbers" });
    // Takes the room of the longest sentence, so that nothing below moves.
    this.longest = element("p", { class: "longest", "aria-hidden": "true" });
    return element("div", { class: "wording" }, [
      element("div", { class: "formula" }, [this.symbols, this.numbers]),
      element("div", { class: "telling" }, [
        this.longest,
        element("p", {}, [this.phase, " ", this.sentence]),
      ]),
    ]);
  }

  /** The passes as Python, with the current step's line marked. */
  codeListing() {
    this.listing = element("pre", { class: "listing", tabindex: "0", "aria-label": "The steps as Python", ...OWN_KEYS });
    this.codePart = element("details", { class: "code" }, [
      element("summary", OWN_KEYS, ["The same steps as Python"]),
      this.listing,
    ]);
    this.codePart.addEventListener("toggle", () => this.paintCode());
    return this.codePart;
  }

  stepTable() {
    this.rows = element("tbody");
    const heads = ["step", "what happens", "formula", "with numbers"].map((text) =>
      element("th", { scope: "col" }, [text]));
    this.tableScroll = element("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "All steps", ...OWN_KEYS }, [
      element("table", {}, [element("thead", {}, [element("tr", {}, heads)]), this.rows]),
    ]);
    this.table = element("details", {}, [
      element("summary", OWN_KEYS, ["All steps"]),
      this.tableScroll,
    ]);
    this.table.addEventListener("toggle", () => this.paintTable());
    return this.table;
  }

  // ---- listening

  listen() {
    const on = (/** @type {string} */ name, /** @type {(...given: any[]) => void} */ act) => {
      this.model.on(name, act);
      this.listeners.push([name, act]);
    };
    on("change:step", () => { this.paint(); this.reveal(); });
    on("change:playing", () => this.paint());
    on("change:speed", () => this.paint());
    on("change:svg", () => this.drawPicture());
    // The texts of a picture come together; `steps` is the last that is painted.
    for (const name of ["slots", "states", "steps", "received", "answered"]) {
      on(`change:${name}`, () => this.paintSoon());
    }
    on("change:values", () => { this.paintInputs(); this.paintFromSweep(); });
    on("msg:custom", this.takeSweep.bind(this));
    on("change:svg", () => { this.sweep = null; this.swept = null; });
    on("change:problem", () => this.paintProblem());
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.stage.addEventListener("click", (/** @type {Event} */ event) => this.toggleGroup(event.target));
    for (const name of ["pointerover", "focusin"]) {
      this.stage.addEventListener(name, (/** @type {Event} */ event) => this.showTip(event.target));
    }
    this.root.addEventListener("focusout", () => this.hideTip());
    this.stage.addEventListener("scroll", () => this.rest());
    this.stage.parentElement?.addEventListener("pointerleave", () => this.hideTip());
  }

  remove() {
    for (const [name, act] of this.listeners) this.model.off(name, act);
    clearTimeout(this.announcing);
    this.rest();
    clearTimeout(this.waiting);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") this.hideTip();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("select, .inputs")) return;
    if ((event.key === "Enter" || event.key === " ") && this.toggleGroup(target)) {
      event.preventDefault();
      return;
    }
    const next = stepAfterKey(event.key, this.model.get("step"), last(this.model));
    if (next !== null) {
      event.preventDefault();
      setPlaying(this.model, false);
      goTo(this.model, next);
    } else if (event.key === " " && !target.closest("button, summary")) {
      event.preventDefault();
      setPlaying(this.model, !this.model.get("playing"));
    }
  }

  /** A click on a closed group's card opens it, one on an open group's name closes it.
   * @param {EventTarget|null} target */
  toggleGroup(target) {
    const part = /** @type {Element|null} */ (target)?.closest("[data-opens], [data-frame]");
    if (!part) return false;
    const frame = part.getAttribute("data-frame");
    tell(this.model, frame === null
      ? { open: Number(part.getAttribute("data-card")) }
      : { close: Number(frame) });
    return true;
  }

  /** @param {string} name @param {any} value */
  setInput(name, value) {
    this.model.set("values", { ...this.model.get("values"), [name]: value });
    (this.fittingSweep()?.name === name ? saveAtRest : save)(this.model);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.silent = !this.isAnswered();
      this.paintProblem();
    }, NO_ANSWER_AFTER);
  }

  // ---- sweeps: a slider's positions computed in advance, so that a drag need not wait

  /** @param {Input} input */
  askForSweep(input) {
    const step = this.model.get("step");
    const sweep = this.fittingSweep();
    if (sweep?.name === input.name && sweep.step === step) return;
    tell(this.model, { sweep: input.name, step });
  }

  /** @param {any} message @param {DataView[]} buffers */
  takeSweep(message, buffers) {
    const input = this.controls.get(message.name)?.[0];
    if (!input) return;
    const { buffer, byteOffset, byteLength } = buffers[0];
    const table = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
    this.sweep = { ...message, input, table };
    if (!this.isAnswered()) this.paintFromSweep(); // The hand has moved on meanwhile.
  }

  /** The sweep that is here, if it was made for the values that the other inputs have. */
  fittingSweep() {
    const { sweep } = this;
    const fits = sweep && sameValues(sweep.values, this.model.get("values"), sweep.name);
    return fits ? sweep : null;
  }

  /** Show the numbers at the slider's position, if they are here. */
  paintFromSweep() {
    const sweep = this.fittingSweep();
    if (!sweep) return;
    const { input, table, columns, plan, words } = sweep;
    const row = rowOf(input, this.model.get("values")[input.name]);
    this.swept ??= structuredClone(this.model.get("slots"));
    fillIn(this.swept, plan, table.subarray(row * columns, (row + 1) * columns));
    const step = this.model.get("step");
    this.overlay ??= new Overlay(this.stage, this.texts);
    this.paintTexts(step);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST);
    // The words were made for one step; those of others follow when the hand rests.
    if (sweep.step !== step || !words.length) return;
    write(this.numbers, words[row][0]);
    write(this.sentence, words[row][1]);
  }

  /** Whether the kernel's last answer belongs to where the inputs are now. */
  isAnswered() {
    const answered = this.model.get("answered");
    return !answered || sameValues(answered, this.model.get("values"));
  }

  // ---- painting

  /** Put a new picture in place of the old one. */
  drawPicture() {
    // The one place where text becomes markup: SVG written by an XML library in Python.
    this.stage.innerHTML = this.model.get("svg");
    this.svg = this.stage.querySelector("svg");
    /** @type {Text[]} */
    this.texts = [];
    for (const text of this.stage.querySelectorAll("[data-slot]")) {
      const data = document.createTextNode(text.textContent ?? "");
      text.replaceChildren(data);
      this.texts[Number(text.getAttribute("data-slot"))] = data;
    }
    /** @type {Element[]} */
    this.stateful = [];
    for (const part of this.stage.querySelectorAll("[data-stateful]")) {
      this.stateful[Number(part.getAttribute("data-stateful"))] = part;
    }
    this.setZoom(this.zoom);
    this.hideTip();
    this.paintSoon();
  }

  /** Paint once, after all traits of one message have arrived. */
  paintSoon() {
    if (this.soon) return;
    this.soon = true;
    queueMicrotask(() => {
      this.soon = false;
      clearTimeout(this.waiting);
      this.silent = false;
      // While a sweep is ahead of the kernel, an old answer must not pull it back.
      if (this.swept && !this.isAnswered()) return;
      this.swept = null;
      this.paint();
    });
  }

  paint() {
    const model = this.model;
    const step = model.get("step");
    const moment = model.get("steps")[step];
    if (!moment) return; // The other traits of this message are still to come.
    this.rest();
    this.paintPicture(step, moment);
    this.slider.max = String(last(model));
    this.slider.value = String(step);
    this.slider.setAttribute("aria-valuetext", `${moment.position}: ${moment.title}`);
    this.position.textContent = moment.position;
    this.paintPlaying();
    this.phase.textContent = PHASES[moment.phase];
    this.root.setAttribute("data-phase", moment.phase);
    this.root.toggleAttribute("data-playing", model.get("playing"));
    this.sentence.textContent = moment.sentence;
    this.makeRoom();
    this.symbols.textContent = moment.symbols || " ";
    this.numbers.textContent = moment.numbers || " ";
    this.paintInputs();
    this.paintProblem();
    this.paintCode();
    this.paintTable();
    this.announce(moment.sentence);
  }

  /** @param {number} step */
  paintTexts(step) {
    const slots = this.swept ?? this.model.get("slots");
    this.texts.forEach((text, index) => {
      const shown = textAt(slots[index] ?? [], step);
      if (text.data !== shown) text.data = shown;
    });
    this.overlay?.paint();
  }

  /** The hand rests: the picture's own texts are seen again. */
  rest() {
    clearTimeout(this.resting);
    this.overlay?.remove();
    this.overlay = null;
  }

  /** @param {number} step @param {Moment} moment */
  paintPicture(step, moment) {
    this.paintTexts(step);
    const states = this.model.get("states");
    const cards = this.model.get("received").length;
    this.stateful.forEach((part, index) => {
      put(part, "data-state", textAt(states[index] ?? [], step));
      const active = index < cards ? moment.card === index : moment.arrow === index - cards;
      put(part, "data-active", active ? "yes" : "no");
    });
    if (!this.tip.hidden) this.fillTip();
  }

  /** Scroll the stage, not the page, until the card that changes is in view. */
  reveal() {
    const card = this.stage.querySelector('.card[data-active="yes"]');
    if (!card) return;
    const view = this.stage.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const hidden = (/** @type {"left"|"top"} */ start, /** @type {"right"|"bottom"} */ end) =>
      Math.min(0, box[start] - view[start] - AROUND) + Math.max(0, box[end] - view[end] + AROUND);
    this.stage.scrollBy(hidden("left", "right"), hidden("top", "bottom"));
  }

  makeRoom() {
    const steps = this.model.get("steps");
    if (this.measured === steps) return;
    this.measured = steps;
    const texts = steps.map((/** @type {Moment} */ moment) => `${PHASES[moment.phase]} ${moment.sentence}`);
    this.longest.textContent = texts.reduce((/** @type {string} */ a, /** @type {string} */ b) =>
      (b.length > a.length ? b : a));
  }

  paintPlaying() {
    const playing = this.model.get("playing");
    const label = playing ? "Pause" : "Play";
    if (this.playButton.title !== label) {
      this.playButton.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
      this.playButton.title = label;
      this.playButton.setAttribute("aria-label", label);
    }
    const speed = this.model.get("speed");
    this.speedButton.textContent = `${speed}×`;
    this.speedButton.title = `Speed: ${speed} steps a second`;
    this.speedButton.setAttribute("aria-label", this.speedButton.title);
  }

  paintInputs() {
    const values = this.model.get("values") ?? {};
    for (const [input, control] of this.controls.values()) {
      const value = values[input.name];
      if (input.kind === "switch") control.checked = value;
      // A slider in the hand is not pulled back by an older answer.
      else if (Number(control.value) !== value) control.value = String(value);
      const output = this.readouts.get(input.name);
      if (output) write(output, readout(Number(value), input.step));
    }
  }

  paintProblem() {
    const problem = this.silent ? NO_ANSWER : this.model.get("problem") ?? "";
    if (this.problem) write(this.problem, problem);
    this.root.classList.toggle("has-problem", Boolean(problem));
  }

  paintCode() {
    const code = this.model.get("code");
    this.codePart.hidden = !code;
    if (!this.codePart.open || !code) return;
    if (this.listed !== code) {
      this.listed = code;
      this.listing.replaceChildren(...code.split("\n").map((/** @type {string} */ line) =>
        element("span", { class: "code-line" }, [line || " "])));
    }
    const current = this.model.get("lines")[this.model.get("step")] - 1;
    [...this.listing.children].forEach((line, index) => mark(line, index === current));
    const line = this.listing.children[current];
    if (line) this.listing.scrollTop = line.offsetTop - this.listing.clientHeight / 2;
  }

  paintTable() {
    if (!this.table.open) return;
    const steps = this.model.get("steps");
    if (this.tabled !== steps) {
      this.tabled = steps;
      this.rows.replaceChildren(...steps.map((/** @type {Moment} */ moment, /** @type {number} */ index) => {
        const cells = [String(index), moment.title, moment.symbols, moment.numbers];
        const row = element("tr", { "data-phase": moment.phase }, cells.map((text) => element("td", {}, [text])));
        row.addEventListener("click", () => goTo(this.model, index));
        return row;
      }));
    }
    const step = this.model.get("step");
    [...this.rows.children].forEach((row, index) => mark(row, index === step));
    const row = this.rows.children[step];
    if (row) this.tableScroll.scrollTop = row.offsetTop - this.tableScroll.clientHeight / 2;
  }

  /** @param {string} sentence */
  announce(sentence) {
    if (this.announced === sentence) return;
    this.announced = sentence;
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => { this.live.textContent = sentence; }, ANNOUNCE_AFTER);
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const natural = this.svg.viewBox.baseVal.width;
    const shown = this.svg.getBoundingClientRect().width || natural;
    this.setZoom(Math.min(Math.max((shown / natural) * factor, 0.25), 4));
  }

  /** @param {number} zoom How large the picture is shown; 0 fits the width. */
  setZoom(zoom) {
    this.zoom = zoom;
    this.rest();
    const { style, viewBox } = this.svg;
    const natural = viewBox.baseVal.width;
    style.width = zoom ? `${natural * zoom}px` : "100%";
    style.minWidth = zoom ? "0" : `${natural * SMALLEST_FIT}px`;
    style.maxWidth = zoom ? "none" : `${natural}px`;
    style.height = "auto";
  }

  // ---- the sum over a node's consumers

  /** Show the sum of the card under the pointer, or else of the one with the focus.
   * @param {EventTarget|null} target */
  showTip(target) {
    const under = /** @type {Element|null} */ (target)?.closest(".card");
    const card = under ?? this.stage.querySelector(".card:focus");
    if (card === this.tipCard && !this.tip.hidden) return;
    this.hideTip();
    if (!card) return;
    this.tipCard = card;
    this.fillTip();
    card.setAttribute("aria-describedby", this.tip.id);
    this.tip.hidden = false;
    const frame = this.stage.parentElement.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const left = Math.min(box.left - frame.left, frame.width - this.tip.offsetWidth - 4);
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${box.bottom - frame.top + 4}px`;
  }

  fillTip() {
    const index = Number(this.tipCard?.getAttribute("data-card"));
    const step = this.model.get("step");
    const all = this.model.get("received")[index] ?? [];
    const arrived = arrivedBy(all, step);
    const lines = arrived.map((at) => {
      const moment = this.model.get("steps")[at];
      return element("li", {}, [moment.numbers ? `${moment.title}: ${moment.numbers}` : moment.title]);
    });
    const heading = all.length
      ? `${this.tipCard?.getAttribute("aria-label")}. ${arrived.length} of ${all.length} contributions have arrived.`
      : `${this.tipCard?.getAttribute("aria-label")}. No gradient is sent to it.`;
    this.tip.replaceChildren(element("strong", {}, [heading]), element("ol", {}, lines));
  }

  hideTip() {
    this.tip.hidden = true;
    this.tipCard?.removeAttribute("aria-describedby");
  }
}
View.count = 0;

/** The changing texts of a picture, painted over it while a hand drags: to lay a hundred
 * texts of an SVG out anew takes longer than a frame. They themselves follow unseen. */
class Overlay {
  /** @param {HTMLElement} stage @param {Text[]} texts */
  constructor(stage, texts) {
    this.stage = stage;
    const { clientWidth: width, clientHeight: height } = stage;
    this.canvas = element("canvas", {
      class: "overlay", "aria-hidden": "true", style: `width: ${width}px; height: ${height}px`,
      width: String(width * devicePixelRatio), height: String(height * devicePixelRatio),
    });
    this.context = this.canvas.getContext("2d");
    this.context.scale(devicePixelRatio, devicePixelRatio);
    const svg = /** @type {SVGSVGElement} */ (stage.querySelector("svg"));
    const [view, drawn] = [stage, svg].map((part) => part.getBoundingClientRect());
    const scale = drawn.width / svg.viewBox.baseVal.width;
    this.lines = texts.filter((text) => overlap(view, textElement(text).getBoundingClientRect()))
      .map((text) => ({
        text, ...lettering(textElement(text), scale, drawn.left - view.left, drawn.top - view.top),
      }))
      .sort((a, b) => a.font.localeCompare(b.font)); // A font is slow to set.
    stage.after(this.canvas);
    stage.toggleAttribute("data-overlaid", true);
  }

  paint() {
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    let set = "";
    for (const { text, x, y, font, align, colour } of this.lines) {
      if (font !== set) context.font = set = font;
      context.textAlign = align;
      context.fillStyle = colour;
      context.fillText(text.data, x, y);
    }
  }

  remove() {
    this.canvas.remove();
    this.stage.toggleAttribute("data-overlaid", false);
  }
}

/** @param {Text} text @returns {any} */
const textElement = (text) => text.parentElement;

/** @param {DOMRect} a @param {DOMRect} b */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** How a text of an SVG is seen, and where.
 * @param {SVGTextElement} element @param {number} scale
 * @param {number} left @param {number} top Where the SVG begins. */
function lettering(element, scale, left, top) {
  const style = getComputedStyle(element);
  return {
    x: Number(element.getAttribute("x")) * scale + left,
    y: Number(element.getAttribute("y")) * scale + top,
    font: `${style.fontStyle} ${style.fontWeight} ${parseFloat(style.fontSize) * scale}px ${style.fontFamily}`,
    align: style.textAnchor === "end" ? "right" : "center",
    colour: style.fill,
  };
}

/** Send a message to Python, if it is still there.
 * @param {any} model @param {any} message */
function tell(model, message) {
  try {
    model.send(message);
  } catch {
    // The kernel is gone. Steps go on without it; `setInput` says so where it matters.
  }
}

/** Set an attribute only where it changes, so that the rest need not be styled again.
 * @param {Element} part @param {string} name @param {string} value */
function put(part, name, value) {
  if (part.getAttribute(name) !== value) part.setAttribute(name, value);
}

/** Write a text only where it changes, so that the rest need not be laid out again.
 * @param {Element} part @param {string} text */
function write(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

/** @param {Element} part @param {boolean} current */
function mark(part, current) {
  if (current) part.setAttribute("aria-current", "step");
  else part.removeAttribute("aria-current");
}

/** @param {Input} input @param {any} control */
function valueOf(input, control) {
  return input.kind === "switch" ? control.checked : Number(control.value);
}

export default { initialize, render };
