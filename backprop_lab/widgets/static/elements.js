// @ts-check
// How the parts of a page are made and changed.

const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 3v10l9-5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  forward: "M5 3v10l7-5z",
  last: "M11 3h2v10h-2zM3 3v10l7-5z",
};

// JupyterLab would take the keys; this attribute must stand on the control itself.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** @template {keyof HTMLElementTagNameMap} Tag @param {Tag} tag
 * @param {Record<string, string>} [attributes] @param {(Node|string)[]} [content] */
export function element(tag, attributes = {}, content = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** @param {keyof typeof ICONS} name @param {string} label @param {() => void} act */
export function iconButton(name, label, act) {
  return button(`button ${name}`, label, icon(name), act);
}

/** @param {string} text @param {string} label @param {() => void} act */
export function textButton(text, label, act) {
  return button("button", label, text, act);
}

/** @param {string} classes @param {string} label @param {Node|string} content
 * @param {() => void} act */
function button(classes, label, content, act) {
  const made = element("button", {
    type: "button", class: classes, title: label, "aria-label": label, ...OWN_KEYS,
  }, [content]);
  made.addEventListener("click", act);
  return made;
}

/** Say what a button does.
 * @param {HTMLElement} button @param {string} label */
export function relabel(button, label) {
  button.title = label;
  button.setAttribute("aria-label", label);
}

/** Set an attribute only where it changes, so that the rest need not be styled again.
 * @param {Element} part @param {string} name @param {string} value */
export function put(part, name, value) {
  if (part.getAttribute(name) !== value) part.setAttribute(name, value);
}

/** Write a text only where it changes, so that the rest need not be laid out again.
 * @param {Element} part @param {string} text */
export function write(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

/** Mark the one of a list's parts that belongs to the step, and have it in view.
 * @param {Element} list @param {number} current @param {HTMLElement} scroll */
export function markCurrent(list, current, scroll) {
  [...list.children].forEach((part, index) => {
    if (index === current) part.setAttribute("aria-current", "step");
    else part.removeAttribute("aria-current");
  });
  const part = /** @type {HTMLElement|undefined} */ (list.children[current]);
  if (part) scroll.scrollTop = part.offsetTop - scroll.clientHeight / 2;
}
