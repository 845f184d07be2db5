// @ts-check
// What is to be read below the picture: the step in words, the code, all steps.

import { element, markCurrent, OWN_KEYS, write } from "./elements.js";
import { goTo } from "./steps.js";

const PHASES = { start: "Start.", forward: "Forward.", backward: "Backward." };
const ANNOUNCE_AFTER = 350; // Milliseconds of rest before a screen reader is told.

/** The current step as formula and sentence. */
export class Wording {
  constructor() {
    this.phase = element("span", { class: "phase" });
    this.sentence = element("span", { class: "sentence" });
    this.symbols = element("div", { class: "symbols" });
    this.numbers = element("div", { class: "numbers" });
    // Takes the room of the longest sentence, so that nothing below moves.
    this.longest = element("p", { class: "longest", "aria-hidden": "true" });
    this.part = element("div", { class: "wording" }, [
      element("div", { class: "formula" }, [this.symbols, this.numbers]),
      element("div", { class: "telling" }, [
        this.longest,
        element("p", {}, [this.phase, " ", this.sentence]),
      ]),
    ]);
    this.live = element("div", { class: "unseen", "aria-live": "polite" });
    this.announced = "";
    /** @type {Moment[]|null} */
    this.measured = null;
  }

  /** @param {Moment} moment @param {Moment[]} steps */
  paint(moment, steps) {
    this.phase.textContent = PHASES[moment.phase];
    this.sentence.textContent = moment.sentence;
    this.makeRoom(steps);
    this.symbols.textContent = moment.symbols || " ";
    this.numbers.textContent = moment.numbers || " ";
    this.announce(moment.sentence);
  }

  /** Show the words at another position of a slider.
   * @param {[string, string]} words */
  paintWords([numbers, sentence]) {
    write(this.numbers, numbers);
    write(this.sentence, sentence);
  }

  /** @param {Moment[]} steps */
  makeRoom(steps) {
    if (this.measured === steps) return;
    this.measured = steps;
    const texts = steps.map((moment) => `${PHASES[moment.phase]} ${moment.sentence}`);
    this.longest.textContent = texts.reduce((a, b) => (b.length > a.length ? b : a));
  }

  /** @param {string} sentence */
  announce(sentence) {
    if (this.announced === sentence) return;
    this.announced = sentence;
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => { this.live.textContent = sentence; }, ANNOUNCE_AFTER);
  }

  remove() {
    clearTimeout(this.announcing);
  }
}

/** The passes as Python, with the current step's line marked. */
export class Listing {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    this.listed = "";
    this.lines = element("pre", { class: "listing", tabindex: "0", "aria-label": "The steps as Python", ...OWN_KEYS });
    this.part = element("details", { class: "code" }, [
      element("summary", OWN_KEYS, ["The same steps as Python"]),
      this.lines,
    ]);
    this.part.addEventListener("toggle", () => this.paint());
  }

  paint() {
    const code = this.model.get("code");
    this.part.hidden = !code;
    if (!this.part.open || !code) return;
    if (this.listed !== code) {
      this.listed = code;
      this.lines.replaceChildren(...code.split("\n").map((line) =>
        element("span", { class: "code-line" }, [line || " "])));
    }
    const current = this.model.get("lines")[this.model.get("step")] - 1;
    markCurrent(this.lines, current, this.lines);
  }
}

/** All steps as a table; a click goes to one. */
export class StepTable {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Moment[]|null} */
    this.listed = null;
    this.rows = element("tbody");
    const heads = ["step", "what happens", "formula", "with numbers"].map((text) =>
      element("th", { scope: "col" }, [text]));
    this.scroll = element("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "All steps", ...OWN_KEYS }, [
      element("table", {}, [element("thead", {}, [element("tr", {}, heads)]), this.rows]),
    ]);
    this.part = element("details", {}, [element("summary", OWN_KEYS, ["All steps"]), this.scroll]);
    this.part.addEventListener("toggle", () => this.paint());
  }

  paint() {
    if (!this.part.open) return;
    const steps = this.model.get("steps");
    if (this.listed !== steps) {
      this.listed = steps;
      this.rows.replaceChildren(...steps.map((moment, index) => this.row(moment, index)));
    }
    markCurrent(this.rows, this.model.get("step"), this.scroll);
  }

  /** @param {Moment} moment @param {number} index */
  row(moment, index) {
    const cells = [String(index), moment.title, moment.symbols, moment.numbers];
    const row = element("tr", { "data-phase": moment.phase }, cells.map((text) => element("td", {}, [text])));
    row.addEventListener("click", () => goTo(this.model, index));
    return row;
  }
}
