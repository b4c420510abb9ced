// The table of scores of each class at one step.

import { element, replace } from "./dom.js";
import { number, signedScore } from "./numbers.js";
import { lineStyle } from "./palette.js";
import { classScores, overall } from "./scores.js";

/** The scores of all classes at one step, with the change of F1 since `before` if there is one. */
export function drawScores(parent, { header, before, comparable, level, onPoint }) {
  const table = element("table", { class: "scores by-class" });
  const intervals = level === "entity" ? header.intervals : null;
  const heads = ["", "F1", ...(intervals ? ["95% interval"] : []), ...(before ? ["change"] : []), "precision", "recall", "support"];
  table.append(element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col" }, text)))));
  const earlier = before ? new Map(classRows(before, level).map((row) => [row.name, row])) : null;
  const body = element("tbody");
  for (const row of classRows(header, level)) {
    const swatch = element("span", { class: "swatch", style: row.style });
    body.append(
      element("tr", { class: row.total ? "total" : null, onpointerenter: () => onPoint(row.name), onpointerleave: () => onPoint(null) },
        element("th", { scope: "row" }, swatch, element("bdi", {}, row.name)),
        element("td", {}, row.f1.toFixed(3)),
        intervals ? element("td", { class: "interval" }, intervalText(row.total ? intervals.micro : intervals.per_type[row.name])) : null,
        before ? changeCell(row.f1, earlier?.get(row.name)?.f1, comparable) : null,
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

/** A table cell with the change of a score, coloured if both are of the same sentences; empty without a `before`. */
export function changeCell(score, before, comparable) {
  if (before === undefined) return element("td");
  const change = score - before;
  const kind = !comparable ? null : change > 0 ? "better" : change < 0 ? "worse" : null;
  return element("td", { class: kind }, signedScore(change));
}

/** The scores of each class of a level and their average, `total`, with the style of their line. */
export function classRows(header, level) {
  const matrix = header.levels[level];
  const classes = classScores(matrix).map((row) => ({ ...row, style: lineStyle(row.name, header.types) }));
  return [...classes, { ...overall(level, matrix), style: { "--colour": "var(--text)" }, total: true }];
}
