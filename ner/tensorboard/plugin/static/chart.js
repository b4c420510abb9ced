// F1 of each class over the steps of a run.

import { drawing, element, replace } from "./dom.js";
import { number } from "./numbers.js";
import { classRows } from "./scoretable.js";

const WIDTH = 640;
const HEIGHT = 190;
const MARGIN = { left: 34, top: 10, bottom: 22 };
const MAX_NAMED_CURVES = 21; // at most this many curves have their name at their end
const NAME_LETTERS = 16;
const NAME_HEIGHT = 9;

/**
 * Draws the curves into `parent`, and below them the scores of the step under the pointer; `selected` and `against` (or
 * null) are indices into `headers`. The axis of F1 begins below the lowest score.
 */
export function drawChart(parent, { headers, level, selected, against, onSelect }) {
  const lines = [...curves(headers, level)];
  const steps = headers.map(({ step }) => step);
  const scale = scaleOf(lines, steps);
  const { x, y, bottom, right } = scale;
  const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart" });
  chart.append(drawing("title", {}, `F1 of each class at ${headers.length} steps; the table below has the numbers`), ...axes(steps, scale));
  for (const [index, kind] of [[against, "against"], [selected, "selected"]]) {
    if (index !== null) chart.append(drawing("line", { class: kind, x1: x(index), x2: x(index), y1: MARGIN.top, y2: y(bottom) }));
  }
  for (const line of lines) chart.append(...drawCurve(line, x, y));
  if (lines.length <= MAX_NAMED_CURVES && steps.length > 1) chart.append(...namesAtEnds(lines, x, y));
  const readout = element("p", { class: "note readout" }, " ");
  followPointer(chart, { lines, steps, scale, readout, onSelect, onPoint: (name) => highlight(parent, name) });
  replace(parent, chart, readout);
}

/** Draws the curve of one class strongly and the others faintly; null: all alike. */
export function highlight(parent, name) {
  for (const one of parent.querySelectorAll("[data-class]")) one.classList.toggle("faint", Boolean(name) && one.dataset.class !== name);
}

/** The scores of the step under the pointer are written into `readout`; a click selects the step. */
function followPointer(chart, { lines, steps, scale, readout, onSelect, onPoint }) {
  const { x, y, bottom, right } = scale;
  const pointer = drawing("line", { class: "pointer", y1: MARGIN.top, y2: y(bottom), visibility: "hidden" });
  chart.append(pointer);
  const placeOf = (event) => {
    const box = chart.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  const nearest = ([at]) => steps.reduce((best, _, index) => (Math.abs(x(index) - at) < Math.abs(x(best) - at) ? index : best), 0);
  chart.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const index = nearest(place);
    for (const end of ["x1", "x2"]) pointer.setAttribute(end, x(index));
    pointer.setAttribute("visibility", "visible");
    const scores = lines.map(({ name, points }) => ({ name, f1: points.find(([at]) => at === index)?.[1] })).filter(({ f1 }) => f1 !== undefined);
    const [closest] = scores.toSorted((one, other) => Math.abs(y(one.f1) - place[1]) - Math.abs(y(other.f1) - place[1]));
    if (place[0] < WIDTH - right) onPoint(closest?.name);
    readout.textContent = `step ${number(steps[index])}: ${scores.map(({ name, f1 }) => `${name} ${f1.toFixed(3)}`).join(", ")}`;
  });
  chart.addEventListener("pointerleave", () => {
    pointer.setAttribute("visibility", "hidden");
    onPoint(null);
  });
  chart.addEventListener("click", (event) => onSelect(nearest(placeOf(event))));
}

/** `{x, y, bottom, right}`: from step index and F1 to pixels, the lowest F1 of the axis, the margin for names. */
function scaleOf(lines, steps) {
  const right = lines.length <= MAX_NAMED_CURVES && steps.length > 1 ? 18 + 5.6 * Math.min(NAME_LETTERS, Math.max(...lines.map(({ name }) => name.length))) : 10;
  const width = WIDTH - MARGIN.left - right;
  const [first, last] = [steps[0], steps.at(-1)];
  const lowest = lines.flatMap(({ points }) => points).reduce((least, [, f1]) => Math.min(least, f1), 1);
  const bottom = Math.min(Math.floor(10 * lowest) / 10, 0.9);
  const ofStep = (step) => MARGIN.left + (last > first ? (step - first) / (last - first) : 0.5) * width;
  return {
    ofStep, bottom, right,
    x: (index) => ofStep(steps[index]),
    y: (f1) => MARGIN.top + ((1 - f1) / (1 - bottom)) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  };
}

function axes(steps, { ofStep, y, bottom, right }) {
  const [first, last] = [steps[0], steps.at(-1)];
  const scores = evenTicks(bottom, 1, 5).flatMap((value) => [
    drawing("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - right, y1: y(value), y2: y(value) }),
    drawing("text", { class: "tick", x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
  ]);
  const ticks = (first === last ? [first] : evenTicks(first, last, 6)).map((step) =>
    drawing("text", { class: "tick", x: ofStep(step), y: HEIGHT - 5, "text-anchor": ofStep(step) > WIDTH - 40 ? "end" : "middle" }, number(step)));
  return [...scores, ...ticks];
}

/** Names right of the curves' ends, pushed apart where they would overlap. */
function namesAtEnds(lines, x, y) {
  const ends = lines.map((line) => ({ line, at: y(line.points.at(-1)[1]) })).sort((one, other) => one.at - other.at);
  const lowest = HEIGHT - MARGIN.bottom;
  ends.forEach((end, nth) => { end.at = Math.max(end.at, nth ? ends[nth - 1].at + NAME_HEIGHT : MARGIN.top); });
  ends.toReversed().forEach((end, nth, all) => { end.at = Math.min(end.at, nth ? all[nth - 1].at - NAME_HEIGHT : lowest); });
  return ends.map(({ line, at }) => {
    const name = line.name.length > NAME_LETTERS ? `${line.name.slice(0, NAME_LETTERS - 1)}…` : line.name;
    return drawing("text", {
      class: line.total ? "curve-name total" : "curve-name", "data-class": line.name, style: line.style,
      x: x(line.points.at(-1)[0]) + 6, y: at + 3,
    }, name);
  });
}

function curves(headers, level) {
  const lines = new Map();
  headers.forEach((header, index) => {
    for (const row of classRows(header, level)) {
      if (!lines.has(row.name)) lines.set(row.name, { ...row, points: [] });
      lines.get(row.name).points.push([index, row.f1]);
    }
  });
  return lines.values();
}

function drawCurve({ name, style, total, points }, x, y) {
  const path = points.map(([index, f1]) => `${x(index)},${y(f1)}`).join(" ");
  const shared = { style, "data-class": name };
  if (points.length > 1) {
    return [drawing("polyline", { ...shared, class: total ? "curve total" : "curve", points: path }, drawing("title", {}, name))];
  }
  return points.map(([index, f1]) => drawing("circle", { ...shared, class: "dot", cx: x(index), cy: y(f1), r: 4 }));
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
