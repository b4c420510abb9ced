// Which sentences to ask the server for, and the words that say what they are and how many of them are kept.

import { regionName } from "./datamap.js";
import { complete, entitiesOf, ERROR_TYPES, isInFocus } from "./entities.js";
import { counted, number } from "./numbers.js";
import { slicesOf } from "./slices.js";

const OUTSIDE = "O";

/** What to ask `server.sentences` for, and the cell `focus` whose occurrences are highlighted (null without one). */
export function questionFor({ header, before, state, strings }) {
  const { level, gold, predicted, slice, text, region, error, search, history, order } = state;
  const against = before ? { against_run: state.against_run, against_step: before.step } : {};
  const narrowed = { error, search: search.trim(), history, order, ...against };
  if (before && state.list !== "cell") return { query: { ...narrowed, kind: state.list }, focus: null };
  const [row, column] = [header.levels[level].rows.indexOf(gold), header.levels[level].columns.indexOf(predicted)];
  if (row >= 0 && column >= 0) return { query: { ...narrowed, level, row, column }, focus: { level, gold, predicted } };
  if (region) return { query: { ...narrowed, region }, focus: null };
  if (text) {
    const found = strings.strings.findIndex(([one]) => one === text);
    return { query: { ...narrowed, string: found < 0 ? strings.strings.length : found }, focus: null };
  }
  const open = slicesOf(header).find(({ key }) => key === slice);
  return { query: open ? { ...narrowed, slice: open.index } : narrowed, focus: null };
}

/** Whether the sentences of two evaluations are to be compared that are not of the same sentences. */
export function isIncomparable({ before, comparable, state }) {
  return Boolean(before) && state.list !== "cell" && !comparable;
}

export const INCOMPARABLE = {
  title: "Not comparable",
  note: "The two evaluations are not of the same sentences, so sentences cannot be compared.",
};

/** `{title, note, correct}` of the sentences in an `answer`; `correct`: the open cell is on the diagonal. */
export function describe({ header, before, state, strings, query, focus, answer }) {
  if (query.kind) return changedWords(header, query.kind, answer);
  if (focus) return cellWords(header, focus, answer);
  if (query.region) {
    const title = `${counted(answer.region_entities, "gold entity")}: ${regionName(query.region)}`;
    return { title, note: `${counted(answer.kept, "sentence")} of those kept have such an entity` };
  }
  if (query.string !== undefined) {
    const [, times, correct] = strings.strings[query.string] ?? [null, 0, 0];
    return { title: `“${state.text}”: ${number(times - correct)} of ${number(times)} wrong`, note: errorNote(header, answer) };
  }
  if (query.slice !== undefined) {
    const slice = slicesOf(header)[query.slice];
    return { title: `${counted(slice.sentences, "sentence")} with an error in the slice ${slice.key}`, note: keptNote(answer.kept, slice.sentences, header) };
  }
  const name = ERROR_TYPES.find(([key]) => key === query.error)?.[1];
  if (name) return { title: `${counted(header.errors[query.error], "entity")}: ${name}`, note: query.search ? searchNote(header) : errorNote(header, answer) };
  if (query.search) return { title: "Search in all kept sentences", note: searchNote(header) };
  const title = `${counted(header.wrongSentences, "sentence")} with a wrong entity`;
  const which = answer.kept < header.wrongSentences ? ": the most confident errors of each cell, and a random sample" : "";
  return { title, note: `${shareKept(answer.kept, header.wrongSentences)}${which}. Select a cell of the matrix to see its sentences.` };
}

/** The items of an answer: `[{sentence, confidence, other, focus}]`; `other` is what the other evaluation predicted. */
export function itemsOf({ items }, focus) {
  return items.map(({ sentence, confidence, other, region_entities: numbers }) => (
    { sentence: complete(sentence), confidence, other, focus: numbers ? { level: "entity", numbers } : focus }
  ));
}

/** The entities of the open cell or region in a sentence; all wrong ones if neither is open. */
export function entitiesInFocus({ sentence, focus }, labels) {
  const all = entitiesOf(sentence, labels);
  if (focus?.level !== "entity") return all.filter((entity) => entity.gold !== entity.predicted);
  return all.filter((entity) => isInFocus(entity, focus));
}

function changedWords(header, kind, { kept, changed, changed_entities: entities, compared }) {
  const verb = kind === "fixed" ? "wrong before, correct now" : "correct before, wrong now";
  const limit = compared < header.sentences ? ` Only the first ${number(compared)} sentences are compared.` : "";
  return {
    title: `${counted(changed, "sentence")} ${kind}: ${verb}`,
    note: `${shareKept(kept, changed)}. Of single entities, ${number(entities)} ${kind}.${limit}`,
  };
}

function cellWords(header, { level, gold, predicted }, { kept }) {
  if (gold === OUTSIDE && predicted === OUTSIDE) {
    return { title: "O predicted as O", note: "Nearly every sentence has these; none are kept." };
  }
  const matrix = header.levels[level];
  const [row, column] = [matrix.rows.indexOf(gold), matrix.columns.indexOf(predicted)];
  const correct = gold === predicted;
  const what = correct ? `${gold} correct` : `gold ${gold}, predicted ${predicted}`;
  return {
    title: `${counted(matrix.counts[row][column], level)}: ${what}`,
    note: keptNote(kept, matrix.sentences[row][column], header, correct),
    correct,
  };
}

function keptNote(kept, total, { kept: { mostConfident } }, correct = false) {
  if (kept >= total) return shareKept(kept, total);
  const first = correct ? `the ${mostConfident} least confident` : `the ${mostConfident} most confident errors`;
  return `${shareKept(kept, total)}: ${first}, the others random`;
}

function shareKept(kept, total) {
  if (kept < total) return `${number(kept)} of ${counted(total, "sentence")} kept`;
  return total > 1 ? `All ${counted(total, "sentence")}` : counted(total, "sentence");
}

/** Of how many sentences those with an error are, where not all were kept. */
function errorNote({ kept, wrongSentences }, answer) {
  const all = kept.wrong >= wrongSentences ? "" : `, among the ${number(kept.wrong)} kept of ${counted(wrongSentences, "wrong sentence")}`;
  return `${counted(answer.kept, "sentence")}${all}`;
}

function searchNote({ kept, sentences, wrongSentences }) {
  const wrong = kept.wrong >= wrongSentences ? `all ${number(wrongSentences)} with a wrong entity` : `${number(kept.wrong)} of ${number(wrongSentences)} with a wrong entity`;
  return `Searched: the ${number(kept.sentences)} sentences that were kept of ${number(sentences)}, among them ${wrong}.`;
}
