// @ts-check
// The camera: which part of a picture is seen, and how large.

import { element } from "./elements.js";

const AROUND = 12; // Pixels that stay free around what the camera looks at.
const STRIP = 56; // The height of the strip at most.
const SVG = "http://www.w3.org/2000/svg";

/** A part of a line: from where, and to where.
 * @typedef {{from: number, to: number}} Span */

/** Where a window on a line moves so that a part is in it: as little as it can, and to
 * the part's beginning where it does not fit.
 * @param {Span} view @param {Span} part */
export function lookAt(view, part) {
  const from = part.from - AROUND;
  const to = part.to + AROUND;
  const room = view.to - view.from;
  if (to - from > room) return from;
  return Math.min(Math.max(view.from, to - room), from);
}

/** The same for parts that belong together: all of them; where they do not fit, the
 * first, with as much of the next as there is room for.
 * @param {Span} view @param {Span[]} parts */
export function lookAtAll(view, parts) {
  const room = view.to - view.from - 2 * AROUND;
  let all = parts[0];
  for (const next of parts.slice(1)) {
    const both = { from: Math.min(all.from, next.from), to: Math.max(all.to, next.to) };
    if (both.to - both.from > room) {
      const part = next.to > all.to
        ? { from: all.from, to: Math.max(all.to, all.from + room) }
        : { from: Math.min(all.from, all.to - room), to: all.to };
      return lookAt(view, part);
    }
    all = both;
  }
  return lookAt(view, all);
}

/** What moves over a stage that is smaller than its picture. */
export class Camera {
  /** @param {HTMLElement} stage What scrolls. */
  constructor(stage) {
    this.stage = stage;
    /** @type {"whole"|number} The size that was asked for; 1 is that of the texts. */
    this.size = 1;
    /** What it looks at, the most important first.
     * @type {Element[]} */
    this.parts = [];
    this.map = document.createElementNS(SVG, "svg");
    this.window = document.createElementNS(SVG, "rect");
    // For hands: keys and screen readers have the steps, and the cards themselves.
    this.strip = element("div", { class: "strip", "aria-hidden": "true" });
    this.strip.append(this.map);
    this.strip.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // No text is selected, and no focus lost.
      this.strip.setPointerCapture(event.pointerId);
      this.moveTo(event);
    });
    this.strip.addEventListener("pointermove", (event) => {
      if (this.strip.hasPointerCapture(event.pointerId)) this.moveTo(event);
    });
    stage.addEventListener("scroll", () => this.paintWindow());
    this.watch = new ResizeObserver(() => this.fit());
    this.watch.observe(stage);
  }

  remove() {
    this.watch.disconnect();
  }

  get svg() {
    return /** @type {SVGSVGElement|null} */ (this.stage.querySelector("svg"));
  }

  /** Show another picture: draw its strip. */
  show() {
    const { svg, map } = this;
    if (!svg) return;
    map.setAttribute("viewBox", svg.getAttribute("viewBox") ?? "");
    const cards = [...svg.querySelectorAll(".card")].map((card) => {
      const box = /** @type {Element} */ (card.querySelector(".card-box"));
      const small = document.createElementNS(SVG, "rect");
      for (const name of ["x", "y", "width", "height"]) {
        small.setAttribute(name, box.getAttribute(name) ?? "");
      }
      return small;
    });
    this.window.setAttribute("class", "window");
    map.replaceChildren(...cards, this.window);
    this.fit();
  }

  /** @param {"whole"|number} size */
  resize(size) {
    this.size = size;
    this.fit();
  }

  /** How large the picture is shown, as a share of its own size. */
  get scale() {
    const { svg } = this;
    if (!svg) return 1;
    const { width } = svg.viewBox.baseVal;
    if (this.size !== "whole") return this.size;
    return Math.min(1, this.stage.clientWidth / width);
  }

  /** Give picture and strip their sizes. */
  fit() {
    const { svg, stage } = this;
    if (!svg || !stage.clientWidth) return; // Not on the page yet.
    const { width, height } = svg.viewBox.baseVal;
    svg.style.width = `${width * this.scale}px`;
    svg.style.height = "auto";
    const small = Math.min(STRIP / height, stage.clientWidth / width);
    this.map.setAttribute("width", String(width * small));
    this.map.setAttribute("height", String(height * small));
    const hides = stage.scrollWidth > stage.clientWidth + 1 || stage.scrollHeight > stage.clientHeight + 1;
    this.strip.hidden = !hides;
    this.paintWindow();
    this.look("auto");
  }

  paintWindow() {
    const { stage, scale, window } = this;
    if (this.strip.hidden) return;
    window.setAttribute("x", String(stage.scrollLeft / scale));
    window.setAttribute("y", String(stage.scrollTop / scale));
    window.setAttribute("width", String(stage.clientWidth / scale));
    window.setAttribute("height", String(stage.clientHeight / scale));
  }

  /** Mark the card of a step on the strip.
   * @param {number|null} card */
  mark(card) {
    [...this.map.children].forEach((small, index) => {
      small.toggleAttribute("data-active", index === card);
    });
  }

  /** Glide until what it looks at is in view; at once where motion is unwanted. */
  glide() {
    this.look(matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  }

  /** @param {ScrollBehavior} behavior */
  look(behavior) {
    const { stage, svg, parts } = this;
    if (!svg || !parts.length || !stage.clientWidth) return;
    const origin = svg.getBoundingClientRect();
    const boxes = parts.map((part) => part.getBoundingClientRect());
    const left = lookAtAll(
      { from: stage.scrollLeft, to: stage.scrollLeft + stage.clientWidth },
      boxes.map((box) => ({ from: box.left - origin.left, to: box.right - origin.left })),
    );
    const top = lookAtAll(
      { from: stage.scrollTop, to: stage.scrollTop + stage.clientHeight },
      boxes.map((box) => ({ from: box.top - origin.top, to: box.bottom - origin.top })),
    );
    if (Math.abs(left - stage.scrollLeft) < 1 && Math.abs(top - stage.scrollTop) < 1) return;
    stage.scrollTo({ left, top, behavior });
  }

  /** Look at the place on the strip where the pointer is.
   * @param {PointerEvent} event */
  moveTo(event) {
    const { stage, scale, svg, map } = this;
    if (!svg) return;
    const box = map.getBoundingClientRect();
    const { width, height } = svg.viewBox.baseVal;
    const x = ((event.clientX - box.left) / box.width) * width * scale;
    const y = ((event.clientY - box.top) / box.height) * height * scale;
    stage.scrollTo({ left: x - stage.clientWidth / 2, top: y - stage.clientHeight / 2 });
  }
}
