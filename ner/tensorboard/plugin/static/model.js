// What is to be drawn for a state: from the server, or from what it answered before.

import { cellListing, changedListing } from "./listing.js";
import { histories } from "./past.js";
import * as server from "./server.js";

const REMEMBERED = 24; // answers about single evaluations

const headersOf = new Map();
const answers = new Map();

/** Forgets what the server said: its runs have changed. */
export function forget() {
  headersOf.clear();
  answers.clear();
}

/**
 * The numbers for a state: `{state, run, headers, place, header, step, before, beforePlace, unreadable}`.
 *
 * `place` is the index of the chosen evaluation, `before` the header to compare with, or null. Throws
 * `server.Unavailable`.
 */
export async function numbers(state, runs) {
  const run = chosenRun(state.run, runs);
  const all = await headersFor(run);
  const headers = all.filter((header) => !header.error);
  if (!headers.length) throw new server.Unavailable(`No evaluation of ${run} can be read: ${all[0]?.error ?? "there is none yet"}.`);
  const place = placeOf(headers, state.step, headers.length - 1);
  const model = { state, run, headers, place, header: headers[place], step: headers[place].step, before: null, beforePlace: null };
  if (state.against_run && runs.some((one) => one.name === state.against_run)) {
    const others = (await headersFor(state.against_run)).filter((header) => !header.error);
    const same = state.against_run === run;
    const at = placeOf(others, state.against_step, same ? Math.max(place - 1, 0) : others.length - 1);
    if (others.length) {
      model.before = others[at];
      model.beforeHeaders = others;
      model.beforePlace = same ? at : null;
    }
  }
  return { ...model, unreadable: all.filter((header) => header.error) };
}

/** The sentences for what `numbers` returned: `{title, note, items, header, histories}`. */
export async function sentences(model) {
  const { state, run, header, step, before } = model;
  const examples = await remembered("examples", run, step);
  let listing;
  if (before && state.list !== "cell") {
    const [examplesBefore, outcomes, outcomesBefore] = await Promise.all([
      remembered("examples", state.against_run, before.step),
      remembered("outcomes", run, step),
      remembered("outcomes", state.against_run, before.step),
    ]);
    const compared = { header, before, examples, examplesBefore, outcomes, outcomesBefore };
    listing = changedListing({ ...compared, kind: state.list });
    listing.header = state.list === "mended" ? before : header;
  } else {
    listing = { ...cellListing({ header, examples, state }), header };
  }
  return { ...listing, histories: await historiesOf(run, step, listing, header) };
}

function chosenRun(wanted, runs) {
  if (!wanted) return (runs.find(({ name }) => name.endsWith("validation")) ?? runs[0]).name;
  if (runs.some(({ name }) => name === wanted)) return wanted;
  throw new server.Unavailable(`The run ${wanted} is not in the log folder (any more). Choose another one above.`);
}

async function headersFor(run) {
  if (!headersOf.has(run)) headersOf.set(run, await server.evaluations(run));
  return headersOf.get(run);
}

/** Searching changes what is listed of the same items: they are asked for once. */
async function historiesOf(run, step, { items }, header) {
  const key = JSON.stringify(["histories", run, step, items.map(({ sentence, focus }) => [sentence.n, focus])]);
  return answer(key, () => histories(run, step, items, header));
}

function remembered(kind, run, step) {
  return answer(JSON.stringify([kind, run, step]), () => server[kind](run, step));
}

async function answer(key, ask) {
  if (!answers.has(key)) {
    if (answers.size >= REMEMBERED) answers.delete(answers.keys().next().value);
    answers.set(key, await ask());
  }
  return answers.get(key);
}

function placeOf(headers, step, otherwise) {
  const found = headers.findIndex((header) => String(header.step) === String(step));
  return found < 0 ? otherwise : found;
}
