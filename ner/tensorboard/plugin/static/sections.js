// The left column: the confusion matrix, and what else there is to see of an evaluation, a section each.

import { drawCalibration } from "./calibration.js";
import { drawChart, highlight } from "./chart.js";
import { sameLevel } from "./comparison.js";
import { drawConfusions } from "./confusions.js";
import { drawDataMap } from "./datamap.js";
import { element } from "./dom.js";
import { drawErrors } from "./errors.js";
import { MANY } from "./matrix.js";
import { makeMatrixSection } from "./matrixsection.js";
import { hasDataMap } from "./model.js";
import { drawScores } from "./scoretable.js";
import { drawSlices } from "./slices.js";
import { whatIsOpen } from "./state.js";
import { makeStrings } from "./strings.js";

/** The column: `{node, draw(view), drawListed(view, listing), drawDataMap(view, map)}`, in the order of the answers. */
export function makeSections({ change, open }) {
  const matrix = makeMatrixSection({ change, open });
  const strings = makeStrings((text) => open({ text }));
  const errors = section("Entity errors by type", "Entity errors by type");
  const confusions = section("Largest confusions", "Largest confusions", wide());
  const [chart, scores] = [element("div"), wide()];
  const curves = section("F1 over steps", "F1 over steps", element("div", {}, chart, scores));
  const slices = section("Slices", "Entities by slice", wide());
  const dataMap = section("Data map", "How the gold entities were learnt");
  const calibration = section("Calibration", "Confidence and share correct");
  const all = [matrix, errors, confusions, curves, slices, strings, dataMap, calibration];

  const drawCurves = ({ state: { level }, headers, index, beforeIndex, header, before, comparable }) => {
    const onSelect = (nth) => change({ step: String(headers[nth].step) });
    drawChart(chart, { headers, level, selected: index, against: beforeIndex, onSelect });
    drawScores(scores, { header, before: sameLevel(before, header, level), comparable, level, onPoint: (name) => highlight(chart, name) });
  };
  const draw = (view) => {
    const { state, headers, index, header, comparable } = view;
    const before = comparable ? view.before : null; // counts of other sentences have no difference
    const isOfEntities = state.level === "entity";
    matrix.draw(view);
    drawErrors(errors.content, { headers, selected: index, before, error: state.error, onSelect: (error) => open({ error }) });
    drawConfusions(confusions.content, { matrix: header.levels[state.level], before: before?.levels[state.level], open: whatIsOpen(state), onOpen: (gold, predicted) => open({ gold, predicted }) });
    drawCurves(view);
    slices.node.hidden = !isOfEntities || !header.slices.length;
    drawSlices(slices.content, { header, before: view.before, comparable, open: whatIsOpen(state).slice, onOpen: (slice) => open({ slice }) });
    calibration.node.hidden = !isOfEntities || !header.calibration;
    if (header.calibration) drawCalibration(calibration.content, header.calibration);
    dataMap.node.hidden = !hasDataMap(view);
    placeConfusions(view, confusions, matrix, curves);
  };
  return {
    node: element("div", { class: "left" }, all.map(({ node }) => node)),
    draw,
    drawListed(view, { strings: found, significance }) {
      const { state, header } = view;
      matrix.drawSignificance(view, significance);
      strings.draw({ strings: found, header, open: whatIsOpen(state).text, level: state.level });
    },
    drawDataMap({ state, numAlike }, map) {
      drawDataMap(dataMap.content, { map, evaluations: numAlike, open: whatIsOpen(state).region, onOpen: (region) => open({ region }) });
    },
  };
}

function section(label, title, content = element("div")) {
  return { node: element("section", { "aria-label": label }, element("h2", {}, title), content), content };
}

/** A place for a table, which scrolls by itself where it is too wide. */
function wide() {
  return element("div", { class: "wide" });
}

/** The list of confusions stands above a large matrix, because there it is the way in. */
function placeConfusions({ header, state: { level } }, confusions, matrix, curves) {
  const next = header.levels[level].columns.length > MANY ? matrix.node : curves.node;
  if (confusions.node.nextElementSibling !== next) next.before(confusions.node);
}
