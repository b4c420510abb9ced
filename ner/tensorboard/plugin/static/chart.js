// F1 of each class over the steps of a run, and the table of scores.

import { drawing, element, number, replace } from "./dom.js";
import { classColour, isInside } from "./palette.js";
import { classScores, overall } from "./scores.js";

const WIDTH = 640;
const HEIGHT = 190;
const MARGIN = { left: 34, right: 10, top: 10, bottom: 22 };

/** Draws the curves into `parent`; `selected` and `against` (or null) are indices into `headers`. */
export function drawChart(parent, { headers, level, selected, against, onSelect }) {
  const x = (index) => MARGIN.left + (headers.length > 1 ? index / (headers.length - 1) : 0.5) * plotWidth();
  const y = (f1) => MARGIN.top + (1 - f1) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart" });
  chart.append(drawing("title", {}, `F1 of each class at ${headers.length} steps; the table beside it has the numbers`));
  for (const value of [0, 0.25, 0.5, 0.75, 1]) {
    chart.append(
      drawing("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value) }),
      drawing("text", { class: "tick", x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    );
  }
  for (const index of tickIndices(headers.length)) {
    const anchor = headers.length === 1 ? "middle" : index === 0 ? "start" : index === headers.length - 1 ? "end" : "middle";
    chart.append(drawing("text", { class: "tick", x: x(index), y: HEIGHT - 5, "text-anchor": anchor }, number(headers[index].step)));
  }
  for (const [index, kind] of [[against, "against"], [selected, "selected"]]) {
    if (index !== null) chart.append(drawing("line", { class: kind, x1: x(index), x2: x(index), y1: MARGIN.top, y2: y(0) }));
  }
  for (const line of curves(headers, level)) chart.append(...drawCurve(line, x, y));
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const offset = ((event.clientX - box.left) / box.width) * WIDTH - MARGIN.left;
    const index = Math.round((offset / plotWidth()) * (headers.length - 1));
    onSelect(Math.min(Math.max(index, 0), headers.length - 1));
  });
  replace(parent, chart);
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

/** Steps on the axis: at most six, including the first and the last. */
function tickIndices(count) {
  const ticks = Math.min(count, 6);
  return [...new Set(Array.from({ length: ticks }, (_, i) => (ticks === 1 ? 0 : Math.round((i * (count - 1)) / (ticks - 1)))))];
}

function plotWidth() {
  return WIDTH - MARGIN.left - MARGIN.right;
}
