// @ts-check
// The sum over a node's consumers, shown beside the card under the pointer.

import { element } from "./elements.js";

let count = 0;

/** The contributions that a card has received by a step, as indices of steps.
 * @param {number[]} received @param {number} step */
export function arrivedBy(received, step) {
  return received.filter((index) => index <= step);
}

export class Tip {
  /** @param {Model} model @param {HTMLElement} stage */
  constructor(model, stage) {
    this.model = model;
    this.stage = stage;
    this.part = element("div", { class: "tip", role: "tooltip", id: `backprop-tip-${count++}` });
    this.part.hidden = true;
    /** @type {Element|null} */
    this.card = null;
  }

  /** Show the sum of the card under the pointer, or else of the one with the focus.
   * @param {EventTarget|null} target */
  show(target) {
    const under = /** @type {Element|null} */ (target)?.closest(".card");
    const card = under ?? this.stage.querySelector(".card:focus");
    if (card === this.card && !this.part.hidden) return;
    this.hide();
    if (!card) return;
    this.card = card;
    this.part.hidden = false;
    this.paint();
    card.setAttribute("aria-describedby", this.part.id);
    const frame = /** @type {Element} */ (this.part.parentElement).getBoundingClientRect();
    const box = card.getBoundingClientRect();
    const left = Math.min(box.left - frame.left, frame.width - this.part.offsetWidth - 4);
    this.part.style.left = `${Math.max(0, left)}px`;
    this.part.style.top = `${box.bottom - frame.top + 4}px`;
  }

  paint() {
    if (this.part.hidden || !this.card) return;
    const name = this.card.getAttribute("aria-label");
    const all = this.model.get("received")[Number(this.card.getAttribute("data-card"))] ?? [];
    const arrived = arrivedBy(all, this.model.get("step"));
    const lines = arrived.map((at) => {
      const { title, numbers } = this.model.get("steps")[at];
      return element("li", {}, [numbers ? `${title}: ${numbers}` : title]);
    });
    const heading = all.length
      ? `${name}. ${arrived.length} of ${all.length} contributions have arrived.`
      : `${name}. No gradient is sent to it.`;
    this.part.replaceChildren(element("strong", {}, [heading]), element("ol", {}, lines));
  }

  hide() {
    this.part.hidden = true;
    this.card?.removeAttribute("aria-describedby");
  }
}
