// The data to draw for a state, from the server or from a cache of its answers.

import { isComparable } from "./comparison.js";
import { describe, INCOMPARABLE, isIncomparable, itemsOf, questionFor } from "./listing.js";
import { histories } from "./history.js";
import { overall } from "./scores.js";
import * as server from "./server.js";

const CACHED_ANSWERS = 48; // about single evaluations
const PAGE = 50;
const MAX_LISTED = 1_000; // the largest page of listing.py
const MAX_COPIED = 10_000;
const PAGE_COPIED = 1_000;

const headersOf = new Map();
const answers = new Map();
let listed = { question: "", count: PAGE }; // what is listed, and how many sentences of it

/** Clears the cache, after the runs have changed. */
export function clearCache() {
  headersOf.clear();
  answers.clear();
}

/**
 * The numbers for a state; without a run in it, of the best of `lastEvaluations`:
 * `{state, run, headers, index, header, step, numAlike, before, beforeHeaders, beforeIndex, comparable, unreadable}`.
 *
 * `index` is that of the selected evaluation, `numAlike` counts those of the same sentences, it among them, and `before`
 * is the header to compare with, or null. Throws `server.Unavailable`.
 */
export async function numbers(state, runs, lastEvaluations) {
  const run = selectedRun(state.run, runs, lastEvaluations);
  const all = await headersFor(run);
  const headers = all.filter((header) => !header.error);
  if (!headers.length) throw new server.Unavailable(`No evaluation of ${run} can be read: ${all[0]?.error ?? "there is none yet"}.`);
  const index = indexOfStep(headers, state.step, bestIndex(headers));
  const header = headers[index];
  const numAlike = headers.filter(({ fingerprint }) => fingerprint === header.fingerprint).length;
  const model = { state, run, headers, index, header, step: header.step, numAlike, before: null, beforeIndex: null };
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
  const unreadable = all.filter((header) => header.error);
  return { ...model, comparable: isComparable(model.header, model.before), unreadable };
}

/**
 * The sentences for what `numbers` returned, as many as were listed of them, else a page; and what is known of all:
 * `{title, note, correct, items, matching, query, focus, header, strings, significance, histories}`.
 */
export async function sentences(model) {
  const { state, run, header, step, before } = model;
  const strings = await cached("strings", run, step);
  const significance = model.comparable
    ? await answer(JSON.stringify(["compare", run, step, state.against_run, before.step]), () =>
        server.compare(run, step, state.against_run, before.step))
    : null;
  const listing = { header: state.list === "fixed" && before ? before : header, strings, significance };
  if (isIncomparable(model)) return { ...listing, ...INCOMPARABLE, items: [], matching: 0, kept: 0, histories: new Map() };
  const { query, focus } = questionFor({ ...model, strings });
  const question = JSON.stringify([run, step, query]);
  if (question !== listed.question) listed = { question, count: PAGE };
  const found = await pageOf(model, query, 0, listed.count);
  const items = itemsOf(found, focus);
  const words = describe({ ...model, strings, query, focus, answer: found });
  const known = { ...listing, ...words, items, kept: found.kept, matching: found.matching, query, focus };
  return { ...known, histories: await historiesOf(run, step, items, header) };
}

/** `{items, histories}` of the page after the sentences that are listed; they stay when the list is drawn again. */
export async function nextPage(model, { query, focus, header }, offset) {
  const asked = listed; // others may be listed meanwhile
  const items = itemsOf(await pageOf(model, query, offset, PAGE), focus);
  asked.count = Math.min(offset + PAGE, MAX_LISTED);
  return { items, histories: await historiesOf(model.run, model.step, items, header) };
}

/** The items of all pages, as far as they are copied. */
export async function allItems(model, { query, focus, matching }) {
  const items = [];
  while (items.length < Math.min(matching, MAX_COPIED)) {
    const limit = Math.min(PAGE_COPIED, MAX_COPIED - items.length);
    const page = itemsOf(await server.sentences(model.run, model.step, { ...query, offset: items.length, limit }), focus);
    if (!page.length) break; // the step was evaluated again, and has fewer now
    items.push(...page);
  }
  return items;
}

function pageOf({ run, step }, query, offset, limit) {
  const asked = { ...query, offset, limit };
  return answer(JSON.stringify(["sentences", run, step, asked]), () => server.sentences(run, step, asked));
}

/** Whether a data map is shown: of entities, over several evaluations. */
export function hasDataMap({ state, numAlike }) {
  return state.level === "entity" && numAlike > 1;
}

/** The map of the run's gold entities: see `server.dataMap`. */
export function dataMap({ run, step, header }) {
  return answer(JSON.stringify(["data map", run, header.fingerprint]), () => server.dataMap(run, step));
}

/** Index of the evaluation with the highest entity F1, micro average; of equal ones the last. */
export function bestIndex(headers) {
  const scores = headers.map(({ levels }) => overall("entity", levels.entity).f1);
  return scores.lastIndexOf(Math.max(...scores));
}

/** Name of the run with the best last evaluation, of validation runs if there are any; the first if none is known. */
export function bestRun(runs, lastEvaluations) {
  const isKnown = ({ name }) => lastEvaluations.some((one) => one.name === name);
  const readable = runs.some(isKnown) ? runs.filter(isKnown) : runs;
  const validations = readable.filter(({ name }) => name.endsWith("validation"));
  const candidates = (validations.length ? validations : readable).map(({ name }) => name);
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

async function historiesOf(run, step, items, header) {
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
