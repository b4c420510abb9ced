// The data to draw for a state, from the server or from a cache of its answers.

import { cellListing, changedListing } from "./listing.js";
import { histories } from "./history.js";
import { overall } from "./scores.js";
import * as server from "./server.js";

const CACHED_ANSWERS = 24; // about single evaluations

const headersOf = new Map();
const answers = new Map();

/** Clears the cache, after the runs have changed. */
export function clearCache() {
  headersOf.clear();
  answers.clear();
}

/**
 * The numbers for a state; without a run in it, of the best of `lastEvaluations`:
 * `{state, run, headers, index, header, step, before, beforeIndex, unreadable}`.
 *
 * `index` is that of the selected evaluation, `before` the header to compare with, or null. Throws
 * `server.Unavailable`.
 */
export async function numbers(state, runs, lastEvaluations) {
  const run = selectedRun(state.run, runs, lastEvaluations);
  const all = await headersFor(run);
  const headers = all.filter((header) => !header.error);
  if (!headers.length) throw new server.Unavailable(`No evaluation of ${run} can be read: ${all[0]?.error ?? "there is none yet"}.`);
  const index = indexOfStep(headers, state.step, bestIndex(headers));
  const model = { state, run, headers, index, header: headers[index], step: headers[index].step, before: null, beforeIndex: null };
  if (state.against_run && runs.some((one) => one.name === state.against_run)) {
    const others = (await headersFor(state.against_run)).filter((header) => !header.error);
    const same = state.against_run === run;
    const at = indexOfStep(others, state.against_step, same ? Math.max(index - 1, 0) : bestIndex(others));
    if (others.length) {
      model.before = others[at];
      model.beforeHeaders = others;
      model.beforeIndex = same ? at : null;
    }
  }
  return { ...model, unreadable: all.filter((header) => header.error) };
}

/** The sentences for what `numbers` returned: `{title, note, items, header, examples, significance, histories}`. */
export async function sentences(model) {
  const { state, run, header, step, before } = model;
  const examples = await cached("examples", run, step);
  let listing;
  if (before && state.list !== "cell") {
    const [examplesBefore, outcomes, outcomesBefore] = await Promise.all([
      cached("examples", state.against_run, before.step),
      cached("outcomes", run, step),
      cached("outcomes", state.against_run, before.step),
    ]);
    const compared = { header, before, examples, examplesBefore, outcomes, outcomesBefore };
    listing = changedListing({ ...compared, kind: state.list });
    listing.header = state.list === "fixed" ? before : header;
  } else {
    listing = { ...cellListing({ header, examples, state }), header };
  }
  const significance = before
    ? await answer(JSON.stringify(["compare", run, step, state.against_run, before.step]), () =>
        server.compare(run, step, state.against_run, before.step))
    : null;
  return { ...listing, examples, significance, histories: await historiesOf(run, step, listing, header) };
}

/** Index of the evaluation with the highest entity F1, micro average; of equal ones the last. */
export function bestIndex(headers) {
  const scores = headers.map(({ levels }) => overall("entity", levels.entity).f1);
  return scores.lastIndexOf(Math.max(...scores));
}

/** Name of the run with the best last evaluation, of validation runs if there are any; the first if none is known. */
export function bestRun(runs, lastEvaluations) {
  const validations = runs.filter(({ name }) => name.endsWith("validation"));
  const candidates = (validations.length ? validations : runs).map(({ name }) => name);
  const score = (name) => {
    const last = lastEvaluations.find((one) => one.name === name);
    return last ? overall("entity", last.entity).f1 : -1;
  };
  return candidates.reduce((best, name) => (score(name) > score(best) ? name : best));
}

function selectedRun(wanted, runs, lastEvaluations) {
  if (!wanted) return bestRun(runs, lastEvaluations);
  if (runs.some(({ name }) => name === wanted)) return wanted;
  throw new server.Unavailable(`The run ${wanted} is not in the log folder (any more). Select another one above.`);
}

async function headersFor(run) {
  if (!headersOf.has(run)) headersOf.set(run, await server.evaluations(run));
  return headersOf.get(run);
}

/** Cached, because a search lists other items of the same cell. */
async function historiesOf(run, step, { items }, header) {
  const key = JSON.stringify(["histories", run, step, items.map(({ sentence, focus }) => [sentence.n, focus])]);
  return answer(key, () => histories(run, step, items, header));
}

function cached(kind, run, step) {
  return answer(JSON.stringify([kind, run, step]), () => server[kind](run, step));
}

async function answer(key, ask) {
  if (!answers.has(key)) {
    if (answers.size >= CACHED_ANSWERS) answers.delete(answers.keys().next().value);
    answers.set(key, await ask());
  }
  return answers.get(key);
}

function indexOfStep(headers, step, otherwise) {
  const found = headers.findIndex((header) => String(header.step) === String(step));
  return found < 0 ? otherwise : found;
}
