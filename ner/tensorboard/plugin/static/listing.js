// The sentences to list, and the number of those that were not kept.

import { counted, number } from "./dom.js";
import { slicesOf } from "./slices.js";
import { complete, entitiesOf, ERROR_TYPES, errorTypeOf, textOf } from "./entities.js";

const CORRECT = 128; // see payload.py
const OUTSIDE = "O";

/**
 * The kept sentences of the open cell, or without an open cell those with an error:
 * `{title, note, correct, items: [{sentence, confidence, focus}]}`; `correct`: the cell is on the diagonal.
 */
export function cellListing({ header, examples, state }) {
  const { level, gold, predicted } = state;
  const matrix = header.levels[level];
  const [row, column] = [matrix.rows.indexOf(gold), matrix.columns.indexOf(predicted)];
  if (row < 0 || column < 0) return errorListing(header, examples, state);
  const found = examples.cells[level].find(([r, c]) => r === row && c === column);
  const items = itemsOf(found, examples, { level, gold, predicted });
  const total = matrix.sentences[row][column];
  if (gold === OUTSIDE && predicted === OUTSIDE) {
    return { title: "O predicted as O", note: "Nearly every sentence has these; none are kept.", items: [] };
  }
  const what = gold === predicted ? `${gold} correct` : `gold ${gold}, predicted ${predicted}`;
  const title = `${counted(matrix.counts[row][column], level)}: ${what}`;
  const correct = gold === predicted;
  return { title, note: keptNote(items.length, total, header.kept, correct), correct, items };
}

/** The sentences that are correct in one of two evaluations only: `kind` is "fixed" or "regressed". */
export function changedListing({ header, examples, before, examplesBefore, outcomes, outcomesBefore, kind }) {
  if (header.fingerprint !== before.fingerprint) {
    const note = "The two evaluations are not of the same sentences, so sentences cannot be compared.";
    return { title: "Not comparable", note, items: [] };
  }
  const known = Math.min(header.sentences, header.history);
  const changed = [];
  for (let sentence = 0; sentence < known; sentence += 1) {
    const [was, is] = [isCorrect(outcomesBefore.sentences, sentence), isCorrect(outcomes.sentences, sentence)];
    if (kind === "fixed" ? !was && is : was && !is) changed.push(sentence);
  }
  // The errors are those of the evaluation that has the sentence wrong.
  const source = kind === "fixed" ? examplesBefore : examples;
  const kept = new Map(source.sentences.map((sentence) => [sentence.n, sentence]));
  const items = changed
    .filter((sentence) => kept.has(sentence))
    .map((sentence) => itemOf(complete(kept.get(sentence)), null, null));
  const entities = changedEntities(outcomes.entities, outcomesBefore.entities, kind);
  const verb = kind === "fixed" ? "wrong before, correct now" : "correct before, wrong now";
  const title = `${counted(changed.length, "sentence")} ${kind}: ${verb}`;
  const limit = known < header.sentences ? ` Only the first ${number(known)} sentences are compared.` : "";
  const note = `${shown(items.length, changed.length)}. Of single entities, ${number(entities)} ${kind}.${limit}`;
  return { title, note, items };
}

/** The items that match `search`, `error` and `history`, in the selected order. */
export function selected(items, { search, error, order, history }, histories, labels) {
  const wanted = search.trim().toLowerCase();
  const found = items.filter((item) => !wanted || item.text.toLowerCase().includes(wanted));
  const kept = found.filter((item) => {
    if (error !== "any" && !hasError(item, error, labels)) return false;
    if (history === "any") return true;
    const own = histories?.get(item.sentence.n);
    return own && (history === "correct") === own.earlier.some((one) => one.correct);
  });
  if (order === "ranked") return kept;
  if (order === "file") return kept.toSorted((one, other) => one.sentence.n - other.sentence.n);
  return kept.toReversed();
}

/** The entities of the open cell in a sentence; all wrong ones if no cell of entities is open. */
export function entitiesInFocus({ sentence, focus }, labels) {
  const all = entitiesOf(sentence, labels);
  if (focus?.level !== "entity") return all.filter((entity) => entity.gold !== entity.predicted);
  return all.filter((entity) => entity.gold === focus.gold && entity.predicted === focus.predicted);
}

function hasError(item, error, labels) {
  const all = entitiesOf(item.sentence, labels);
  return entitiesInFocus(item, labels).some((entity) => errorTypeOf(entity, all) === error);
}

function sliceListing(header, examples, slice) {
  const found = examples.cells.slice.find(([row]) => row === slice.index);
  const items = itemsOf(found, examples, null);
  return {
    title: `${counted(slice.sentences, "sentence")} with an error in the slice ${slice.key}`,
    note: keptNote(items.length, slice.sentences, header.kept, false),
    items,
  };
}

/** The kept sentences with a wrong entity of this text. */
function textListing(header, examples, wanted) {
  const found = examples.strings.find(([text]) => text === wanted);
  const isWanted = (sentence) => (one) => one.gold !== one.predicted && textOf(sentence, one.start, one.end) === wanted;
  const sentences = examples.sentences.map(complete);
  const items = sentences.filter((one) => entitiesOf(one, header.labels).some(isWanted(one))).map((one) => itemOf(one, null, null));
  const [, times, correct] = found ?? [wanted, 0, 0];
  return {
    title: `“${wanted}”: ${number(times - correct)} of ${number(times)} wrong`,
    note: `${counted(items.length, "sentence")} of those kept, with a wrong entity of this text.`,
    items,
  };
}

function errorListing(header, examples, { search, error, slice, text }) {
  if (text) return textListing(header, examples, text);
  const open = slicesOf(header).find(({ key }) => key === slice);
  if (open) return sliceListing(header, examples, open);
  if (search.trim() || error !== "any") {
    const items = examples.sentences.map((sentence) => itemOf(complete(sentence), null, null));
    const name = ERROR_TYPES.find(([key]) => key === error)?.[1];
    return {
      title: name ? `${counted(header.errors[error], "entity")}: ${name}` : "Search in all kept sentences",
      note: `${number(items.length)} of ${counted(header.sentences, "sentence")} are kept and searched.`,
      items,
    };
  }
  const items = itemsOf(examples.cells.sentence[0], examples, null).map((item) => ({ ...item, confidence: null }));
  return {
    title: `${counted(header.wrongSentences, "sentence")} with a wrong entity`,
    note: `${keptNote(items.length, header.wrongSentences, header.kept, false)}. Select a cell of the matrix to see its sentences.`,
    items,
  };
}

function itemsOf(cell, examples, focus) {
  if (!cell) return [];
  const [, , indices, confidences] = cell;
  return indices.map((index, nth) => itemOf(complete(examples.sentences[index]), confidences[nth], focus));
}

function itemOf(sentence, confidence, focus) {
  return { sentence, confidence, focus, text: textOf(sentence, 0, sentence.tokens.length) };
}

function keptNote(kept, total, { mostConfident }, correct) {
  if (kept >= total) return total > 1 ? `All ${counted(total, "sentence")} shown` : `${counted(total, "sentence")} shown`;
  const first = correct ? `the ${mostConfident} least confident` : `the ${mostConfident} most confident errors`;
  return `${shown(kept, total)}: ${first}, the others random`;
}

function shown(kept, total) {
  return `${number(kept)} of ${counted(total, "sentence")} shown`;
}

function changedEntities(now, before, kind) {
  let count = 0;
  for (let index = 0; index < Math.min(now.length, before.length); index += 1) {
    const [was, is] = [before[index] >= CORRECT, now[index] >= CORRECT];
    if (kind === "fixed" ? !was && is : was && !is) count += 1;
  }
  return count;
}

function isCorrect(bits, sentence) {
  return Boolean(bits[sentence >> 3] & (128 >> (sentence & 7)));
}
