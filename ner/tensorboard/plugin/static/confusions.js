// The largest confusions of a matrix as a list: the way in where the matrix is large.

import { element, replace } from "./dom.js";
import { number, signedCount } from "./numbers.js";
import { cellValues } from "./scores.js";

const SHOWN = 8;

/** Draws into `parent`; `onOpen(row, column)` is called with names, as that of the matrix. */
export function drawConfusions(parent, { matrix, before, open, onOpen }) {
  const cells = confusionsOf(matrix, before);
  const body = cells.slice(0, SHOWN).map((cell) => {
    const isOpen = open.gold === cell.gold && open.predicted === cell.predicted;
    const names = element("button", {
      type: "button", class: "plain", "aria-pressed": String(isOpen), onclick: () => onOpen(cell.gold, cell.predicted),
    }, element("bdi", {}, cell.gold), " → ", element("bdi", {}, cell.predicted));
    return element("tr", { class: isOpen ? "open" : null },
      element("th", { scope: "row" }, names),
      element("td", {}, number(cell.count)),
      element("td", {}, percent(cell.ofGold)),
      element("td", {}, percent(cell.ofPredicted)),
      before ? element("td", {}, signedCount(cell.count - cell.was)) : null);
  });
  const heads = ["gold → predicted", "count", "of gold", "of predicted", ...(before ? ["change"] : [])];
  const head = element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col" }, text))));
  const table = element("table", { class: "scores confusions" }, head, element("tbody", {}, body));
  replace(parent, cells.length ? table : element("p", { class: "note" }, "No confusions."));
}

/** Wrong cells that are not empty, the largest first, with their shares; null where there is no such gold or predicted class. */
function confusionsOf(matrix, before) {
  const { rows, columns, counts } = matrix;
  const [ofGold, ofPredicted] = ["gold", "predicted"].map((kind) => cellValues(matrix, kind));
  const cellOf = (count, r, c) => ({
    gold: rows[r],
    predicted: columns[c],
    count,
    was: before?.counts[r][c],
    ofGold: columns.includes(rows[r]) ? ofGold[r][c] : null,
    ofPredicted: rows.includes(columns[c]) ? ofPredicted[r][c] : null,
  });
  return counts
    .flatMap((row, r) => row.map((count, c) => cellOf(count, r, c)))
    .filter(({ gold, predicted, count }) => gold !== predicted && count)
    .sort((one, other) => other.count - one.count);
}

function percent(share) {
  return share === null ? "" : `${(100 * share).toFixed(1)}%`;
}
