// Requests to the TensorBoard server; ner/tensorboard/plugin/payload.py describes the content.

const ROOT = new URL("../", import.meta.url);

/** An error whose message is shown to the user: the server has stopped, a run was deleted, ... */
export class Unavailable extends Error {}

/** The message of an `Unavailable` error; throws any other one. */
export function messageOf(error) {
  if (!(error instanceof Unavailable)) throw error;
  return error.message;
}

/** Runs with evaluations: `[{name, last, written}]`; `written` changes where a step is evaluated again. */
export async function runs() {
  return (await json("runs", {})).runs;
}

/** The last evaluation of each run: `[{name, step, split, fingerprint, entity}]`, with the confusion matrix `entity`. */
export async function overview() {
  return (await json("overview", {})).runs;
}

/** Headers of a run's evaluations by step; `{step, error}` for one that cannot be read. */
export async function evaluations(run) {
  return (await json("evaluations", { run })).evaluations;
}

/** Entities by their text: `{strings, numStrings}`. */
export function strings(run, step) {
  return json("strings", { run, step });
}

/** Kept sentences of an evaluation that match a query: `{items, matching, kept}`; see listing.py. */
export function sentences(run, step, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  return json("sentences", { run, step, ...Object.fromEntries(given) });
}

/**
 * The map of a run's gold entities over the evaluations of the same sentences as that of `step`, `{bins, entities,
 * cells: [[deviation, mean, count, correct]]}`: see data_map.py.
 */
export function dataMap(run, step) {
  return json("data_map", { run, step });
}

/**
 * `{steps, entities, sentences}`: outcomes of the entities and sentences with these indices at each step that is of the
 * same sentences as `step`.
 */
export function history(run, step, entities, sentences) {
  return json("history", { run, step, entities: entities.join(","), sentences: sentences.join(",") });
}

/** Change of micro F1 by paired bootstrap: `{difference, interval, better, unit}`; null if the sentences differ. */
export async function compare(run, step, againstRun, againstStep) {
  try {
    return await json("compare", { run, step, against_run: againstRun, against_step: againstStep });
  } catch (error) {
    if (error instanceof Unavailable && error.status === 404) return null;
    throw error;
  }
}

/**
 * Why the tokens from `first` to `end` (exclusive) would be a `label` rather than `against`: see explanations.py;
 * `{state: "loading"}` while the model is loaded.
 */
export function explain(run, { tokens, noSpaceAfter, first, end, label, against }) {
  return json("explain", { run, tokens: JSON.stringify(tokens), no_space_after: noSpaceAfter.join(","), first, end, label, against });
}

/** All kept sentences that match a query as a file: `{blob, name, sentences, leftOut}`; see download.py. */
export async function download(run, step, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const answer = await request("download", { run, step, ...Object.fromEntries(given) });
  const [, name] = answer.headers.get("Content-Disposition").match(/filename\*=UTF-8''(.*)/);
  const [sentences, leftOut] = ["X-Sentences", "X-Left-Out"].map((header) => Number(answer.headers.get(header)));
  return { blob: await answer.blob(), name: decodeURIComponent(name), sentences, leftOut };
}

async function json(path, query) {
  return (await request(path, query)).json();
}

async function request(path, query) {
  const url = new URL(path, ROOT);
  url.search = new URLSearchParams(query);
  let answer;
  try {
    answer = await fetch(url);
  } catch {
    throw new Unavailable("TensorBoard does not answer: it may have been stopped. Start it again, then reload this page.");
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  const failure = new Unavailable(body.error ?? `TensorBoard answered with status ${answer.status}.`);
  failure.status = answer.status;
  throw failure;
}
