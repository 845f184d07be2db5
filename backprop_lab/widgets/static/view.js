// @ts-check
// One view of a model: the picture, what moves it and what is read beside it.

import { Camera } from "./camera.js";
import { InputControls, StepControls } from "./controls.js";
import { element, put, write } from "./elements.js";
import { Overlay } from "./overlay.js";
import { Listing, StepTable, Wording } from "./reading.js";
import { followKey, REST, save, saveAtRest, setPlaying } from "./steps.js";
import { ask, sameValues, Sweep } from "./sweep.js";
import { textAt } from "./texts.js";
import { Tip } from "./tip.js";

const NO_ANSWER_AFTER = 4000; // Milliseconds until a silent kernel is mentioned.
const NO_ANSWER = "Python does not answer, so some of this may show the last values. Is the kernel busy, or has it stopped?";
const LOST = "Python was restarted, so the picture does not follow its inputs any more. Run all cells above, then this one.";

export class View {
  /** @param {Model} model @param {HTMLElement} root */
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.silent = false;
    this.soon = false;
    /** @type {Overlay|null} */
    this.overlay = null;
    /** @type {Text[]} */
    this.texts = [];
    /** @type {Element[]} */
    this.stateful = [];
    /** @type {[string, (...given: any[]) => void][]} */
    this.listeners = [];
    this.sweep = new Sweep(model);
    this.inputs = new InputControls(model.get("inputs") ?? [], {
      grasp: (input) => this.sweep.askFor(input),
      move: (input, value) => this.setInput(input.name, value),
      release: () => save(model),
    });
    this.steps = new StepControls(model, {
      by: (factor) => this.zoom(this.camera.scale * factor),
      fit: () => this.zoom(this.camera.size === "whole" ? 1 : "whole"),
    });
    this.stage = element("div", { class: "stage" });
    this.camera = new Camera(this.stage);
    this.tip = new Tip(model, this.stage);
    this.frame = element("div", { class: "stage-frame" }, [this.stage, this.camera.strip, this.tip.part]);
    this.wording = new Wording();
    this.listing = new Listing(model);
    this.table = new StepTable(model);
    root.append(
      ...this.inputs.parts,
      this.steps.part,
      this.frame,
      this.wording.part,
      this.listing.part,
      this.table.part,
      this.wording.live,
    );
    this.listen();
    this.drawPicture();
    this.paint();
  }

  // ---- listening

  listen() {
    const on = (/** @type {string} */ name, /** @type {(...given: any[]) => void} */ act) => {
      this.model.on(name, act);
      this.listeners.push([name, act]);
    };
    on("change:step", () => { this.paint(); this.camera.glide(); });
    on("change:playing", () => this.paint());
    on("change:speed", () => this.paint());
    on("change:svg", () => { this.sweep.forget(); this.drawPicture(); });
    // The texts of a picture come together; `steps` is the last that is painted.
    for (const name of ["slots", "states", "steps", "received", "answered"]) {
      on(`change:${name}`, () => this.paintSoon());
    }
    on("change:values", () => { this.paintInputs(); this.paintFromSweep(); });
    on("msg:custom", this.takeSweep.bind(this));
    on("change:problem", () => this.paintProblem());
    on("change:lost", () => this.paintProblem());
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.stage.addEventListener("click", (event) => this.toggleGroup(event.target));
    this.stage.addEventListener("pointerover", (event) => this.tip.show(event.target));
    this.stage.addEventListener("focusin", (event) => this.tip.show(event.target));
    this.root.addEventListener("focusout", () => this.tip.hide());
    this.stage.addEventListener("scroll", () => this.rest());
    this.frame.addEventListener("pointerleave", () => this.tip.hide());
  }

  remove() {
    for (const [name, act] of this.listeners) this.model.off(name, act);
    this.wording.remove();
    this.camera.remove();
    this.rest();
    clearTimeout(this.waiting);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    event.stopPropagation();
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") this.tip.hide();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("select, .inputs")) return;
    if ((event.key === "Enter" || event.key === " ") && this.toggleGroup(target)) {
      event.preventDefault();
    } else if (followKey(this.model, event.key)) {
      event.preventDefault();
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
    ask(this.model, frame === null
      ? { open: Number(part.getAttribute("data-card")) }
      : { close: Number(frame) });
    return true;
  }

  /** @param {string} name @param {number|boolean} value */
  setInput(name, value) {
    this.model.set("values", { ...this.model.get("values"), [name]: value });
    (this.sweep.fitting()?.name === name ? saveAtRest : save)(this.model);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.silent = !this.isAnswered();
      this.paintProblem();
    }, NO_ANSWER_AFTER);
  }

  /** Whether the kernel's last answer belongs to where the inputs are now. */
  isAnswered() {
    const answered = this.model.get("answered");
    return !answered || sameValues(answered, this.model.get("values") ?? {});
  }

  // ---- painting

  /** Put a new picture in place of the old one. */
  drawPicture() {
    // The one place where text becomes markup: SVG written by an XML library in Python.
    this.stage.innerHTML = this.model.get("svg");
    this.texts = [];
    for (const text of this.stage.querySelectorAll("[data-slot]")) {
      const data = document.createTextNode(text.textContent ?? "");
      text.replaceChildren(data);
      this.texts[Number(text.getAttribute("data-slot"))] = data;
    }
    this.stateful = [];
    for (const part of this.stage.querySelectorAll("[data-stateful]")) {
      this.stateful[Number(part.getAttribute("data-stateful"))] = part;
    }
    this.camera.show();
    this.tip.hide();
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
      if (this.sweep.slots && !this.isAnswered()) return;
      this.sweep.slots = null;
      this.paint();
    });
  }

  paint() {
    const step = this.model.get("step");
    const steps = this.model.get("steps");
    const moment = steps[step];
    if (!moment) return; // The other traits of this message are still to come.
    this.rest();
    this.paintPicture(step, moment);
    this.root.setAttribute("data-phase", moment.phase);
    this.root.toggleAttribute("data-playing", this.model.get("playing"));
    this.steps.paint(moment);
    this.wording.paint(moment, steps);
    this.paintInputs();
    this.paintProblem();
    this.listing.paint();
    this.table.paint();
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
    this.tip.paint();
    this.camera.mark(moment.card);
    this.camera.parts = this.partsOf(moment);
  }

  /** The parts of the picture that a step is about, the most important first.
   * @param {Moment} moment */
  partsOf(moment) {
    const part = (/** @type {string} */ kind, /** @type {string|number|null} */ index) =>
      index === null ? null : this.stage.querySelector(`[data-${kind}="${index}"]`);
    const arrow = part("arrow", moment.arrow);
    const sender = arrow && part("card", arrow.getAttribute("data-consumer"));
    return [part("card", moment.card), arrow, sender].flatMap((found) => found ?? []);
  }

  /** @param {number} step */
  paintTexts(step) {
    const slots = this.sweep.slots ?? this.model.get("slots");
    this.texts.forEach((text, index) => {
      const shown = textAt(slots[index] ?? [], step);
      if (text.data !== shown) text.data = shown;
    });
    this.overlay?.paint();
  }

  paintInputs() {
    this.inputs.paint(this.model.get("values") ?? {});
  }

  paintProblem() {
    const { model } = this;
    const problem = model.get("lost") ? LOST : this.silent ? NO_ANSWER : model.get("problem") ?? "";
    write(this.inputs.problem, problem);
    this.root.classList.toggle("has-problem", Boolean(problem));
  }

  // ---- a drag

  /** @param {SweepMessage} message @param {DataView[]} buffers */
  takeSweep(message, [numbers]) {
    const control = this.inputs.controls.get(message.name);
    if (!control) return;
    this.sweep.take(message, control.input, numbers);
    if (!this.isAnswered()) this.paintFromSweep(); // The hand has moved on meanwhile.
  }

  /** Show the numbers at the slider's position, if they are here. */
  paintFromSweep() {
    const filled = this.sweep.fillIn();
    if (!filled) return;
    this.overlay ??= new Overlay(this.stage, this.texts);
    this.paintTexts(this.model.get("step"));
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST);
    // The words were made for one step; those of others follow when the hand rests.
    if (filled.words) this.wording.paintWords(filled.words);
  }

  /** The hand rests: the picture's own texts are seen again. */
  rest() {
    clearTimeout(this.resting);
    this.overlay?.remove();
    this.overlay = null;
  }

  // ---- the size

  /** @param {"whole"|number} size */
  zoom(size) {
    this.rest();
    this.camera.resize(size === "whole" ? size : Math.min(Math.max(size, 0.25), 4));
    this.steps.paintSize(size === "whole");
  }
}
