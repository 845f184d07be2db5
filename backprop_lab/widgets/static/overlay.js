// @ts-check
// The canvas while dragging.

import { element } from "./elements.js";

/** The changing texts of a picture, painted over it while a hand drags: to lay a hundred
 * texts of an SVG out anew takes longer than a frame. They themselves follow unseen. */
export class Overlay {
  /** @param {HTMLElement} stage @param {Text[]} texts */
  constructor(stage, texts) {
    this.stage = stage;
    const { clientWidth: width, clientHeight: height } = stage;
    this.canvas = element("canvas", {
      class: "overlay", "aria-hidden": "true", style: `width: ${width}px; height: ${height}px`,
      width: String(width * devicePixelRatio), height: String(height * devicePixelRatio),
    });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.context.scale(devicePixelRatio, devicePixelRatio);
    const svg = /** @type {SVGSVGElement} */ (stage.querySelector("svg"));
    const [view, drawn] = [stage, svg].map((part) => part.getBoundingClientRect());
    const scale = drawn.width / svg.viewBox.baseVal.width;
    this.lines = texts
      .map((text) => ({ text, holder: /** @type {SVGTextElement} */ (/** @type {any} */ (text.parentElement)) }))
      .filter(({ holder }) => overlap(view, holder.getBoundingClientRect()))
      .map(({ text, holder }) => ({
        text, ...appearance(holder, scale, drawn.left - view.left, drawn.top - view.top),
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

/** @param {DOMRect} a @param {DOMRect} b */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** How a text of an SVG is seen, and where.
 * @param {SVGTextElement} text @param {number} scale
 * @param {number} left @param {number} top Where the SVG begins. */
function appearance(text, scale, left, top) {
  const style = getComputedStyle(text);
  /** @type {CanvasTextAlign} */
  const align = style.textAnchor === "end" ? "right" : "center";
  return {
    x: Number(text.getAttribute("x")) * scale + left,
    y: Number(text.getAttribute("y")) * scale + top,
    font: `${style.fontStyle} ${style.fontWeight} ${parseFloat(style.fontSize) * scale}px ${style.fontFamily}`,
    align,
    colour: style.fill,
  };
}
