// The confusion matrix as a grid with arrow-key navigation and a button in each non-empty cell.

import { element, replace } from "./dom.js";
import { counted, number, signedCount } from "./numbers.js";
import { cellValues, kindOf, sum } from "./scores.js";

const MISSED = "missed";

/** With more columns than this a matrix does not fit beside the sentences. */
export const MANY = 14;

/**
 * Draws into `parent`. `matrix` is `{rows, columns, counts, sentences}`, `before` the one to subtract, or null;
 * `onOpen(row, column)` is called with names. A difference is coloured only if the two are `comparable`: of the same
 * sentences. Entities that were missed come first, so that they stay visible beside many types.
 */
export function drawMatrix(parent, options) {
  const { matrix, before } = options;
  const order = missedFirst(matrix);
  const columns = order.map((c) => matrix.columns[c]);
  const table = element("table", {
    role: "grid",
    class: `matrix ${sizeClass(columns.length)}`,
    "aria-label": before ? "Differences of two confusion matrices" : "Confusion matrix",
  });
  const contentOf = contents(options);
  const body = element("tbody", {}, matrix.rows.map((_, r) => bodyRow(r, order, contentOf, options)));
  table.append(heading(columns), body);
  const focus = focused(parent);
  replace(parent, table);
  table.style.setProperty("--names", `${body.querySelector("th").offsetWidth}px`);
  addKeyboardNavigation(table, focus);
  addHighlighting(table, [...matrix.rows], columns);
}

/** What the cell in row r and column c shows, as a function of both. */
function contents({ matrix, before, comparable, cells }) {
  const values = cellValues(matrix, cells);
  const earlier = before && cellValues(before, cells);
  const scale = cells === "counts" ? largest(matrix, before) : 1;
  return (r, c) => ({
    value: values[r][c],
    change: earlier ? values[r][c] - earlier[r][c] : null,
    count: matrix.counts[r][c],
    countBefore: before ? before.counts[r][c] : 0,
    diagonal: matrix.rows[r] === matrix.columns[c],
    scale,
    cells: kindOf(matrix, cells, r, c),
    comparable,
    sticky: matrix.columns[c] === MISSED,
  });
}

function bodyRow(r, order, contentOf, { matrix, hideDiagonal, open, onOpen }) {
  const row = matrix.rows[r];
  const support = sum(matrix.counts[r]);
  const cellsOfRow = order.map((c) => {
    const column = matrix.columns[c];
    const content = contentOf(r, c);
    if (content.diagonal && hideDiagonal) return element("td", { class: "hidden", role: "gridcell" });
    const label = describe(row, column, content, matrix.sentences[r][c], support);
    return gridCell(content, label, open.gold === row && open.predicted === column, () => onOpen(row, column));
  });
  const title = matrix.columns.includes(row) ? row : `${row}: the share of what was predicted as each type`;
  const name = element("th", { scope: "row", title }, element("bdi", {}, row));
  return element("tr", {}, name, cellsOfRow, element("td", { class: "support", role: "gridcell" }, number(support)));
}

/** The row and the column under the pointer or the focus are tinted; those of its class where it is on a name. */
function addHighlighting(table, rows, columns) {
  const lines = [table.tHead.rows[0], ...table.tBodies[0].rows];
  const lit = (event) => {
    const cell = event.target.closest?.("th, td");
    if (!cell || cell.className.includes("corner")) return light("", "");
    const row = rows[cell.parentElement.rowIndex - 1] ?? columns[cell.cellIndex - 1];
    return light(row, cell.tagName === "TH" ? row : columns[cell.cellIndex - 1]);
  };
  const light = (row, column) => {
    const [r, c] = [rows.indexOf(row), columns.indexOf(column)];
    lines.forEach((line, nth) => {
      [...line.cells].forEach((cell, at) => cell.classList.toggle("lit", nth === r + 1 && r >= 0 || at === c + 1 && c >= 0));
    });
  };
  for (const type of ["pointerover", "focusin"]) table.addEventListener(type, lit);
  for (const type of ["pointerleave", "focusout"]) table.addEventListener(type, () => light("", ""));
}

/** With more classes, cells are smaller and show less; their titles have everything. */
function sizeClass(numColumns) {
  return numColumns > MANY ? "small tiny" : numColumns > 8 ? "small" : "";
}

/** Indices of the columns; that of missed entities first. */
function missedFirst({ rows, columns }) {
  const indices = columns.map((_, c) => c);
  const isMissed = (c) => columns[c] === MISSED && !rows.includes(MISSED);
  return [...indices.filter(isMissed), ...indices.filter((c) => !isMissed(c))];
}

function heading(columns) {
  const corner = element("td", { class: "corner" }, "gold \\ predicted");
  const names = columns.map((name) => element("th", { scope: "col", title: name, class: name === MISSED ? "sticky" : null }, element("bdi", {}, name)));
  return element("thead", {}, element("tr", {}, corner, names, element("th", { class: "support" }, "support")));
}

function gridCell(content, label, isOpen, onOpen) {
  if (!content.count && !content.countBefore) {
    return element("td", { role: "gridcell", class: content.sticky ? "sticky" : null, tabindex: -1, "aria-label": label }, "");
  }
  const [main, small] = cellText(content);
  const button = element(
    "button",
    { type: "button", tabindex: -1, title: label, "aria-label": label, "aria-pressed": String(isOpen), onclick: onOpen },
    element("span", { class: "share" }, main),
    small === null ? null : element("span", { class: "count" }, small),
  );
  const { tint, strength } = colour(content);
  return element("td", { role: "gridcell", class: `${tint}${content.sticky ? " sticky" : ""}`, style: { "--strength": `${strength}%` } }, button);
}

/** Text of a cell: percent and count, or a difference. */
function cellText({ value, change, count, countBefore, cells }) {
  if (change !== null) {
    const main = cells === "counts" ? signedCount(change) : signedCount(Math.round(100 * change));
    return [main, cells === "counts" ? null : `${number(countBefore)}→${number(count)}`];
  }
  if (cells === "counts") return [number(count), null];
  const percent = Math.round(100 * value);
  return [percent ? `${percent}` : "<1", number(count)];
}

/** Correct and wrong cells have different colours; a difference is coloured by whether it is an improvement. */
function colour({ value, change, scale, diagonal, comparable }) {
  if (change === null) return { tint: diagonal ? "correct" : "error", strength: percentOf(value / scale) };
  if (!comparable) return { tint: "", strength: 0 };
  const better = diagonal ? change > 0 : change < 0;
  return { tint: better ? "correct" : "error", strength: percentOf((2 * Math.abs(change)) / scale) };
}

/** The square root makes small fractions visible; the scale is the same at every step. */
function percentOf(share) {
  return Math.round(100 * Math.sqrt(Math.min(share, 1)));
}

function largest({ rows, columns, counts }, before) {
  const all = counts.flatMap((row, r) => row.map((count, c) => [count, rows[r] === "O" && columns[c] === "O"]));
  return Math.max(1, ...all.filter(([, outside]) => !outside).map(([count]) => count), before ? 0 : 1);
}

function describe(row, column, { value, change, count, countBefore, cells }, sentences, support) {
  const share = support ? ` of ${number(support)}` : "";
  const percent = cells === "counts" ? "" : ` (${(100 * value).toFixed(1)}% by ${cells})`;
  const where = count ? `, in ${counted(sentences, "sentence")}` : "";
  const was = change === null ? "" : `, before ${number(countBefore)}`;
  return `gold ${row}, predicted ${column}: ${number(count)}${share}${percent}${where}${was}`;
}

/** Arrow keys move the focus; only one cell is in the tab order. */
function addKeyboardNavigation(table, position) {
  const grid = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td:not(.support)")]);
  const target = (cell) => cell.querySelector("button") ?? cell;
  const open = table.querySelector("button[aria-pressed=true]");
  const cell = position && grid[position[0]]?.[position[1]]; // another level has other cells
  const first = cell ? target(cell) : (open ?? table.querySelector("tbody button"));
  if (first) first.tabIndex = 0;
  if (cell) first.focus();
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  table.addEventListener("keydown", (event) => {
    const at = focused(table);
    if (!at) return;
    const ends = { Home: [at[0], 0], End: [at[0], grid[at[0]].length - 1] };
    const next = ends[event.key] ?? moves[event.key]?.map((by, axis) => at[axis] + by);
    if (!next) return;
    event.preventDefault();
    const neighbour = grid[next[0]]?.[next[1]];
    if (!neighbour) return;
    for (const one of table.querySelectorAll("[tabindex='0']")) one.tabIndex = -1;
    target(neighbour).tabIndex = 0;
    target(neighbour).focus();
  });
}

/** Row and column of the cell that has the focus, or null. */
function focused(parent) {
  const cell = document.activeElement?.closest("td[role=gridcell]");
  if (!cell || !parent.contains(cell)) return null;
  return [cell.parentElement.rowIndex - 1, cell.cellIndex - 1];
}
