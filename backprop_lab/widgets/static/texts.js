// @ts-check
// What a text of the picture shows: pure functions, with nothing of a page in them.

/** What a timeline shows after a number of steps.
 * @param {Timeline} timeline @param {number} step */
export function textAt(timeline, step) {
  let shown = "";
  for (const [since, text] of timeline) {
    if (since > step) break;
    shown = text;
  }
  return shown;
}

/** Write the numbers of one row of a sweep into the timelines that show them.
 * @param {Timeline[]} slots @param {Entry[]} plan @param {Float64Array} row */
export function fillIn(slots, plan, row) {
  for (const [slot, change, prefix, columns] of plan) {
    const numbers = columns.map((column) => numberText(row[column]));
    slots[slot][change][1] = prefix + numbers.join(" … "); // Two are the ends of a range.
  }
}

/** A number as text, digit for digit as `words.numbers.number` writes it in Python.
 * @param {number} value */
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

/** A number as it stands beside a slider: as many decimals as its step has.
 * @param {number} value @param {number} step */
export function readout(value, step) {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(decimals).replace("-", "−");
}
