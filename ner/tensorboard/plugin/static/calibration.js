// The reliability of confidences: share of correct entities in each bin of confidence, as bars over the diagonal.

import { drawing, element, replace } from "./dom.js";
import { counted, number } from "./numbers.js";

const SIZE = 220;
const MARGIN = { left: 34, right: 8, top: 8, bottom: 30 };
const TICKS = [0, 0.5, 1];

/** Draws the diagram, and the confidence of each type that reaches the target precision, into `parent`. */
export function drawCalibration(parent, { bins, thresholds, wanted_precision: wanted, expected_calibration_error: error, temperature }) {
  const belief = temperature > 1.05 ? "overconfident" : temperature < 0.95 ? "underconfident" : "well calibrated";
  const text = `Expected calibration error ${error.toFixed(3)}; temperature ${temperature.toFixed(2)}: ${belief}`;
  const rows = Object.entries(thresholds).map(([name, { confidence, recall }]) =>
    element("tr", {}, element("th", { scope: "row" }, element("bdi", {}, name)),
      element("td", {}, confidence === null ? "none" : confidence.toFixed(3)),
      element("td", {}, confidence === null ? "" : recall.toFixed(3))));
  const table = element("table", { class: "scores" },
    element("thead", {}, element("tr", {}, ["", "confidence", "recall left"].map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows));
  replace(parent,
    element("p", { class: "note" }, text),
    element("div", { class: "calibration" }, diagram(bins),
      element("div", {}, element("p", { class: "note" }, `Lowest confidence with a precision of ${wanted}`), table)));
}

function diagram(bins) {
  const side = SIZE - MARGIN.left - MARGIN.right;
  const height = SIZE - MARGIN.top - MARGIN.bottom;
  const x = (share) => MARGIN.left + share * side;
  const y = (share) => MARGIN.top + (1 - share) * height;
  const chart = drawing("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "chart reliability", role: "img" });
  chart.append(drawing("title", {}, "Share of correct entities by confidence"));
  for (const tick of TICKS) {
    chart.append(
      drawing("line", { class: "grid", x1: x(0), x2: x(1), y1: y(tick), y2: y(tick) }),
      drawing("text", { class: "tick", x: x(0) - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick)),
      drawing("text", { class: "tick", x: x(tick), y: y(0) + 14, "text-anchor": "middle" }, String(tick)),
    );
  }
  bins.forEach(({ entities, confidence, correct }, index) => {
    if (!entities) return;
    const text = `confidence ${(index / bins.length).toFixed(1)} to ${((index + 1) / bins.length).toFixed(1)}: ${counted(entities, "entity")}, mean confidence ${confidence.toFixed(3)}, ${correct.toFixed(3)} correct`;
    chart.append(
      drawing("rect", { class: "bin", x: x(index / bins.length) + 1, width: side / bins.length - 2, y: y(correct), height: Math.max(y(0) - y(correct), 1) },
        drawing("title", {}, text)),
      drawing("line", { class: "confidence", x1: x(index / bins.length) + 1, x2: x((index + 1) / bins.length) - 1, y1: y(confidence), y2: y(confidence) }),
    );
  });
  chart.append(drawing("text", { class: "tick", x: x(0.5), y: SIZE - 3, "text-anchor": "middle" }, `confidence (${number(bins.reduce((sum, one) => sum + one.entities, 0))} predicted entities)`));
  return chart;
}
