// Entity errors by type: a stacked bar for each step, and buttons that filter the sentences.

import { drawing, element, replace } from "./dom.js";
import { ERROR_TYPES } from "./entities.js";
import { number, signedCount } from "./numbers.js";
import { sum } from "./scores.js";

const WIDTH = 640;
const HEIGHT = 110;
const MARGIN = { left: 44, right: 10, top: 8, bottom: 6 };

/** Draws into `parent`; `selected` is an index into `headers`, `error` the type that is filtered by or "any". */
export function drawErrors(parent, { headers, selected, before, error, onSelect }) {
  const now = headers[selected].errors;
  const buttons = ERROR_TYPES.map(([key, name]) => {
    const change = before ? signedCount(now[key] - before.errors[key]) : null;
    return element("button", {
      type: "button", class: `error-button ${key}`, "aria-pressed": String(error === key),
      onclick: () => onSelect(key),
    },
      element("span", { class: "error-swatch" }), element("span", {}, name), element("b", {}, number(now[key])),
      change === null ? null : element("span", { class: "change" }, change));
  });
  const group = element("div", { class: "error-buttons", role: "group", "aria-label": "Errors by type" }, buttons);
  replace(parent, ...(headers.length > 1 ? [stackedBars(headers, selected)] : []), group);
}

function stackedBars(headers, selected) {
  const totals = headers.map(({ errors }) => sum(ERROR_TYPES.map(([key]) => errors[key])));
  const highest = Math.max(1, ...totals);
  const slot = (WIDTH - MARGIN.left - MARGIN.right) / headers.length;
  const height = (count) => (count / highest) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart errors" });
  chart.append(drawing("title", {}, `Entity errors at ${headers.length} steps, at most ${number(highest)}`));
  for (const value of [0, highest]) {
    const y = HEIGHT - MARGIN.bottom - height(value);
    chart.append(
      drawing("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y, y2: y }),
      drawing("text", { class: "tick", x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, number(value)),
    );
  }
  headers.forEach(({ step, errors }, index) => {
    let y = HEIGHT - MARGIN.bottom;
    const bar = drawing("g", { class: index === selected ? "bar selected" : "bar" });
    bar.append(drawing("title", {}, `step ${number(step)}: ${ERROR_TYPES.map(([key, name]) => `${number(errors[key])} ${name}`).join(", ")}`));
    for (const [key] of ERROR_TYPES) {
      y -= height(errors[key]);
      bar.append(drawing("rect", { class: key, x: MARGIN.left + slot * index + 0.1 * slot, y, width: 0.8 * slot, height: height(errors[key]) }));
    }
    chart.append(bar);
  });
  return chart;
}
