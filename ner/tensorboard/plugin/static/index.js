// The NER tab: confusion matrix and F1 of a tagger at every step, and the sentences of each matrix cell.

import { drawCalibration } from "./calibration.js";
import { drawChart, drawScores, highlight, signedScore } from "./chart.js";
import { button, choiceList, segments, slider, tick } from "./controls.js";
import { copy, matrixCsv } from "./clipboard.js";
import { counted, element, number, replace } from "./dom.js";
import { drawConfusions } from "./confusions.js";
import { drawDataMap } from "./datamap.js";
import { drawErrors } from "./errors.js";
import { followKeys } from "./keys.js";
import { drawMatrix, MANY } from "./matrix.js";
import * as models from "./model.js";
import { makePanel } from "./panel.js";
import { overall } from "./scores.js";
import { drawRuns, shortNames } from "./runs.js";
import { drawSlices } from "./slices.js";
import * as server from "./server.js";
import { makeStrings } from "./strings.js";
import { outer, read, write } from "./state.js";
import { followTheme } from "./theme.js";

const POLL_MILLISECONDS = 10_000;
const FEW_RUNS = 6;
const BEST_STEP = "/best"; // no run has this name
const NOTHING_OPEN = { gold: "", predicted: "", slice: "", text: "", region: "", list: "cell" };

let state = read();
let runs = [];
let lastEvaluations = [];
let requests = 0;
let page;

/** TensorBoard calls this when the tab is first opened. */
export async function render() {
  document.title = "NER";
  document.documentElement.lang = "en";
  document.head.append(element("link", { rel: "stylesheet", href: new URL("style.css", import.meta.url).href }));
  followTheme();
  page = makePage();
  document.body.append(page.node);
  write(state);
  outer().addEventListener("hashchange", () => {
    if (!outer().location.hash.startsWith("#ner")) return;
    if (outer().location.hash.includes("p.ner.")) change(read());
    else write(state);
  });
  await refresh();
  const isVisible = () => window.innerWidth > 0 && document.visibilityState === "visible";
  setInterval(() => isVisible() && refresh(), POLL_MILLISECONDS);
  followKeys({ onStep: page.slider.move, onClose: closeAll });
  document.addEventListener("visibilitychange", () => isVisible() && refresh());
}

/** Requests the runs, and redraws the page if they have changed. */
async function refresh() {
  try {
    const found = await server.runs();
    if (JSON.stringify(found) === JSON.stringify(runs) && page.drawn) return;
    models.clearCache();
    runs = found;
    lastEvaluations = runs.length > 1 ? await server.overview() : [];
    await draw();
  } catch (error) {
    showError(error);
  }
}

function change(changes) {
  state = { ...state, ...changes };
  page.content.setAttribute("aria-busy", "true");
  write(state);
  return draw();
}

async function draw() {
  const request = (requests += 1);
  page.run.set(runChoices(), state.run);
  try {
    if (!runs.length) throw new server.Unavailable("No evaluation yet. One is written at the first validation of python -m ner.train, and by python -m ner.evaluate; this page then updates itself.");
    const model = await models.numbers(state, runs, lastEvaluations);
    if (request !== requests) return;
    drawNumbers(model);
    const listing = await models.sentences(model);
    if (request !== requests) return;
    page.panel.draw({ ...model, listing });
    page.significance.textContent = significanceText(model, listing.significance);
    page.strings.node.hidden = state.level !== "entity";
    if (state.level === "entity") page.strings.draw({ strings: listing.strings, header: model.header, open: state.text, onOpen: (text) => openText(text, model.step) });
    page.content.removeAttribute("aria-busy");
    page.drawn = true;
    page.dataMapSection.hidden = state.level !== "entity" || model.headers.length < 2;
    if (page.dataMapSection.hidden) return;
    const map = await models.dataMap(model.run);
    if (request === requests) drawDataMap(page.dataMap, { map, evaluations: model.headers.length, open: state.region, onOpen: (region) => openRegion(region, model.step) });
  } catch (error) {
    if (request === requests) showError(error);
  }
}

function drawNumbers(model) {
  const { run, headers, header, index, before, unreadable } = model;
  const level = state.level;
  page.content.hidden = false;
  page.content.setAttribute("aria-busy", "true");
  const reasons = unreadable.map(({ step, error }) => `step ${number(step)}: ${error}`).slice(0, 3).join("; ");
  page.notice.textContent = reasons && `${counted(unreadable.length, "evaluation")} of ${run} cannot be read. ${reasons}`;
  const choices = runChoices();
  const bestStep = headers[models.bestIndex(headers)].step;
  const best = bestStep === header.step ? [] : [[BEST_STEP, `this run's best step, ${number(bestStep)}`]];
  page.run.set(choices, run);
  page.allRuns.hidden = lastEvaluations.length < 2;
  page.allRunsTitle.textContent = `All ${lastEvaluations.length} runs`;
  drawRuns(page.runsTable, { runs: lastEvaluations, selected: run, onSelect: (name) => change({ run: name, step: "", against_step: "" }) });
  const named = (all) => all.map(({ step }, nth) => [String(step), nth === models.bestIndex(all) && all.length > 1 ? `${number(step)} (best)` : number(step)]);
  page.step.set(named(headers), String(header.step));
  page.against.set([["", "nothing"], [run, "this run at another step"], ...best, ...choices.filter(([name]) => name !== run)], before ? state.against_run : "");
  page.againstStep.node.hidden = !before;
  if (before) page.againstStep.set(named(model.beforeHeaders), String(before.step));
  page.level.set(level);
  page.cells.set(state.cells);
  page.diagonal.set(state.diagonal === "hidden");
  const score = overall(level, header.levels[level]);
  page.summary.textContent = `${header.split} split, ${number(header.sentences)} sentences, ${number(header.tokens)} tokens · ${level} F1 (${score.name}) ${score.f1.toFixed(3)}`;
  page.slider.set(headers.length, index, `step ${header.step}`);
  const onSelect = (nth) => change({ step: String(headers[nth].step) });
  drawChart(page.chart, { headers, level, selected: index, against: model.beforeIndex, onSelect });
  drawErrors(page.errors, { headers, selected: index, before, error: state.error, onSelect: (error) => selectError(error, header.step) });
  page.slicesSection.hidden = level !== "entity" || !header.slices.length;
  drawSlices(page.slices, { header, before, open: state.slice, onOpen: (slice) => openSlice(slice, header.step) });
  page.calibrationSection.hidden = level !== "entity" || !header.calibration;
  if (header.calibration) drawCalibration(page.calibration, header.calibration);
  drawScores(page.scores, { header, before: sameLevel(before, header, level), level, onPoint: (name) => highlight(page.chart, name) });
  page.matrixTitle.textContent = before
    ? `Step ${number(header.step)} minus ${state.against_run === run ? "" : `${state.against_run}, `}step ${number(before.step)}`
    : `Gold in rows, predicted in columns, step ${number(header.step)}`;
  const onOpen = (gold, predicted) => openCell(gold, predicted, header.step);
  const both = { matrix: header.levels[level], before: sameLevel(before, header, level)?.levels[level] ?? null, open: state, onOpen };
  const isWide = both.matrix.columns.length > MANY;
  page.content.classList.toggle("many", isWide);
  const next = isWide ? page.matrixSection : page.curves; // it is the way in where the matrix is large
  if (page.confusionsSection.nextElementSibling !== next) next.before(page.confusionsSection);
  drawConfusions(page.confusions, both);
  drawMatrix(page.matrix, {
    ...both,
    comparable: before?.fingerprint === header.fingerprint,
    cells: state.cells,
    hideDiagonal: state.diagonal === "hidden",
  });
}

/** Compares with a run, or with nothing ("") or the best step of the run that is shown. */
async function compareWith(choice) {
  if (choice !== BEST_STEP) return change({ against_run: choice, against_step: "", list: "cell" });
  const { run, headers } = await models.numbers(state, runs, lastEvaluations);
  return change({ against_run: run, against_step: String(headers[models.bestIndex(headers)].step), list: "cell" });
}

/** Names of the runs to choose from; where there are many, with entity F1 and the best first. */
function runChoices() {
  const short = shortNames(runs.map(({ name }) => name));
  if (runs.length <= FEW_RUNS) return runs.map(({ name }) => [name, short.get(name)]);
  const scores = new Map(lastEvaluations.map(({ name, entity }) => [name, overall("entity", entity).f1]));
  const best = runs.toSorted((one, other) => (scores.get(other.name) ?? -1) - (scores.get(one.name) ?? -1));
  return best.map(({ name }) => [name, scores.has(name) ? `${short.get(name)} · ${scores.get(name).toFixed(3)}` : short.get(name)]);
}

/** Opens a cell, or closes it if it is open; sets the step, so that a running training does not change the list. */
async function openCell(gold, predicted, step) {
  const isOpen = state.gold === gold && state.predicted === predicted;
  await change({ ...NOTHING_OPEN, ...(isOpen ? {} : { gold, predicted, step: String(step) }) });
  if (!isOpen) page.panel.reveal();
}

/** Closes the cell, slice, text or region that is open, and shows errors of every type again. */
function closeAll() {
  if (state.gold || state.slice || state.text || state.region || state.error !== "any") change({ ...NOTHING_OPEN, error: "any" });
}

/** Lists the sentences with an error in a slice; "" ends it. */
async function openSlice(slice, step) {
  await change({ ...NOTHING_OPEN, slice, error: "any", step: String(step) });
  if (slice) page.panel.reveal();
}

/** Lists the sentences with a wrong entity of this text; "" ends it. */
async function openText(text, step) {
  await change({ ...NOTHING_OPEN, text, error: "any", step: String(step) });
  if (text) page.panel.reveal();
}

/** Lists the sentences with a gold entity in a region of the data map; "" ends it. */
async function openRegion(region, step) {
  await change({ ...NOTHING_OPEN, region, error: "any", step: String(step) });
  if (region) page.panel.reveal();
}

/** "F1 +0.012 (95 % interval −0.003 to +0.027), better in 94 % of the resamples", or why that is not known. */
function significanceText({ before, state: { level } }, significance) {
  if (!before || level !== "entity") return "";
  if (!significance) return "The two evaluations are not of the same sentences: no interval of the difference.";
  const { difference, interval: [low, high], better, unit } = significance;
  return `Micro F1 ${signedScore(difference)}, 95 % interval ${signedScore(low)} to ${signedScore(high)}; better in ${Math.round(100 * better)} % of 1,000 resamples of ${unit}s`;
}

/** Lists the sentences with an error of one type, from all cells; "any" ends it. */
async function selectError(error, step) {
  await change({ ...NOTHING_OPEN, error, step: String(step) });
  if (error !== "any") page.panel.reveal();
}

/** `before`, if its matrix has the same classes. */
function sameLevel(before, header, level) {
  const names = (one) => JSON.stringify([one.levels[level].rows, one.levels[level].columns]);
  return before && names(before) === names(header) ? before : null;
}

function showError(error) {
  if (!(error instanceof server.Unavailable)) throw error;
  page.notice.textContent = error.message;
  page.content.hidden = true;
  page.drawn = false;
}

function makePage() {
  const made = {
    run: choiceList("Run", (run) => change({ run, step: "", against_step: "" })),
    step: choiceList("Step", (step) => change({ step })),
    against: choiceList("Compare with", compareWith),
    againstStep: choiceList("at step", (step) => change({ against_step: step })),
    level: segments("Level", [["entity", "Entities"], ["word", "Words"], ["character", "Characters"]], (level) => change({ ...NOTHING_OPEN, level })),
    cells: segments("Cells", [["gold", "% of gold"], ["predicted", "% of predicted"], ["counts", "counts"]], (cells) => change({ cells })),
    diagonal: tick("Hide diagonal", (hidden) => change({ diagonal: hidden ? "hidden" : "shown" })),
    slider: slider("Step", (index) => change({ step: page.step.node.querySelector("select").options[index].value })),
    panel: makePanel(change),
    notice: element("p", { class: "notice", role: "alert" }),
    summary: element("p", { class: "summary", role: "status" }),
    chart: element("div"),
    errors: element("div"),
    scores: element("div", { class: "wide" }),
    slices: element("div", { class: "wide" }),
    calibration: element("div"),
    dataMap: element("div"),
    strings: makeStrings(),
    allRunsTitle: element("summary"),
    runsTable: element("div", { class: "wide" }),
    significance: element("p", { class: "note" }),
    matrix: element("div", { class: "wide" }),
    matrixTitle: element("h2"),
    confusions: element("div", { class: "wide" }),
    drawn: false,
  };
  const csv = button("Copy CSV", async () => {
    const model = await models.numbers(state, runs, lastEvaluations);
    return (await copy(matrixCsv(model.header.levels[state.level]))) ? "Copied" : "Not allowed here";
  });
  made.curves = element("section", { "aria-label": "F1 over steps" }, element("h2", {}, "F1 over steps"), made.chart, made.scores);
  made.matrixSection = element("section", { "aria-label": "Confusion matrix" }, made.matrixTitle, made.significance,
    element("div", { class: "tools" }, made.cells.node, made.diagonal.node, csv), made.matrix);
  const errors = element("section", { "aria-label": "Entity errors by type" }, element("h2", {}, "Entity errors by type"), made.errors);
  made.allRuns = element("details", { class: "all-runs" }, made.allRunsTitle, made.runsTable);
  made.slicesSection = element("section", { "aria-label": "Slices" }, element("h2", {}, "Entities by slice"), made.slices);
  made.calibrationSection = element("section", { "aria-label": "Calibration" }, element("h2", {}, "Confidence and share correct"), made.calibration);
  made.dataMapSection = element("section", { "aria-label": "Data map", hidden: true }, element("h2", {}, "How the gold entities were learnt"), made.dataMap);
  made.confusionsSection = element("section", { "aria-label": "Largest confusions" }, element("h2", {}, "Largest confusions"), made.confusions);
  const left = element("div", { class: "left" }, made.matrixSection, errors, made.confusionsSection, made.curves, made.slicesSection, made.strings.node, made.dataMapSection, made.calibrationSection);
  made.content = element("main", { hidden: true }, left, made.panel.node);
  const bar = element("header", {}, made.run.node, made.step.node, made.slider.node, made.against.node, made.againstStep.node, made.level.node);
  made.node = element("div", { class: "page" }, bar, made.notice, made.summary, made.allRuns, made.content);
  return made;
}
