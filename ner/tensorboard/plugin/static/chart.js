// F1 of each class over the steps of a run, and the table of scores.

import { drawing, element, number, replace } from "./dom.js";
import { classColour, isInside } from "./palette.js";
import { classScores, overall } from "./scores.js";

const WIDTH = 640;
const HEIGHT = 190;
const MARGIN = { left: 34, right: 10, top: 10, bottom: 22 };

/**
 * Draws the curves into `parent`, and below them the scores of the step under the pointer; `selected` and `against` (or
 * null) are indices into `headers`. The axis of F1 begins below the lowest score.
 */
export function drawChart(parent, { headers, level, selected, against, onSelect }) {
  const lines = [...curves(headers, level)];
  const steps = headers.map(({ step }) => step);
  const [first, last] = [steps[0], steps.at(-1)];
  const x = (index) => MARGIN.left + (last > first ? (steps[index] - first) / (last - first) : 0.5) * plotWidth();
  const lowest = Math.min(...lines.flatMap(({ points }) => points.map(([, f1]) => f1)));
  const bottom = Math.min(Math.floor(10 * lowest) / 10, 0.9);
  const y = (f1) => MARGIN.top + ((1 - f1) / (1 - bottom)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart" });
  chart.append(drawing("title", {}, `F1 of each class at ${headers.length} steps; the table beside it has the numbers`));
  for (const value of evenTicks(bottom, 1, 5)) {
    chart.append(
      drawing("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value) }),
      drawing("text", { class: "tick", x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    );
  }
  for (const step of first === last ? [first] : evenTicks(first, last, 6)) {
    const at = first === last ? x(0) : MARGIN.left + ((step - first) / (last - first)) * plotWidth();
    chart.append(drawing("text", { class: "tick", x: at, y: HEIGHT - 5, "text-anchor": at > WIDTH - 40 ? "end" : "middle" }, number(step)));
  }
  for (const [index, kind] of [[against, "against"], [selected, "selected"]]) {
    if (index !== null) chart.append(drawing("line", { class: kind, x1: x(index), x2: x(index), y1: MARGIN.top, y2: y(bottom) }));
  }
  for (const line of lines) chart.append(...drawCurve(line, x, y));
  const pointer = drawing("line", { class: "pointer", y1: MARGIN.top, y2: y(bottom), visibility: "hidden" });
  chart.append(pointer);
  const readout = element("p", { class: "note readout" }, " ");
  const nearest = (event) => {
    const box = chart.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    return steps.reduce((best, _, index) => (Math.abs(x(index) - at) < Math.abs(x(best) - at) ? index : best), 0);
  };
  chart.addEventListener("pointermove", (event) => {
    const index = nearest(event);
    for (const end of ["x1", "x2"]) pointer.setAttribute(end, x(index));
    pointer.setAttribute("visibility", "visible");
    const scores = lines.flatMap(({ name, points }) => points.filter(([at]) => at === index).map(([, f1]) => `${name} ${f1.toFixed(3)}`));
    readout.textContent = `step ${number(steps[index])}: ${scores.join(", ")}`;
  });
  chart.addEventListener("pointerleave", () => pointer.setAttribute("visibility", "hidden"));
  chart.addEventListener("click", (event) => onSelect(nearest(event)));
  replace(parent, chart, readout);
}

/** The scores of all classes at one step, with the change of F1 since `before` if there is one. */
export function drawScores(parent, { header, before, level }) {
  const table = element("table", { class: "scores by-class" });
  const intervals = level === "entity" ? header.intervals : null;
  const heads = ["", "F1", ...(intervals ? ["95 % interval"] : []), ...(before ? ["change"] : []), "precision", "recall", "support"];
  table.append(element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col" }, text)))));
  const earlier = before ? new Map(rowsOf(before, level).map((row) => [row.name, row])) : null;
  const body = element("tbody");
  for (const row of rowsOf(header, level)) {
    const swatch = element("span", { class: isInside(row.name) ? "swatch dashed" : "swatch", style: { "--colour": row.colour } });
    body.append(
      element("tr", { class: row.total ? "total" : null },
        element("th", { scope: "row" }, swatch, element("bdi", {}, row.name)),
        element("td", {}, row.f1.toFixed(3)),
        intervals ? element("td", { class: "interval" }, intervalText(row.total ? intervals.micro : intervals.per_type[row.name])) : null,
        before ? changeCell(row.f1, earlier?.get(row.name)?.f1) : null,
        element("td", {}, row.precision.toFixed(3)),
        element("td", {}, row.recall.toFixed(3)),
        element("td", {}, number(row.support)),
      ),
    );
  }
  table.append(body);
  replace(parent, table);
}

function intervalText([low, high]) {
  return `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

/** A table cell with the change of a score; empty where `before` is undefined. */
export function changeCell(score, before) {
  if (before === undefined) return element("td");
  const change = score - before;
  const kind = change > 0 ? "better" : change < 0 ? "worse" : null;
  return element("td", { class: kind }, signedScore(change));
}

/** `+0.012`, `−0.003`. */
export function signedScore(change) {
  return `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(3)}`;
}

function rowsOf(header, level) {
  const matrix = header.levels[level];
  const classes = classScores(matrix).map((row) => ({ ...row, colour: classColour(row.name, header.types) }));
  return [...classes, { ...overall(level, matrix), colour: "var(--text)", total: true }];
}

function curves(headers, level) {
  const lines = new Map();
  headers.forEach((header, index) => {
    for (const row of rowsOf(header, level)) {
      if (!lines.has(row.name)) lines.set(row.name, { ...row, points: [] });
      lines.get(row.name).points.push([index, row.f1]);
    }
  });
  return lines.values();
}

function drawCurve({ name, colour, total, points }, x, y) {
  const kind = `curve${total ? " total" : ""}${isInside(name) ? " dashed" : ""}`;
  const style = { "--colour": colour };
  const path = points.map(([index, f1]) => `${x(index)},${y(f1)}`).join(" ");
  const line = drawing("polyline", { class: kind, style, points: path }, drawing("title", {}, name));
  if (points.length > 1) return [line];
  return points.map(([index, f1]) => drawing("circle", { class: "dot", style, cx: x(index), cy: y(f1), r: 4 }));
}

/** Round numbers from `low` to `high`, evenly spaced, at most `count` and one. */
function evenTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough - 1e-12);
  const first = Math.ceil(low / width - 1e-9);
  const length = Math.floor(high / width + 1e-9) - first + 1;
  return Array.from({ length }, (_, nth) => Number(((first + nth) * width).toPrecision(6)));
}

function plotWidth() {
  return WIDTH - MARGIN.left - MARGIN.right;
}
