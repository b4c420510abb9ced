// The NER tab: TensorBoard calls `render`; everything is drawn from the state of the view and the server's answers.

import { element } from "./dom.js";
import { followKeys } from "./keys.js";
import * as models from "./model.js";
import { makePage } from "./page.js";
import * as server from "./server.js";
import { isAnythingOpen, NOTHING_OPEN, outer, read, write } from "./state.js";
import { followTheme } from "./theme.js";

const POLL_MILLISECONDS = 10_000;
const NO_EVALUATION = "No evaluation yet. One is written at the first validation of python -m ner.train, and by python -m ner.evaluate; this page then updates itself.";

let state = read();
let known = { runs: [], lastEvaluations: [] };
let shown = null; // run and step
let requests = 0;
let pending = 0; // draws and polls that have not ended
let isDrawn = false;
let page;

/** TensorBoard calls this when the tab is first opened. */
export async function render() {
  document.title = "NER";
  document.documentElement.lang = "en";
  document.head.append(element("link", { rel: "stylesheet", href: new URL("style.css", import.meta.url).href }));
  followTheme();
  page = makePage({ change, open, close });
  document.body.append(page.node);
  write(state);
  outer().addEventListener("hashchange", followAddress);
  await refresh();
  setInterval(refreshIfVisible, POLL_MILLISECONDS);
  document.addEventListener("visibilitychange", refreshIfVisible);
  followKeys({ onStep: page.moveStep, onClose: close });
}

function followAddress() {
  const { hash } = outer().location;
  if (!hash.startsWith("#ner")) return;
  if (hash.includes("p.ner.")) show(read());
  else write(state);
}

/** Not while a draw is pending: it would be dropped, time and again where an answer takes longer than a poll. */
function refreshIfVisible() {
  if (!pending && window.innerWidth > 0 && document.visibilityState === "visible") refresh();
}

/** Requests the runs, and redraws the page if they have changed. */
async function refresh() {
  pending += 1;
  try {
    const runs = await server.runs();
    if (JSON.stringify(runs) === JSON.stringify(known.runs) && isDrawn) return;
    models.clearCache();
    known = { runs, lastEvaluations: runs.length > 1 ? await server.overview() : [] };
    await draw();
  } catch (error) {
    showError(error);
  } finally {
    pending -= 1;
  }
}

/** A step, and what is compared, stay those of the run that is shown when another run becomes the best one. */
function change(changes) {
  const isOfRun = changes.step || changes.against_run;
  return show({ ...state, ...(isOfRun && { run: state.run || shown.run }), ...changes });
}

function show(wanted) {
  state = wanted;
  page.setBusy();
  write(state);
  return draw();
}

/**
 * Lists the sentences of a cell `{gold, predicted}`, or of a `{slice}`, `{text}`, `{region}` or type of `{error}`; what
 * is open already is closed. Run and step are set, so that running trainings do not change the list.
 */
async function open(what) {
  const isOpen = state.list === "cell" && Object.entries(what).every(([name, value]) => state[name] === value);
  await change(isOpen ? NOTHING_OPEN : { ...NOTHING_OPEN, ...what, step: String(shown.step) });
  if (!isOpen) page.reveal();
}

function close() {
  if (isAnythingOpen(state)) change(NOTHING_OPEN);
}

/** Draws what is known of the state, first the numbers; an answer that comes after another change is dropped. */
async function draw() {
  const request = (requests += 1);
  const isLatest = () => request === requests;
  let isBarDrawn = false;
  pending += 1;
  try {
    page.drawRuns(state, known);
    if (!known.runs.length) throw new server.Unavailable(NO_EVALUATION);
    const view = { ...known, ...(await models.numbers(state, known.runs, known.lastEvaluations)) };
    if (!isLatest()) return;
    shown = view;
    page.drawNumbers(view);
    isBarDrawn = true;
    const listing = await models.sentences(view);
    if (!isLatest()) return;
    page.drawSentences(view, listing);
    isDrawn = true;
    if (!models.hasDataMap(view)) return;
    const map = await models.dataMap(view);
    if (isLatest()) page.drawDataMap(view, map);
  } catch (error) {
    if (isLatest()) showError(error, isBarDrawn);
  } finally {
    pending -= 1;
  }
}

/** With the bar, if it is drawn, to choose another step. */
function showError(error, isBarDrawn = false) {
  page.showError(server.messageOf(error), isBarDrawn);
  isDrawn = false;
}
