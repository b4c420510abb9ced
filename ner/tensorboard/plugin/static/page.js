// The whole page: the bar, what is said about the evaluation, all runs, the sections, and the list of sentences.

import { makeBar } from "./bar.js";
import { counted, number } from "./numbers.js";
import { element } from "./dom.js";
import { MANY } from "./matrix.js";
import { makePanel } from "./panel.js";
import { drawRuns } from "./runs.js";
import { overall } from "./scores.js";
import { makeSections } from "./sections.js";

const TOLD = 3; // steps that cannot be read

/** The page; `change`, `open` and `close` of `actions` change the state: see index.js. */
export function makePage(actions) {
  const bar = makeBar(actions);
  const panel = makePanel(actions);
  const sections = makeSections(actions);
  const notice = element("p", { class: "notice", role: "alert" });
  const summary = element("p", { class: "summary", role: "status" });
  const runsTitle = element("summary");
  const runsTable = element("div", { class: "wide" });
  const allRuns = element("details", { class: "all-runs", hidden: true }, runsTitle, runsTable);
  const content = element("main", { hidden: true }, sections.node, panel.node);
  const openRun = (run) => actions.change({ run, step: "", against_step: "" });

  const drawAllRuns = (selected, { runs, lastEvaluations }) => {
    const [all, readable] = [runs.length, lastEvaluations.length];
    allRuns.hidden = all < 2 || !readable;
    runsTitle.textContent = readable === all ? `All ${number(all)} runs` : `${number(readable)} of ${number(all)} runs (the others cannot be read)`;
    drawRuns(runsTable, { runs: lastEvaluations, selected, onSelect: openRun });
  };
  return {
    node: element("div", { class: "page" }, bar.node, notice, summary, allRuns, content),
    reveal: panel.reveal,
    moveStep: bar.moveStep,
    setBusy: () => content.setAttribute("aria-busy", "true"),
    drawRuns(state, known) {
      bar.drawRuns(state, known);
      drawAllRuns(state.run, known);
    },
    drawNumbers(view) {
      content.hidden = false;
      content.setAttribute("aria-busy", "true");
      notice.textContent = unreadableText(view);
      summary.textContent = summaryText(view);
      content.classList.toggle("many", view.header.levels[view.state.level].columns.length > MANY);
      bar.draw(view);
      drawAllRuns(view.run, view);
      sections.draw(view);
    },
    drawSentences(view, listing) {
      panel.draw({ ...view, listing });
      sections.drawListed(view, listing);
      content.removeAttribute("aria-busy");
    },
    drawDataMap: sections.drawDataMap,
    showError(message, isBarKept) {
      notice.textContent = message;
      summary.textContent = "";
      content.hidden = true;
      if (!isBarKept) bar.clear();
    },
  };
}

function unreadableText({ run, unreadable }) {
  if (!unreadable.length) return "";
  const reasons = unreadable.slice(0, TOLD).map(({ step, error }) => `step ${number(step)}: ${error}`);
  return `${counted(unreadable.length, "evaluation")} of ${run} cannot be read. ${reasons.join("; ")}`;
}

function summaryText({ header, state: { level } }) {
  const score = overall(level, header.levels[level]);
  const size = `${number(header.sentences)} sentences, ${number(header.tokens)} tokens`;
  return `${header.split} split, ${size} · ${level} F1 (${score.name}) ${score.f1.toFixed(3)}`;
}
