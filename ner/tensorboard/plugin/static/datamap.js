// Gold entities by how confident the run was of them, and by how much that changed: a region opens its sentences.

import { drawing, element, replace } from "./dom.js";
import { counted, number } from "./numbers.js";
import { sum } from "./scores.js";

const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = { left: 44, right: 10, top: 8, bottom: 36 };
const BINS = 20; // see data_map.py
const LARGEST = 11; // radius of the fullest bin
const REGIONS = [
  ["0,8,8,20", "easy", "mostly confident, always"],
  ["8,20,0,20", "ambiguous", "the confidence changed much"],
  ["0,8,0,8", "hard", "never confident: annotation errors are among them"],
];

/** Words for a region: `hard`, or `confidence 0.20 to 0.45, variability 0.050 to 0.100`. */
export function regionName(region) {
  const named = REGIONS.find(([key]) => key === region);
  if (named) return named[1];
  const [left, right, low, high] = region.split(",").map(Number);
  const range = (from, to, scale, digits) => `${(from / scale).toFixed(digits)} to ${(to / scale).toFixed(digits)}`;
  return `confidence ${range(low, high, BINS, 2)}, variability ${range(left, right, 2 * BINS, 3)}`;
}

/** Draws into `parent`; `open` is the open region or "", `onOpen` is called with a region. */
export function drawDataMap(parent, { map, evaluations, open, onOpen }) {
  const buttons = REGIONS.map(([region, name, meaning]) => {
    const count = sum(map.cells.filter((cell) => isInside(cell, region)).map(([, , entities]) => entities));
    return element("button", { type: "button", class: "plain", title: meaning, "data-region": region, "aria-pressed": String(open === region), onclick: () => onOpen(region) },
      `${name} `, element("b", {}, number(count)));
  });
  const note = `Each dot: gold entities by the mean and the standard deviation of the probability of their gold label at ${number(evaluations)} evaluations; blue where they were mostly predicted correctly, orange where not. Click a dot or drag over some to see the sentences; with the keyboard, arrow keys move between dots and Enter opens one.`;
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.region : undefined;
  replace(parent, element("p", { class: "note" }, note), element("div", { class: "tools", role: "group", "aria-label": "Regions of the data map" }, buttons), scatter(map, open, onOpen));
  const again = focused === undefined ? null : parent.querySelector(`[data-region="${focused}"]`);
  if (!again) return;
  if (again.matches("circle")) makeTabStop(parent, again);
  again.focus({ preventScroll: true });
}

const xOf = (bin) => MARGIN.left + (bin / BINS) * (WIDTH - MARGIN.left - MARGIN.right);
const yOf = (bin) => HEIGHT - MARGIN.bottom - (bin / BINS) * (HEIGHT - MARGIN.top - MARGIN.bottom);

function scatter({ cells }, open, onOpen) {
  const chart = drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": "Gold entities by variability (across) and mean confidence (up)", class: "chart data-map" });
  const box = drawing("rect", { class: "region", visibility: "hidden" });
  const largest = Math.max(...cells.map(([, , count]) => count));
  chart.append(...axes(), box, ...cells.map((cell) => dot(cell, largest, open)));
  if (open) frame(box, open.split(",").map(Number));
  addKeyboardNavigation(chart, open, onOpen);
  addSelection(chart, box, onOpen);
  return chart;
}

function axes() {
  const text = (attributes, content) => drawing("text", { class: "tick", ...attributes }, content);
  const lines = [];
  for (let nth = 0; nth <= BINS; nth += 5) {
    lines.push(
      drawing("line", { class: "grid", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: yOf(nth), y2: yOf(nth) }),
      text({ x: MARGIN.left - 6, y: yOf(nth) + 4, "text-anchor": "end" }, String(nth / BINS)),
      text({ x: xOf(nth), y: HEIGHT - 20, "text-anchor": nth === BINS ? "end" : "middle" }, String(nth / BINS / 2)),
    );
  }
  const title = "variability of the confidence →  (up: mean confidence)";
  return [...lines, text({ x: (WIDTH + MARGIN.left) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, title)];
}

/** A dot for the gold entities of one bin; its area is their number. */
function dot([deviation, mean, count, correct], largest, open) {
  const region = [deviation, deviation + 1, mean, mean + 1].join(",");
  const text = `${number(count)}, predicted correctly at ${Math.round(100 * correct)}% of the evaluations`;
  return drawing("circle", {
    class: "entities",
    style: { "--correct-share": `${Math.round(100 * correct)}%` },
    cx: xOf(deviation + 0.5),
    cy: yOf(mean + 0.5),
    r: Math.max(2, LARGEST * Math.sqrt(count / largest)),
    role: "button",
    tabindex: -1,
    "data-region": region,
    "aria-pressed": String(region === open),
    "aria-label": `${counted(count, "gold entity")}, ${regionName(region)}: ${text}`,
  }, drawing("title", {}, text));
}

/** Shows `box` around a region. */
function frame(box, [left, right, low, high]) {
  const place = { x: xOf(left), y: yOf(high), width: xOf(right) - xOf(left), height: yOf(low) - yOf(high), visibility: "visible" };
  for (const [name, value] of Object.entries(place)) box.setAttribute(name, value);
}

/** A click opens the region of one bin, a drag that of all bins it went over. */
function addSelection(chart, box, onOpen) {
  let start = null;
  const binsAt = (event) => {
    const { left, top, width, height } = chart.getBoundingClientRect();
    const [x, y] = [((event.clientX - left) / width) * WIDTH, ((event.clientY - top) / height) * HEIGHT];
    const bins = [(x - xOf(0)) / (xOf(1) - xOf(0)), (y - yOf(0)) / (yOf(1) - yOf(0))];
    return bins.map((bin) => Math.min(Math.max(Math.floor(bin), 0), BINS - 1));
  };
  const between = (event) => {
    const end = binsAt(event);
    return [0, 1].flatMap((axis) => [Math.min(start[axis], end[axis]), Math.max(start[axis], end[axis]) + 1]);
  };
  chart.addEventListener("pointerdown", (event) => {
    start = binsAt(event);
    chart.setPointerCapture(event.pointerId);
    frame(box, between(event));
  });
  chart.addEventListener("pointermove", (event) => start && frame(box, between(event)));
  chart.addEventListener("pointerup", (event) => {
    const region = start && between(event).join(",");
    start = null;
    if (region) onOpen(region);
  });
}

/** Arrow keys move the focus to the nearest dot in their direction; Enter opens it. One dot is in the tab order. */
function addKeyboardNavigation(chart, open, onOpen) {
  const dots = [...chart.querySelectorAll("circle.entities")];
  if (dots.length) makeTabStop(chart, dots.find((dot) => dot.dataset.region === open) ?? dots[0]);
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const place = (dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
  chart.addEventListener("keydown", (event) => {
    const dot = event.target.closest("circle.entities");
    if (!dot) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onOpen(dot.dataset.region);
    }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const distances = dots.map((other) => {
      const [dx, dy] = place(other).map((value, axis) => value - place(dot)[axis]);
      const [along, aside] = [dx * move[0] + dy * move[1], Math.abs(dx * move[1]) + Math.abs(dy * move[0])];
      return along > 0 ? along + 2 * aside : Infinity;
    });
    const nearest = Math.min(...distances);
    if (nearest === Infinity) return;
    const next = dots[distances.indexOf(nearest)];
    makeTabStop(chart, next);
    next.focus();
  });
}

function makeTabStop(parent, dot) {
  for (const one of parent.querySelectorAll("circle[tabindex='0']")) one.setAttribute("tabindex", -1);
  dot.setAttribute("tabindex", 0);
}

function isInside([deviation, mean], region) {
  const [left, right, low, high] = region.split(",").map(Number);
  return left <= deviation && deviation < right && low <= mean && mean < high;
}
