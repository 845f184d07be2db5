// @ts-check
// The browser's half of stepper and explorer: it shows what Python has computed, and
// computes nothing of its own.

import { element } from "./elements.js";
import { keepTime } from "./steps.js";
import { View } from "./view.js";

/** @param {{model: Model}} context */
function initialize({ model }) {
  // So a widget of JupyterLab hears that its kernel has been restarted.
  model.on("comm_live_update", () => model.set("lost", true));
  return keepTime(model);
}

/** @param {{model: Model, el: HTMLElement}} context */
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

export default { initialize, render };
