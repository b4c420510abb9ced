// The bar at the top: the run and the step that are shown, what they are compared with, and the level of the scores.

import { choiceList, segments, slider } from "./controls.js";
import { element } from "./dom.js";
import { bestIndex } from "./model.js";
import { number } from "./numbers.js";
import { runChoices } from "./runs.js";
import { NOTHING_OPEN } from "./state.js";

const BEST_STEP = "/best"; // no run has this name
const LEVELS = [["entity", "Entities"], ["word", "Words"], ["character", "Characters"]];

/** The bar: `{node, drawRuns(state, known), draw(view), clear(), moveStep(by)}`; `clear` leaves the choice of runs. */
export function makeBar({ change }) {
  let shown = null;
  const run = choiceList("Run", (name) => change({ run: name, step: "", against_step: "" }));
  const step = choiceList("Step", (value) => change({ step: value }));
  const steps = slider("Step", (index) => change({ step: String(shown.headers[index].step) }));
  const against = choiceList("Compare with", (name) => change({ ...comparedWith(name, shown), list: "cell" }));
  const againstStep = choiceList("at step", (value) => change({ against_step: value }));
  const level = segments("Level", LEVELS, (value) => change({ ...NOTHING_OPEN, level: value }));
  const rest = element("div", { class: "rest", hidden: true }, step.node, steps.node, against.node, againstStep.node, level.node);

  const draw = (view) => {
    const { state, headers, header, before } = view;
    shown = view;
    rest.hidden = false;
    run.set(runChoices(view), view.run);
    step.set(stepChoices(headers), String(header.step));
    steps.set(headers.length, view.index, `step ${header.step}`);
    against.set(comparisonChoices(view), before ? state.against_run : "");
    againstStep.node.hidden = !before;
    if (before) againstStep.set(stepChoices(view.beforeHeaders), String(before.step));
    level.set(state.level);
  };
  return {
    node: element("header", {}, run.node, rest),
    drawRuns: (state, known) => run.set(runChoices(known), state.run),
    draw,
    clear: () => { rest.hidden = true; },
    moveStep: steps.move,
  };
}

/** All steps, the best one of several marked. */
function stepChoices(headers) {
  const best = headers.length > 1 ? bestIndex(headers) : -1;
  return headers.map(({ step }, index) => [String(step), index === best ? `${number(step)} (best)` : number(step)]);
}

function comparisonChoices({ run, runs, headers, header, lastEvaluations }) {
  const best = headers[bestIndex(headers)].step;
  const others = runChoices({ runs, lastEvaluations }).filter(([name]) => name !== run);
  const bestStep = best === header.step ? [] : [[BEST_STEP, `this run's best step, ${number(best)}`]];
  return [["", "nothing"], [run, "this run at another step"], ...bestStep, ...others];
}

function comparedWith(choice, { run, headers }) {
  if (choice !== BEST_STEP) return { against_run: choice, against_step: "" };
  return { against_run: run, against_step: String(headers[bestIndex(headers)].step) };
}
