// The section of the confusion matrix: its title, what its cells show, and the significance of a difference.

import { copy, matrixCsv } from "./clipboard.js";
import { evaluationNames, sameLevel, significanceText } from "./comparison.js";
import { button, segments, tick } from "./controls.js";
import { element } from "./dom.js";
import { drawMatrix } from "./matrix.js";
import { number } from "./numbers.js";
import { whatIsOpen } from "./state.js";

const CELLS = [["gold", "% of gold"], ["predicted", "% of predicted"], ["counts", "counts"]];
const DIFFERENT_SENTENCES = "The two evaluations are not of the same sentences: no interval of the difference.";

/** The section: `{node, draw(view), drawSignificance(view, significance)}`. */
export function makeMatrixSection({ change, open }) {
  let shown = null;
  const title = element("h2");
  const significance = element("p", { class: "note" });
  const cells = segments("Cells", CELLS, (value) => change({ cells: value }));
  const diagonal = tick("Hide diagonal", (hidden) => change({ diagonal: hidden ? "hidden" : "shown" }));
  const csv = button("Copy CSV", async () => ((await copy(matrixCsv(matrixOf(shown)))) ? "Copied" : "Not allowed here"));
  const content = element("div", { class: "wide" });
  const tools = element("div", { class: "tools" }, cells.node, diagonal.node, csv);

  const draw = (view) => {
    const { state, header } = view;
    const before = sameLevel(view.before, header, state.level);
    shown = view;
    title.textContent = titleOf(view, before);
    cells.set(state.cells);
    diagonal.set(state.diagonal === "hidden");
    drawMatrix(content, {
      matrix: matrixOf(view),
      before: before?.levels[state.level] ?? null,
      comparable: view.comparable,
      cells: state.cells,
      hideDiagonal: state.diagonal === "hidden",
      open: whatIsOpen(state),
      onOpen: (gold, predicted) => open({ gold, predicted }),
    });
  };
  return {
    node: element("section", { "aria-label": "Confusion matrix" }, title, significance, tools, content),
    draw,
    drawSignificance({ before, comparable, state }, found) {
      const isTold = before && state.level === "entity";
      significance.textContent = !isTold ? "" : comparable ? significanceText(found) : DIFFERENT_SENTENCES;
    },
  };
}

function matrixOf({ header, state: { level } }) {
  return header.levels[level];
}

/** What the cells are: with other classes `before`, null, is not subtracted. */
function titleOf(view, before) {
  const { step } = view.header;
  if (!before) return `Gold in rows, predicted in columns, step ${number(step)}`;
  return `Step ${number(step)} minus ${evaluationNames(view)[1]}`;
}
